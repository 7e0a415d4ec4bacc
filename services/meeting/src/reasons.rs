//! Why this service refuses. The comments of the RPCs name the same codes.

use yihe_kernel::reasons;
pub use yihe_kernel::reasons::ORGANIZATION_NOT_A_MEMBER;

reasons! {
    SECRET_NOT_POSSIBLE: Precondition, "a secret vote counts heads, one each, and {name} does not", "无记名表决只按人(户)数、每方一票计算,{name} 不符合";
    VOTE_KEY_BROKEN: Unavailable, "the key of a secret vote cannot be kept or read ({file}: {detail})", "无记名表决的密钥无法保存或读取({file}:{detail})";
    ORGANIZATION_REQUIRED: Denied, "this is done for an organization; act for one", "此事须代表单位办理,请选择所代表的单位";
    RULE_PACK_UNKNOWN: Precondition, "no rule pack `{rule_pack}` for {kind} is in force here on {date}", "{date} 在此没有适用于 {kind} 的议事规则包“{rule_pack}”";
    BODY_NOT_FOUND: NotFound, "{name} does not exist", "{name} 不存在";
    BODY_MEMBER_EXISTS: AlreadyExists, "{member} is a member of {name} already", "{member} 已是 {name} 的成员";
    BODY_MEMBER_ENDED: Precondition, "the membership {name} has ended", "成员资格 {name} 已终止";
    START_TIME_PASSED: Precondition, "the start time {start_time} has passed", "开始时间 {start_time} 已过";
    MEETING_STATE: Precondition, "{name} is {state}; this needs {needed}", "{name} 的状态为 {state},此操作要求 {needed}";
    NOTICE_TOO_SHORT: Precondition, "the rules ask for {days} whole days between notice and meeting: {earliest_date} at the earliest", "规则要求通知与会议之间隔足 {days} 日:最早可于 {earliest_date} 开会";
    CALENDAR_MISSING: Precondition, "the rules count working days, and there is no calendar for {year}", "规则按工作日计算,而缺少 {year} 年的工作日历";
    AGENDA_EMPTY: Precondition, "{name} has no item on its agenda", "{name} 的议程为空";
    ROSTER_EMPTY: Precondition, "the body of {name} has no member in force", "{name} 所属机构没有在册成员";
    MEMBERS_CHANGED: Conflict, "the members of the body of {name} changed meanwhile; try again", "{name} 所属机构的成员刚有变动,请重试";
    NOTICE_NOT_SERVED: Precondition, "no notice of {name} has been served", "{name} 尚未发出通知";
    NOT_ON_ROSTER: Precondition, "{member} is not on the roster of {name}", "{member} 不在 {name} 的应到名单中";
    TOO_EARLY: Precondition, "this can be done from {earliest} on", "最早可于 {earliest} 办理";
    ALREADY_REPRESENTED: Precondition, "{member} is represented by another person already", "{member} 已由他人代表签到";
    REPRESENTS_ANOTHER: Precondition, "you represent {member} in this meeting", "您在本次会议中代表 {member}";
    NOT_CHECKED_IN: Precondition, "you are not checked in for {member}", "您尚未代表 {member} 签到";
    AGENDA_ITEM_WITHDRAWN: Precondition, "{name} was withdrawn", "议题 {name} 已撤回";
    AGENDA_ITEM_NOT_NOTICED: Precondition, "{name} did not stand in the notice, so it cannot be decided", "议题 {name} 未列入会议通知,不得表决";
    AGENDA_ITEM_NOT_FOR_DECISION: Precondition, "{name} ({kind}, {matter_class}) is not up for decision under the rules of this meeting", "按本次会议规则,议题 {name}({kind},{matter_class})不付表决";
    MOTION_STATE: Precondition, "{name} is {state}; this needs SUBMITTED", "议案 {name} 的状态为 {state},此操作要求 SUBMITTED";
    VOTE_OPEN: Precondition, "the vote {name} is open", "表决 {name} 正在进行";
    VOTE_CLOSED: Precondition, "the vote {name} is closed", "表决 {name} 已结束";
    MEETING_NOT_QUORATE: Precondition, "{name} has no quorum: {test}", "{name} 未达法定人数:{test_zh}";
    BODY_MEMBER_KIND: Precondition, "{name} is a {kind} and does not take {member} as a member", "{name}({kind})不接受 {member} 为成员";
    BODY_MEMBERS_REGISTERED: Precondition, "the members of {name} are the owners in the register of its compound; none is listed by hand", "{name} 的成员为其小区名册上的业主,不另行列名";
    NOT_ELIGIBLE: Precondition, "{member} may not vote here: it was not present when the vote opened", "{member} 无权参加本次表决:表决开始时未到会";
    NOT_REPRESENTATIVE: Precondition, "you are not the present representative of {member}", "您不是 {member} 在场的代表";
    ALREADY_VOTED: AlreadyExists, "{member} has voted; a ballot is cast once", "{member} 已投票;每票只能投一次";

    START_TIME_UNDETERMINED: Precondition, "{name} is postponed to a time not known yet; set its start first", "{name} 已延期且时间未定,请先确定开始时间";
    AGENDA_POSITION_UNKNOWN: Precondition, "the agenda has the places 1 to {last}", "议程的位置为 1 至 {last}";

    FILE_UNKNOWN: Precondition, "{name} is no file in use here", "{name} 不是此处有效的文件";
    FILE_ELSEWHERE: Precondition, "the file {name} does not belong to {object}", "文件 {name} 不属于 {object}";
    NOTICE_NOT_WAIVED: Precondition, "the notice is too short before {earliest_date}, and {count} members have not waived: {members}", "通知期限不足(最早 {earliest_date}),仍有 {count} 名成员未放弃通知期限:{members}";
    WAIVER_NOT_ALLOWED: Precondition, "the rules {rule_pack} do not allow the notice period to be waived", "规则 {rule_pack} 不允许放弃通知期限";
    NOT_A_MEMBER_OF_BODY: Precondition, "{member} is no member of the body of {name}", "{member} 不是 {name} 所属机构的成员";
    DELIVERY_TIME: Precondition, "{deliver_time} does not lie between the notice, {serve_time}, and now", "送达时间 {deliver_time} 不在通知时间 {serve_time} 与现在之间";
    RECORD_CONTESTED: AlreadyExists, "{name} was contested already", "{name} 已被提出异议";
    RECORD_NOT_CONTESTED: Precondition, "{name} has no contest that waits for an answer", "{name} 没有待答复的异议";
    REPRESENTATIVE_NOT_APPOINTED: Precondition, "{user} holds no post in {organization} by which it could represent it", "{user} 在 {organization} 没有可代表该单位到会的职务";

    PROXY_NOT_ALLOWED: Precondition, "the rules {rule_pack} allow no proxies: {source}", "规则 {rule_pack} 不允许委托投票:{source}";
    PROXY_OF_ONESELF: Precondition, "{member} cannot hold its own proxy", "{member} 不能委托自己";
    PROXY_LIMIT: Precondition, "{holder} holds as many proxies as the rules allow, {limit}: {source}", "{holder} 受托已达规则上限 {limit}:{source}";
    PROXY_EXISTS: AlreadyExists, "{principal} has given a proxy for this already: {name}", "{principal} 已就此委托:{name}";
    PROXY_PRINCIPAL_PRESENT: Precondition, "{member} is checked in and votes itself", "{member} 已签到,应亲自表决";
    PROXY_EXPIRY: Precondition, "the proxy would have ended before now, {now}", "委托期限早于现在 {now}";
    PROXY_ENDED: Precondition, "the proxy {name} was revoked, has expired, or is void because its principal came", "委托 {name} 已撤销、过期,或因委托人到会而失效";
    PROXY_ABSENT: Precondition, "you hold no proxy of {principal} for this vote", "您未受 {principal} 委托参加本次表决";
    PROXY_INSTRUCTION: Precondition, "the instruction of {principal} is {instruction}", "{principal} 的委托意见为 {instruction}";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    const CONTRACTS: &[&str] = &[
        include_str!("../../../proto/yihe/meeting/v1/notice.proto"),
        include_str!("../../../proto/yihe/meeting/v1/presence.proto"),
        include_str!("../../../proto/yihe/meeting/v1/record.proto"),
        include_str!("../../../proto/yihe/meeting/v1/procedure.proto"),
        include_str!("../../../proto/yihe/meeting/v1/proxy.proto"),
        include_str!("../../../proto/yihe/meeting/v1/body.proto"),
        include_str!("../../../proto/yihe/meeting/v1/meeting.proto"),
        include_str!("../../../proto/yihe/meeting/v1/decision.proto"),
        include_str!("../../../proto/yihe/meeting/v1/object.proto"),
    ];

    fn named() -> BTreeSet<&'static str> {
        let comments = CONTRACTS
            .iter()
            .flat_map(|text| text.lines())
            .filter(|line| line.trim_start().starts_with("//"));
        let words = comments.flat_map(|line| line.split('`').skip(1).step_by(2));
        words
            .filter(|word| word.contains('_') && word.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'))
            .collect()
    }

    #[test]
    fn the_contract_names_the_reasons_given_and_no_others() {
        let ours: BTreeSet<_> = super::REASONS.iter().map(|reason| reason.code).collect();
        let common: BTreeSet<_> = yihe_kernel::REASONS.iter().map(|reason| reason.code).collect();
        let named = named();
        assert_eq!(
            ours.difference(&named).collect::<Vec<_>>(),
            Vec::<&&str>::new(),
            "not named in the contract"
        );
        let unknown: Vec<_> = named
            .iter()
            .filter(|code| !ours.contains(*code) && !common.contains(*code))
            .collect();
        assert_eq!(unknown, Vec::<&&str>::new(), "named in the contract, given by nobody");
    }
}
