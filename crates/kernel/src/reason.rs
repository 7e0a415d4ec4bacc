/// What kind of failure an error is; decides its gRPC code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request is malformed, whatever the state of the system.
    Invalid,
    /// The target does not exist.
    NotFound,
    /// What is to be created exists.
    AlreadyExists,
    /// The system is not in the state the command needs.
    Precondition,
    /// Somebody else changed it meanwhile.
    Conflict,
    /// The caller may not.
    Denied,
    /// The caller is not known.
    Unauthenticated,
    /// A limit is reached.
    Exhausted,
    /// It may work later.
    Unavailable,
    /// Our fault.
    Internal,
}

/// One stable, machine-readable reason for an error, with its texts. `{key}` in a text is filled from the metadata.
#[derive(Debug, PartialEq, Eq)]
pub struct Reason {
    /// The code, such as `MEETING_NOT_QUORATE`.
    pub code: &'static str,
    /// The kind.
    pub kind: Kind,
    /// English, lower case, no full stop.
    pub en: &'static str,
    /// Chinese.
    pub zh: &'static str,
}

/// Defines reasons and the list `REASONS` of them all, from which the documentation is generated:
/// `reasons! { MEETING_STATE: Precondition, "the meeting is {state}", "会议状态为 {state}"; }`.
#[macro_export]
macro_rules! reasons {
    ($($name:ident: $kind:ident, $en:literal, $zh:literal;)+) => {
        $(
            #[doc = $en]
            pub static $name: $crate::Reason =
                $crate::Reason { code: stringify!($name), kind: $crate::Kind::$kind, en: $en, zh: $zh };
        )+
        /// All reasons of this module.
        pub static REASONS: &[&$crate::Reason] = &[$(&$name),+];
    };
}

pub use list::REASONS;
/// Reasons that every service may give.
pub mod reasons {
    pub use super::list::*;
}

mod list {
    reasons! {
        INVALID_REQUEST: Invalid, "the request has invalid fields: {fields}", "请求中有无效字段:{fields}";
        MALFORMED_NAME: Invalid, "{field}: `{name}` is not a name of the form `{pattern}`", "{field}:名称“{name}”格式不正确,应为“{pattern}”";
        TWO_COMMUNITIES: Invalid, "the request names two communities, {first} and {second}", "请求涉及两个社区:{first} 与 {second}";
        REQUEST_ID_REUSED: Invalid, "request_id {request_id} was used for another request", "请求编号 {request_id} 已用于另一请求";
        PAGE_TOKEN_INVALID: Invalid, "the page token does not belong to this query", "分页标记与本次查询不符";
        RESOURCE_NOT_FOUND: NotFound, "{name} does not exist", "{name} 不存在";
        COMMUNITY_NOT_FOUND: NotFound, "{name} is not an active community", "{name} 不是已启用的社区";
        REGION_NOT_FOUND: NotFound, "no division {name} was imported", "未导入区划 {name}";
        ORGANIZATION_NOT_A_MEMBER: Precondition, "{name} is not a member of the community", "{name} 不是本社区成员";
        ETAG_MISMATCH: Conflict, "{name} was changed by somebody else meanwhile", "{name} 已被他人修改";
        PERMISSION_DENIED: Denied, "you may not {permission} here", "您无权在此执行“{permission}”";
        PERSONS_ONLY: Denied, "an API client may not do this; a person must", "接口客户端不得代行此事,须由本人办理";
        UNAUTHENTICATED: Unauthenticated, "no valid credentials: {detail}", "未提供有效凭据:{detail}";
        CREDENTIALS_REVOKED: Unauthenticated, "these credentials were revoked; sign in again", "凭据已被撤销,请重新登录";
        TOO_MANY_ATTEMPTS: Exhausted, "too many attempts; try again in {seconds} s", "尝试过于频繁,请 {seconds} 秒后再试";
        MESSAGE_TOO_LARGE: Exhausted, "the message is larger than {limit} bytes", "消息超过 {limit} 字节";
        UNAVAILABLE: Unavailable, "temporarily unavailable: {detail}", "暂时不可用:{detail}";
        STORAGE_FULL: Exhausted, "the disk with {file} is full", "数据文件 {file} 所在磁盘已满";
        STORAGE_BROKEN: Internal, "the data file {file} is damaged", "数据文件 {file} 已损坏";
        INTERNAL: Internal, "internal error", "内部错误";
    }
}
