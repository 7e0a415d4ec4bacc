//! Why this layer refuses a call or gives up on it.

use yihe_kernel::reasons;

reasons! {
    DEADLINE_EXCEEDED: Unavailable, "the deadline passed before the answer was there", "处理超时,未能在期限内答复";
    METHOD_UNKNOWN: Invalid, "there is no such method", "没有此方法";
    COMPRESSION_NOT_SUPPORTED: Invalid, "messages must not be compressed", "不支持压缩的消息";
    MESSAGE_MALFORMED: Invalid, "the message cannot be read: {detail}", "消息无法解析:{detail}";
    CALL_CANCELLED: Unavailable, "the call was cancelled", "调用已取消";
    RESOLUTION_UNKNOWN: Precondition, "there is no resolution {name}", "决议 {name} 不存在";
    UNEXPLAINED: Internal, "{message}", "未分类的错误:{message}";
}
