use yihe_kernel::{CommunityId, Fields, Result, Timestamp};
use yihe_proto::meeting::v1 as pb;
use yihe_tally::Language;

use super::read::code;
use super::speech::debate_rules;
use super::{Wire, instant, organization, organization_of, user};
use crate::domain::{
    AgendaItem, AgendaItemKind, DebateRules, MatterClass, Meeting, MeetingMode, Notice, Presence, Quorum, RosterEntry,
};
use crate::names::{MeetingName, RatificationName};
use yihe_retry::Retry;

const TITLE: std::ops::RangeInclusive<usize> = 1..=200;
const LOCATION: std::ops::RangeInclusive<usize> = 0..=200;

/// A meeting to be convened.
#[derive(Debug)]
pub struct NewMeeting {
    /// Title.
    pub title: String,
    /// Place; may be empty.
    pub location: String,
    /// When it is to begin.
    pub starts_at: Timestamp,
    /// How it decides; as its kind of body does, where nothing is said.
    pub mode: Option<MeetingMode>,
    /// When its voting ends.
    pub voting_ends_at: Option<Timestamp>,
    /// How it debates.
    pub debate: Option<DebateRules>,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::CreateMeetingRequest> for NewMeeting {
    type Error = yihe_kernel::Error;

    fn try_from(request: &pb::CreateMeetingRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let meeting = request.meeting.clone().unwrap_or_default();
        let title = fields.line("meeting.title", &meeting.title, TITLE);
        let location = fields.line("meeting.location", &meeting.location, LOCATION);
        let starts_at = required_instant(&mut fields, "meeting.start_time", meeting.start_time.as_ref());
        let mode = match meeting.mode() {
            pb::MeetingMode::Unspecified => None,
            pb::MeetingMode::Session => Some(MeetingMode::Session),
            pb::MeetingMode::Written => Some(MeetingMode::Written),
        };
        let voting_ends_at = fields.instant("meeting.voting_end_time", meeting.voting_end_time.as_ref());
        let debate = debate_rules(&mut fields, meeting.debate_rules.as_ref());
        let made = starts_at.map(|starts_at| Self {
            debate,
            title,
            location,
            starts_at,
            mode,
            voting_ends_at,
            retry,
        });
        fields.finish_with("meeting.start_time", made)
    }
}

fn required_instant(fields: &mut Fields, field: &str, wire: Option<&prost_types::Timestamp>) -> Option<Timestamp> {
    if wire.is_none() {
        fields.refuse(field, "is required", "必填");
    }
    fields.instant(field, wire)
}

/// What to change in a draft.
#[derive(Debug, Default)]
pub struct MeetingChanges {
    /// Title.
    pub title: Option<String>,
    /// Place.
    pub location: Option<String>,
    /// When it is to begin.
    pub starts_at: Option<Timestamp>,
    /// When its voting ends.
    pub voting_ends_at: Option<Timestamp>,
    /// How it debates, or that it does not.
    pub debate: Option<Option<DebateRules>>,
    /// The version last seen; may be empty.
    pub etag: String,
}

impl TryFrom<pb::UpdateMeetingRequest> for MeetingChanges {
    type Error = yihe_kernel::Error;

