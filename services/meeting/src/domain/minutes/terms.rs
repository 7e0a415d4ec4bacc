//! The words of the record.

use yihe_kernel::Timestamp;
use yihe_tally::{BodyKind, MatterClass};

use super::ChangeFacts;
use crate::domain::{
    AgendaItemKind, BallotChangeKind, BallotMethod, Choice, ContestState, MeetingMode, MotionState, RecordedAct,
    TIME_ZONE, VoteState,
};

/// An instant in the community's time.
pub fn instant(at: Timestamp) -> String {
    format!("{} {}", at.date_in(TIME_ZONE), at.time_in(TIME_ZONE))
}

/// An instant that may be missing.
pub fn instant_or(at: Option<Timestamp>, otherwise: &str) -> String {
    at.map_or_else(|| otherwise.to_owned(), instant)
}

pub const fn body_kind(kind: BodyKind) -> &'static str {
    match kind {
        BodyKind::JointConference => "联席会议",
        BodyKind::OnSite => "现场协商会",
        BodyKind::PartyBriefing => "书记茶话会",
        BodyKind::ResidentsCouncil => "居民议事会",
        BodyKind::SupervisoryBoard => "居民监事会",
        BodyKind::CaptainsAssociation => "楼长协会",
        BodyKind::OwnersCommitteeMeeting => "业委会会议",
        BodyKind::OwnersAssembly => "业主大会",
        BodyKind::ResidentsMeeting => "居民会议",
        BodyKind::MediationPanel => "联合调解会议",
    }
}

pub const fn mode(mode: MeetingMode) -> &'static str {
    match mode {
        MeetingMode::Session => "会议形式",
        MeetingMode::Written => "书面征求意见形式",
    }
}

pub const fn item_kind(kind: AgendaItemKind) -> &'static str {
    match kind {
        AgendaItemKind::Report => "通报",
        AgendaItemKind::Deliberation => "协商",
        AgendaItemKind::Decision => "表决",
    }
}

pub const fn matter_class(class: MatterClass) -> &'static str {
    match class {
        MatterClass::Information => "情况通报",
        MatterClass::Coordination => "工作协调",
        MatterClass::ResourceSharing => "资源共享",
        MatterClass::PublicFundUse => "公共资金使用",
        MatterClass::RulesAndCovenants => "规则与公约",
        MatterClass::Election => "选举",
        MatterClass::OwnersOrdinary => "业主共同决定（一般事项）",
        MatterClass::OwnersSpecial => "业主共同决定（特别事项）",
        MatterClass::OwnersChangeOfUse => "住宅改为经营性用房",
        MatterClass::ResidentsReserved => "居民会议决定事项",
        MatterClass::PersonalMatter => "个人事务",
    }
}

pub const fn motion_state(state: MotionState) -> &'static str {
    match state {
        MotionState::Submitted => "已提出，未付表决",
        MotionState::Voting => "表决中",
        MotionState::Adopted => "通过",
        MotionState::Rejected => "未通过",
        MotionState::Withdrawn => "已撤回",
        MotionState::PendingRatification => "待有权机构决定",
        MotionState::Ratified => "有权机构已批准",
        MotionState::NotRatified => "有权机构未批准",
        MotionState::AwaitingSecond => "未获附议",
    }
}

pub const fn vote_state(state: VoteState) -> &'static str {
    match state {
        VoteState::Open => "进行中",
        VoteState::Closed => "已结束",
        VoteState::Lapsed => "因会议结束时未达法定人数而中止，未计票",
        VoteState::Tied => "票数相等，待主席决定",
    }
}

pub const fn method(method: BallotMethod) -> &'static str {
    match method {
        BallotMethod::OpenRollCall => "记名表决",
        BallotMethod::Secret => "无记名表决",
        BallotMethod::ByUnit => "按户记名书面表决",
    }
}

pub const fn choice(choice: Option<Choice>) -> &'static str {
    match choice {
        Some(Choice::Yes) => "赞成",
        Some(Choice::No) => "反对",
        Some(Choice::Abstain) => "弃权",
        Some(Choice::Sealed) => "已投票（无记名）",
        Some(Choice::Invalid) => "无效",
        None => "未表决",
    }
}

pub const fn recorded_act(act: RecordedAct) -> &'static str {
    match act {
        RecordedAct::CheckIn => "签到",
        RecordedAct::CheckOut => "签退",
        RecordedAct::Acknowledgement => "签收通知",
        RecordedAct::Delivery => "送达通知",
        RecordedAct::Ballot => "表决",
        RecordedAct::Signature => "签署",
        RecordedAct::Recusal => "回避",
        RecordedAct::Commitment => "承诺事项",
        RecordedAct::Waiver => "放弃通知期限",
        RecordedAct::Mandate => "委派代表",
        RecordedAct::Proxy => "委托投票",
        RecordedAct::Motion => "提出议案",
    }
}

pub const fn contest_state(state: ContestState) -> &'static str {
    match state {
        ContestState::Open => "尚未答复",
        ContestState::Upheld => "经答复成立",
        ContestState::Rejected => "经答复不成立",
    }
}

/// What a ballot said before, and why it no longer does.
pub fn ballot_change(name: &str, before: &ChangeFacts) -> String {
    let (said, at) = (choice(Some(before.choice)), instant(before.changed_at));
    match before.kind {
        BallotChangeKind::Changed => format!("{name} 原投{said}，于 {at} 改票"),
        BallotChangeKind::TakenBack => format!("{name} 被代录为{said}，因异议成立于 {at} 撤销"),
    }
}

/// Posts as the directory codes them, such as `RESIDENT_UNIT/REPRESENTATIVE`, in words; what is no such code stands as written.
pub fn posts(codes: &str) -> String {
    let words: Vec<_> = codes
        .split('、')
        .map(|code| code.split_once('/').map_or(code, |(_, post)| post_word(post)))
        .collect();
    words.join("、")
}

fn post_word(post: &str) -> &str {
    match post {
        "SECRETARY" => "书记",
        "DEPUTY_SECRETARY" => "副书记",
        "DIRECTOR" => "主任",
        "DEPUTY_DIRECTOR" => "副主任",
        "MEMBER" => "委员",
        "MANAGER" => "负责人",
        "STAFF" => "工作人员",
        "REPRESENTATIVE" => "代表",
        "CLERK" => "会议秘书",
        "TREASURER" => "财务",
        "SUPERVISOR" => "监事",
        "GRID_WORKER" => "网格员",
        "CAPTAIN" => "楼栋长",
        "OWNER" => "业主",
        "RESIDENT" => "居民",
        other => other,
    }
}
