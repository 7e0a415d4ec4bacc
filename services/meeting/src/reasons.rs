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
    REPRESENTS_ANOTHER: Precondition, "this person represents {member} in this meeting, and under its rules one person represents {limit} at most", "此人在本次会议中代表 {member};按会议规则,一人至多代表 {limit} 家";
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
    COMMITMENT_STATE: Precondition, "{name} is {state}; this needs {needed}", "{name} 的状态为 {state},此操作要求 {needed}";
    NOT_HOLDER: Precondition, "{organization} does not hold {name}", "{organization} 不是 {name} 的责任单位";
    COMMITMENT_HELD_ALREADY: Precondition, "{organization} holds {name} already", "{organization} 已是 {name} 的责任单位";
    COMMITMENT_NEEDS_RESOLUTION: Precondition, "{name} is no on-site meeting: its commitments come from its resolutions", "{name} 不是现场协商会:承诺事项须由其决议形成";
    COMMITMENT_REF_TAKEN: AlreadyExists, "the organization has a commitment with the number `{external_ref}`", "该单位已有编号为“{external_ref}”的承诺事项";
    DUE_DATE_PASSED: Precondition, "the due date {due_date} has passed", "办理期限 {due_date} 已过";
    RESOLUTION_NOT_LATER: Precondition, "{resolution} is no later resolution of the body that {name} comes from", "{resolution} 不是形成 {name} 的机构此后作出的决议";
    PROBLEM_NOT_FOUND: NotFound, "{name} does not exist", "{name} 不存在";
    PROBLEM_CLOSED: Precondition, "{name} is closed", "{name} 已销号";
    PROBLEM_COMMITTED: Precondition, "open commitments answer {name}; it is closed with the last of them", "{name} 尚有未办结的承诺事项,随最后一项办结而销号";
    AGENDA_ITEM_UNKNOWN: NotFound, "{name} is not on any agenda", "{name} 不在任何议程上";
    MONTH_NOT_BEGUN: Precondition, "{month} has not begun", "{month} 尚未开始";
    MONTH_NOT_OVER: Precondition, "{month} is not over", "{month} 尚未结束";
    MONTH_REPORT_PUBLISHED: AlreadyExists, "{name} was published; it stands", "{name} 已发布,不再更改";
    MINUTES_NOT_DRAFTED: Precondition, "no minutes of {name} have been drafted", "{name} 尚未起草会议纪要";
    MINUTES_VERSION_UNKNOWN: NotFound, "the minutes of {name} have no version {version}", "{name} 的会议纪要没有第 {version} 版";
    MINUTES_NOT_CURRENT: Conflict, "the current minutes of {name} are version {version} with SHA-256 {sha256}", "{name} 的现行会议纪要为第 {version} 版,SHA-256 为 {sha256}";
    MINUTES_SETTLED: Precondition, "version {version} of the minutes of {name} is signed by all or its signing is closed; it can no longer be edited", "{name} 的会议纪要第 {version} 版已全部签署或签署已截止,不得再修改";
    MINUTES_PUBLISHED: Precondition, "version {version} of the minutes of {name} is published; it can no longer be edited", "{name} 的会议纪要第 {version} 版已公示,不得再修改";
    SIGNATURE_NOT_DUE: Precondition, "{member} was at no time present in {name}, so its signature is not due", "{member} 未出席 {name},无须签署";
    SIGNS_FOR_ITSELF: Denied, "you act for {acting} and cannot sign for {member}", "您代表 {acting},不得代 {member} 签署";
    ALREADY_SIGNED: AlreadyExists, "{member} has signed version {version}", "{member} 已签署第 {version} 版";
    SIGNING_OVER: Precondition, "the signing of the minutes of {name} ended at {end}", "{name} 会议纪要的签署已于 {end} 截止";
    SIGNATURES_MISSING: Precondition, "signatures under the minutes of {name} are missing; the signing lasts until {until}", "{name} 的会议纪要尚有成员未签署,签署期至 {until}";
    NOT_PUBLISHED: Precondition, "nothing of {name} is published", "{name} 尚无公示内容";
    DISCLOSURE_OVER: Precondition, "the disclosure period of {name} ended at {end}", "{name} 的公示期已于 {end} 届满";
    OBJECTION_ANSWERED: Precondition, "{name} has been answered", "异议 {name} 已答复";
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
    AMENDMENT_STATE: Precondition, "{name} is {state}; this needs SUBMITTED", "修正案 {name} 的状态为 {state},此操作要求 SUBMITTED";
    AMENDMENT_CHANGES_NOTHING: Precondition, "the text is that of {name} as it reads now", "修正案全文与议案 {name} 现文本相同";
    AMENDMENTS_PENDING: Precondition, "{name} has amendments to be decided before: {amendments}", "议案 {name} 尚有修正案须先行表决:{amendments}";
    AMENDMENT_NOT_NEXT: Precondition, "{name} is not voted on before {next}", "修正案 {name} 须在 {next} 之后表决";
    AMENDMENT_OUTDATED: Precondition, "{name} was written on an earlier text; its mover states it anew on version {version}", "修正案 {name} 系针对较早文本,须由提出者按第 {version} 版文本重新表述";
    AMENDMENT_STANDS: Precondition, "{name} can be voted on, so it is not struck", "修正案 {name} 可以付表决,不得作失效处理";
    AMENDMENTS_DIFFER: Precondition, "the order must name each open amendment of {name} once", "次序须将议案 {name} 的每件未决修正案各列一次";
    MATTER_CLASS_CONTESTED: Precondition, "the class of {name} is contested; voting waits until it is upheld or changed: {objections}", "议题 {name} 的类别存在异议,须待维持或重新归类后方可表决:{objections}";
    CLASS_SAME: Precondition, "{name} is of the class {matter_class} already", "议题 {name} 的类别本为 {matter_class}";
    CLASS_UPHELD: Precondition, "the members upheld the class in this meeting: {name}", "成员已在本次会议维持类别:{name}";
    OBJECTION_EXISTS: AlreadyExists, "your objection {name} stands", "您已提出异议 {name}";
    OBJECTION_STATE: Precondition, "the objection {name} is {state}", "异议 {name} 的状态为 {state}";
    ITEM_VOTED: Precondition, "a vote on {name} is under way or was taken", "议题 {name} 正在或已经表决";
    NOT_CONTESTED: Precondition, "no objection to the class of {name} stands", "议题 {name} 的类别没有待决异议";
    NOT_TO_BE_CARRIED: Precondition, "{name} is not carried: it was neither reclassified nor left undecided by a meeting that ended, or it has left the agenda", "议题 {name} 不予结转:未被重新归类,会议亦未在闭会时遗留未决,或已离开议程";
    OTHER_BODY: Precondition, "{name} is of another body", "{name} 属于其他议事机构";
    HAND_NOT_PRESENT: Precondition, "{member} is not present", "{member} 未到会";
    HAND_TWICE: Precondition, "{member} is named twice", "{member} 被重复列出";
    HAND_CONCERNED: Precondition, "{member} is the one concerned and takes no part", "{member} 为当事方,不参加表决";
    RATIFICATION_STATE: Precondition, "{name} is {state}", "报批 {name} 的状态为 {state}";
    RATIFICATION_OTHER_BODY: Precondition, "{name} is decided by a body of the kind {kind}", "报批 {name} 须由 {kind} 表决";
    RATIFICATION_TEXT_FIXED: Precondition, "{name} ratifies what another body adopted; there is one motion on it, which is not changed", "议题 {name} 系批准其他机构通过的内容,其议案不得另提、修改或撤回";
    CANDIDATE_REQUIRED: Precondition, "{name} is an election: the motion names one candidate", "议题 {name} 为选举,议案须列明一名候选人";
    NOT_AN_ELECTION: Precondition, "{name} is no election: the motion names no candidate", "议题 {name} 不是选举,议案不得列候选人";
    MANDATE_ABSENT: Precondition, "you hold no mandate of {member} for this meeting; with one you act for yourself and name it", "您没有 {member} 对本次会议的授权;持授权者以本人身份办理并列明所代表的单位";
    MANDATE_EXISTS: AlreadyExists, "{organization} has given a mandate that is in force: {name}", "{organization} 已有有效授权:{name}";
    MANDATE_ENDED: Precondition, "the mandate {name} was revoked", "授权 {name} 已撤销";
    PAPER_LISTED: AlreadyExists, "{file} is a paper of {name} already", "{file} 已列为 {name} 的材料";
    DEBATE_OFF: Precondition, "{name} keeps no list of speakers; its debate rules are not set", "{name} 未启用发言名单(未设定发言规则)";
    NOT_INVITED_FOR: Precondition, "{member} is not invited for {name}", "{member} 未受邀列席议题 {name}";
    SPEECH_ASKED: AlreadyExists, "{member} has asked already: {name}", "{member} 已申请发言:{name}";
    SPEECH_LIMIT: Precondition, "{member} has spoken on this item as often as the rules allow, {limit}", "{member} 就本议题发言已达上限 {limit} 次";
    SPEECH_STATE: Precondition, "the speech {name} is {state}; this needs {needed}", "发言 {name} 的状态为 {state},此操作要求 {needed}";
    SPEAKER_NOT_NEXT: Precondition, "{next} comes before {name}", "{name} 之前应先请 {next} 发言";
    FLOOR_TAKEN: Precondition, "{name} has the floor", "{name} 正在发言";
    SPEECH_NOT_OVER: Precondition, "the time of {name} lasts until {end}; until then its speaker alone ends it", "发言 {name} 的时限至 {end},此前仅发言人可以结束";
    INVITED_IS_MEMBER: Precondition, "{member} is a member in {name} and needs no invitation", "{member} 是 {name} 的成员,无须邀请列席";
    INVITED_ALREADY: AlreadyExists, "{user} is invited already: {name}", "{user} 已受邀列席:{name}";
    INVITATION_WITHDRAWN: Precondition, "the invitation {name} was withdrawn", "列席邀请 {name} 已撤回";
    MEETING_MODE: Precondition, "{name} does not meet so; this needs the mode {needed}", "{name} 不以此方式议事,此操作要求 {needed}";
    VOTING_END: Precondition, "a meeting in writing has an end of voting after its start, {start_time}, and a session has none", "书面会议的投票截止时间须晚于开始时间 {start_time},会议形式不设截止时间";
    VOTING_OVER: Precondition, "the voting of {name} ended at {end}", "{name} 的投票已于 {end} 截止";
    MOTION_MISSING: Precondition, "{name} has no motion to vote on in writing", "{name} 没有可供书面表决的议案";
    BUILDING_UNKNOWN: Precondition, "{name} changes the use of a home in the building `{building}`, which is not in the register", "议题 {name} 涉及改变用途的楼栋“{building}”不在业主名册中";
    NOT_BY_UNITS: Precondition, "{name} is no vote by the units of a register", "{name} 不是按户表决";
    NOT_YOUR_UNITS: Denied, "these vote on {name}, but you are no owner of them: {units}", "以下房屋参加 {name} 的表决,但您不是其业主:{units}";
    NOT_AN_OWNER: Denied, "you are no owner of the units by which {name} is voted on", "您不是 {name} 所涉房屋的业主";
    UNIT_NOT_ON_ROSTER: Precondition, "these are not among the units that vote on {name}: {units}", "以下房屋不在 {name} 的表决名册内:{units}";
    UNIT_ALREADY_VOTED: AlreadyExists, "you have voted on {name} for {units}; a ballot is cast once", "您已就 {name} 为 {units} 投票;每票只投一次";
    UNIT_BALLOTS_AGREE: Precondition, "none of your ballots in {name} differs from another of its head; only such are corrected", "您在 {name} 中的选票没有互相矛盾之处,只有矛盾的选票可以更正";
    PAPER_BALLOTS_REFUSED: Precondition, "{count} lines cannot be recorded: {faults}", "有 {count} 行无法录入:{faults}";
    VOTE_NOT_COUNTED: Precondition, "{name} has not been counted", "{name} 尚未计票";
    CHALLENGE_OVER: Precondition, "the result of {name} could be challenged until {end}", "对 {name} 结果的异议期已于 {end} 届满";
    CHALLENGE_ANSWERED: Precondition, "{name} has been answered", "异议 {name} 已答复";
    VOTE_METHOD: Precondition, "{name} is a {method} vote; this needs {needed}", "表决 {name} 的形式为 {method},此操作要求 {needed}";
    BOX_PAPERS_DIFFER: Precondition, "the box of {name} held {papers} papers, and {voters} voters are named", "{name} 的票箱有 {papers} 张票,列名投票人为 {voters} 名";
    BOX_SINGLE_BALLOT: Precondition, "a single ballot beside others would be known to whoever counts the box of {name}: {papers} on paper, {cast} on screens", "在 {name} 的票箱旁单独一张票会被计票人得知:纸质 {papers} 张,电子 {cast} 张";
    BOX_COUNTED: Precondition, "the box of {name} was counted at {at}", "{name} 的票箱已于 {at} 清点";
    BALLOT_NOT_CHANGEABLE: Precondition, "ballots of {name} ({method}) are not changed: {source}", "表决 {name}({method})不得改票:{source}";
    GROUP_EMPTY: Precondition, "the rules {rule_pack} count the group {group} apart, and nobody on the roster of {name} is in it", "规则 {rule_pack} 要求 {group} 单独计票,而 {name} 的应到名单中无人属于该组";
    BALLOT_NOT_CAST: Precondition, "{member} has not voted in {name}", "{member} 尚未在 {name} 中投票";
    CANDIDATE_EXISTS: AlreadyExists, "the candidate stands in {name}", "该候选人已列于议案 {name}";

    RECUSAL_EXISTS: AlreadyExists, "the recusal {name} stands", "回避 {name} 已在";
    RECUSAL_DECIDED: Precondition, "the members decided on it in this meeting: {name}", "成员已在本次会议就此作出决定:{name}";
    RECUSAL_OF_ONESELF: Precondition, "{member} declares its own recusal; none is moved", "{member} 自行申请回避即可,无须提请";
    RECUSAL_STATE: Precondition, "the recusal {name} is {state}", "回避 {name} 的状态为 {state}";
    RECUSAL_PENDING: Precondition, "voting on {name} waits until the members have decided who is recused: {recusals}", "议题 {name} 尚有回避动议待决,须待决定后方可表决:{recusals}";
    MEMBER_RECUSED: Precondition, "{member} is recused from what {name} is about", "{member} 已就 {name} 所涉事项回避";
    ALL_RECUSED: Precondition, "of {group} nobody is left to decide in {name}: all are recused", "{name} 中 {group} 均已回避,无人可表决";
    NOT_DECIDED: Precondition, "{name} is {state}: there is no decision to dissent from", "{name} 的状态为 {state},尚无决定可保留意见";
    DISSENT_EXISTS: AlreadyExists, "your dissent is {name}", "您的保留意见为 {name}";
    DISSENT_ANSWERED: Precondition, "{name} has been answered", "保留意见 {name} 已答复";
    NOT_AWAITING_SECOND: Precondition, "{name} is {state} and waits for no second", "{name} 的状态为 {state},无须附议";
    SECOND_OF_ONESELF: Precondition, "{member} moved {name} and does not second it", "{member} 为 {name} 的提出者,不得附议";
    SECONDED_ALREADY: AlreadyExists, "{member} has seconded {name}", "{member} 已附议 {name}";
    WITHDRAWAL_NOT_CONSENTED: Precondition, "{name} was seconded; its seconders must be in favour of the withdrawal, or the members carry it: {seconders}", "议案 {name} 已获附议,撤回须附议者同意或经成员举手通过:{seconders}";
    NO_CASTING_VOTE: Precondition, "the rules {rule_pack} give the chair no casting vote: {source}", "规则 {rule_pack} 未赋予主席决定票:{source}";
    VOTE_NOT_TIED: Precondition, "the vote {name} is not tied", "表决 {name} 并非票数相等待决";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    const CONTRACTS: &[&str] = &[
        include_str!("../../../proto/yihe/meeting/v1/notice.proto"),
        include_str!("../../../proto/yihe/meeting/v1/presence.proto"),
        include_str!("../../../proto/yihe/meeting/v1/record.proto"),
        include_str!("../../../proto/yihe/meeting/v1/mandate.proto"),
        include_str!("../../../proto/yihe/meeting/v1/speaker.proto"),
        include_str!("../../../proto/yihe/meeting/v1/paper.proto"),
        include_str!("../../../proto/yihe/meeting/v1/invited.proto"),
        include_str!("../../../proto/yihe/meeting/v1/procedure.proto"),
        include_str!("../../../proto/yihe/meeting/v1/proxy.proto"),
        include_str!("../../../proto/yihe/meeting/v1/commitment.proto"),
        include_str!("../../../proto/yihe/meeting/v1/ledger.proto"),
        include_str!("../../../proto/yihe/meeting/v1/body.proto"),
        include_str!("../../../proto/yihe/meeting/v1/meeting.proto"),
        include_str!("../../../proto/yihe/meeting/v1/decision.proto"),
        include_str!("../../../proto/yihe/meeting/v1/object.proto"),
        include_str!("../../../proto/yihe/meeting/v1/amendment.proto"),
        include_str!("../../../proto/yihe/meeting/v1/competence.proto"),
        include_str!("../../../proto/yihe/meeting/v1/recusal.proto"),
        include_str!("../../../proto/yihe/meeting/v1/dissent.proto"),
        include_str!("../../../proto/yihe/meeting/v1/seconding.proto"),
        include_str!("../../../proto/yihe/meeting/v1/tie.proto"),
        include_str!("../../../proto/yihe/meeting/v1/minutes.proto"),
        include_str!("../../../proto/yihe/meeting/v1/disclosure.proto"),
        include_str!("../../../proto/yihe/meeting/v1/owners.proto"),
        include_str!("../../../proto/yihe/meeting/v1/clerk.proto"),
        include_str!("../../../proto/yihe/meeting/v1/ballot.proto"),
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