    fn try_from(request: pb::UpdateMeetingRequest) -> Result<Self> {
        let meeting = request.meeting.unwrap_or_default();
        let mut mask = request.update_mask;
        if mask.is_empty() {
            let set = [
                ("title", !meeting.title.is_empty()),
                ("location", !meeting.location.is_empty()),
                ("start_time", meeting.start_time.is_some()),
                ("voting_end_time", meeting.voting_end_time.is_some()),
                ("debate_rules", meeting.debate_rules.is_some()),
            ];
            mask = set
                .iter()
                .filter(|(_, set)| *set)
                .map(|(path, _)| (*path).to_owned())
                .collect();
        }
        let mut fields = Fields::new();
        let mut changes = Self {
            etag: meeting.etag,
            ..Self::default()
        };
        for path in mask {
            match path.as_str() {
                "title" => changes.title = Some(fields.line("meeting.title", &meeting.title, TITLE)),
                "location" => changes.location = Some(fields.line("meeting.location", &meeting.location, LOCATION)),
                "start_time" => {
                    changes.starts_at =
                        required_instant(&mut fields, "meeting.start_time", meeting.start_time.as_ref());
                }
                "debate_rules" => {
                    changes.debate = Some(debate_rules(&mut fields, meeting.debate_rules.as_ref()));
                }
                "voting_end_time" => {
                    changes.voting_ends_at =
                        required_instant(&mut fields, "meeting.voting_end_time", meeting.voting_end_time.as_ref());
                }
                _ => fields.refuse(
                    "update_mask",
                    "holds a path other than title, location, start_time, voting_end_time, debate_rules",
                    "含有不可修改的字段",
                ),
            }
        }
        fields.finish()?;
        Ok(changes)
    }
}

/// An item to be put on the agenda.
#[derive(Debug)]
pub struct NewAgendaItem {
    /// Title.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// What is done with it.
    pub kind: AgendaItemKind,
    /// Class of the matter.
    pub matter_class: MatterClass,
    /// Building whose use is to change; may be empty.
    pub building: String,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::CreateAgendaItemRequest> for NewAgendaItem {
    type Error = yihe_kernel::Error;

    fn try_from(request: &pb::CreateAgendaItemRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let item = request.agenda_item.clone().unwrap_or_default();
        let title = fields.line("agenda_item.title", &item.title, TITLE);
        let description = fields.lines("agenda_item.description", &item.description, 0..=10_000);
        let kind = code::<AgendaItemKind>(&mut fields, "agenda_item.kind", item.kind);
        let matter_class = code::<MatterClass>(&mut fields, "agenda_item.matter_class", item.matter_class);
        let building = fields.line("agenda_item.building", &item.building, 0..=30);
        let made = kind.zip(matter_class);
        let made = made.map(|(kind, matter_class)| Self {
            title,
            description,
            kind,
            matter_class,
            building,
            retry,
        });
        fields.finish_with("agenda_item", made)
    }
}

impl From<Meeting> for pb::Meeting {
    fn from(meeting: Meeting) -> Self {
        Self {
            etag: meeting.etag(),
            name: meeting.name.to_string(),
            body: meeting.name.body(meeting.body).to_string(),
            body_kind: meeting.body_kind.number(),
            convener: organization(meeting.convener),
            state: meeting.state.number(),
            mode: meeting.mode.number(),
            voting_end_time: instant(meeting.voting_ends_at),
            start_time: instant(meeting.start_known.then_some(meeting.starts_at)),
            postpone_time: instant(meeting.postponed.as_ref().map(|since| since.at)),
            postpone_reason: meeting.postponed.map(|since| since.reason).unwrap_or_default(),
            suspend_time: instant(meeting.suspended.as_ref().map(|since| since.at)),
            suspend_reason: meeting.suspended.map(|since| since.reason).unwrap_or_default(),
            notice_round: meeting.notice_round,
            quorate: meeting.quorate,
            debate_rules: meeting.debate.map(Into::into),
            create_time: instant(Some(meeting.created_at)),
            notice_time: instant(meeting.noticed_at),
            open_time: instant(meeting.opened_at),
            close_time: instant(meeting.closed_at),
            cancel_reason: meeting.cancel_reason.clone().unwrap_or_default(),
            title: meeting.title,
            location: meeting.location,
        }
    }
}

impl From<AgendaItem> for pb::AgendaItem {
    fn from(item: AgendaItem) -> Self {
        let reclassified = item.course.reclassified.as_ref();
        let ratification = item.course.ratifies.map(|ratification| RatificationName {
            community: item.name.community.clone(),
            ratification,
        });
        let papers = item.papers.iter().map(|paper| pb::AgendaPaper {
            file: paper.file.to_string(),
            sha256: paper.sha256.clone(),
            table_time: instant(paper.tabled_at),
        });
        Self {
            papers: papers.collect(),
            etag: item.etag(),
            name: item.name.to_string(),
            title: item.title,
            description: item.description,
            proposer: item.proposer.name(&item.name.community),
            proposer_display_name: item.proposer_display_name,
            kind: item.kind.number(),
            matter_class: item.matter_class.number(),
            building: item.building,
            position: item.position,
            noticed: item.noticed,
            withdraw_time: instant(item.withdrawn_at),
            reclassified_as: reclassified.map(|to| to.matter_class.number()).unwrap_or_default(),
            reclassify_reason: reclassified.map(|to| to.reason.clone()).unwrap_or_default(),
            reclassify_time: instant(reclassified.map(|to| to.at)),
            carried_from: item
                .course
                .carried_from
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            carried_to: item
                .course
                .carried_to
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            ratification: ratification.map(|name| name.to_string()).unwrap_or_default(),
        }
    }
}

/// One of those on a roster.
pub fn roster_entry(community: &CommunityId, entry: RosterEntry) -> pb::RosterEntry {
    pb::RosterEntry {
        organization: organization_of(entry.member),
        kind: entry.kind.into(),
        display_name: entry.display_name,
        group: entry.group,
        heads: entry.heads.into(),
        acknowledge_time: instant(entry.acknowledged_at),
        member: entry.member.name(community),
    }
}

impl From<Notice> for pb::Notice {
    fn from(notice: Notice) -> Self {
        let entry = |entry| roster_entry(&notice.meeting.community, entry);
        Self {
            meeting: notice.meeting.to_string(),
            serve_time: instant(Some(notice.served_at)),
            rule_pack: notice.pack.id().to_owned(),
            rule_pack_effective_date: notice.pack.effective_from().to_string(),
            rule_pack_text: notice.pack.text().to_owned(),
            rule_pack_sha256: notice.pack.hash().to_owned(),
            register: notice
                .register
                .map(|register| super::owners::frozen_register(&notice.meeting, register)),
            agenda: notice.agenda.into_iter().map(Into::into).collect(),
            roster: notice.roster.into_iter().map(entry).collect(),
        }
    }
}

/// An interval of a meeting.
pub fn presence(meeting: &MeetingName, presence: &Presence) -> pb::Presence {
    pb::Presence {
        meeting: meeting.to_string(),
        organization: organization_of(presence.member),
        member: presence.member.name(&meeting.community),
        representative: user(presence.representative),
        start_time: instant(Some(presence.started_at)),
        end_time: instant(presence.ended_at),
        recorded_by: presence.recorded_by.map(user).unwrap_or_default(),
        mandate: presence
            .mandate
            .map(|mandate| meeting.mandate(mandate).to_string())
            .unwrap_or_default(),
        invited_person: presence
            .invited
            .map(|invited| meeting.invited_person(invited).to_string())
            .unwrap_or_default(),
    }
}

/// A quorum of a meeting of a community.
pub fn quorum(community: &CommunityId, quorum: &Quorum) -> pb::Quorum {
    let count = |heads| i64::try_from(heads).unwrap_or(i64::MAX);
    let organizations = quorum.attending.iter().filter_map(|member| member.organization());
    pb::Quorum {
        members: count(quorum.members),
        present: count(quorum.present),
        met: quorum.met,
        text_en: quorum.sentence(Language::En),
        text_zh: quorum.sentence(Language::Zh),
        compute_time: instant(Some(quorum.computed_at)),
        organizations: organizations.map(organization).collect(),
        recused_members: quorum.recused.iter().map(|member| member.name(community)).collect(),
        represented_members: quorum.represented.iter().map(|member| member.name(community)).collect(),
        present_members: quorum.attending.iter().map(|member| member.name(community)).collect(),
    }
}
