use yihe_kernel::CommunityId;
use yihe_proto::meeting::v1 as pb;
use yihe_tally::{DayUnit, RulePack};

use super::{Wire, instant, user};
use crate::domain::{Delivery, Member, NoticePeriod, Waiver};
use crate::names::MeetingName;

/// What checking a notice came to.
pub fn check(
    community: &CommunityId,
    (pack, period): (&RulePack, &NoticePeriod),
    members: &[Member],
    waived: &[Member],
) -> pb::NoticeCheck {
    let names = |members: &mut dyn Iterator<Item = &Member>| members.map(|member| member.name(community)).collect();
    pb::NoticeCheck {
        rule_pack: pack.id().to_owned(),
        days: i32::try_from(period.days).unwrap_or(i32::MAX),
        working_days: period.unit == DayUnit::Working,
        earliest_date: period.earliest_on.to_string(),
        start_date: period.starts_on.map(|date| date.to_string()).unwrap_or_default(),
        period_kept: period.is_kept(),
        waiver_allowed: period.waiver_allowed,
        waived: names(&mut waived.iter()),
        not_waived: names(&mut members.iter().filter(|member| !waived.contains(member))),
    }
}

/// A waiver for a meeting.
pub fn waiver(meeting: &MeetingName, waiver: &Waiver) -> pb::NoticeWaiver {
    pb::NoticeWaiver {
        meeting: meeting.to_string(),
        member: waiver.member.name(&meeting.community),
        start_time: instant(Some(waiver.starts_at)),
        waive_time: instant(Some(waiver.waived_at)),
        recorded_by: waiver.recorded_by.map(user).unwrap_or_default(),
    }
}

/// A delivery of a meeting's notice.
pub fn delivery(meeting: &MeetingName, delivery: Delivery) -> pb::Delivery {
    pb::Delivery {
        meeting: meeting.to_string(),
        recipient: delivery.recipient.name(&meeting.community),
        channel: delivery.channel.number(),
        deliver_time: instant(Some(delivery.delivered_at)),
        evidence: delivery.evidence.map(|file| file.to_string()).unwrap_or_default(),
        note: delivery.note,
        recorded_by: user(delivery.recorded_by),
    }
}
