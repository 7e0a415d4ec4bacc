//! Why the gateway refuses a call.

use yihe_kernel::reasons;

reasons! {
    NOT_YOUR_CAPACITY: Denied, "you do not act for {capacity} here", "您在此不能以“{capacity}”的身份行事";
    CAPACITY_REQUIRED: Invalid, "say for whom you act by the header `yihe-acting-as`, one of {organizations} or self", "请以请求头 yihe-acting-as 说明代表哪个单位行事:{organizations},或 self(本人)";
    HEADER_INVALID: Invalid, "the header {header} is not valid: {detail}", "请求头 {header} 无效:{detail}";
    DUPLICATE_FIELD: Invalid, "the field {field} occurs twice in the message", "消息中字段 {field} 重复出现";
    MESSAGE_MISSING: Invalid, "the call carries no message", "调用未携带消息";
    SECOND_MESSAGE: Invalid, "the call carries more than one message", "调用携带了不止一条消息";
    FIRST_MESSAGE_LATE: Unavailable, "the message did not arrive within {seconds} s", "消息未在 {seconds} 秒内送达";
    RATE_LIMITED: Exhausted, "too many calls; try again in {seconds} s", "调用过于频繁,请 {seconds} 秒后再试";
    COMMUNITY_RATE_LIMITED: Exhausted, "too many calls in {name}; try again in {seconds} s", "{name} 内的调用过于频繁,请 {seconds} 秒后再试";
    COMMUNITY_STREAMS_LIMITED: Exhausted, "{limit} streams are open in {name} already; wait for one to end", "{name} 内同时打开的流已达 {limit} 个,请待其结束";
    CONCURRENCY_LIMITED: Exhausted, "{limit} calls are in progress already; wait for one to end", "同时进行的调用已达 {limit} 个,请待其结束";
}
