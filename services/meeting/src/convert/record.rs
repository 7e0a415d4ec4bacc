use yihe_kernel::{Fields, FileName};
use yihe_proto::meeting::v1 as pb;

use super::{Wire, instant, user};
use crate::domain::Record;

/// What proves a record: a file and a note, both optional.
pub fn proof(fields: &mut Fields, evidence: &str, note: &str) -> (Option<FileName>, String) {
    let evidence = fields.optional_name("evidence", evidence);
    (evidence, fields.lines("note", note, 0..=2000))
}

impl From<Record> for pb::Record {
    fn from(record: Record) -> Self {
        let contest = record.contest.as_ref();
        let answer = contest.and_then(|contest| contest.answer.as_ref());
        Self {
            name: record.name.to_string(),
            act: record.act.number(),
            member: record.member.name(&record.name.community),
            evidence: record.evidence.map(|file| file.to_string()).unwrap_or_default(),
            recorded_by: user(record.recorded_by),
            record_time: instant(Some(record.recorded_at)),
            contest_state: contest.map_or(pb::ContestState::Unspecified.into(), |contest| contest.state.number()),
            contest_reason: contest.map(|contest| contest.reason.clone()).unwrap_or_default(),
            contest_time: instant(contest.map(|contest| contest.contested_at)),
            answer: answer.map(|(text, _)| text.clone()).unwrap_or_default(),
            answer_time: instant(answer.map(|(_, at)| *at)),
            contest_recorded_by: contest
                .and_then(|contest| contest.recorded_by)
                .map(user)
                .unwrap_or_default(),
            subject: record.subject,
            note: record.note,
        }
    }
}
