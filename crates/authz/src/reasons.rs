use yihe_kernel::reasons;

reasons! {
    GRANT_INVALID: Invalid, "the {field} of grant `{grant}` is not valid: `{value}`", "授权条目“{grant}”的 {field} 无效:“{value}”";
    REVISION_INVALID: Invalid, "the revision token is not one of this node", "修订标记并非由本节点签发";
    NAMES_COME_FIRST: Invalid, "only the first message of a stream may name resources: `{name}` comes too late", "只有数据流的首条消息可以指明资源:“{name}”来得太晚";
    SNAPSHOT_STALE: Unavailable, "{permission} is refused for now: the policies were last confirmed {seconds} s ago", "暂不受理“{permission}”:权责清单已有 {seconds} 秒未能确认";
    SNAPSHOT_MALFORMED: Internal, "the policy snapshot is refused because of {row}: {detail}", "权责快照因 {row} 被拒绝:{detail}";
    KEY_FILE_BROKEN: Internal, "the key file {file} cannot be used: {detail}", "密钥文件 {file} 无法使用:{detail}";
}
