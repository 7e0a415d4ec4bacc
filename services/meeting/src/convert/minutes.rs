use yihe_kernel::{Fields, FileName, OrganizationId, Result, Timestamp, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_tally::{Calendar, DayUnit, RulePack};

use super::{Wire, instant, organization, user};
use crate::domain::minutes::{
    Minutes, Notes, Objection, Signature, SignatureMethod, SignatureState, Version, last_day,
};
use crate::domain::{Meeting, Member, TIME_ZONE};
use crate::names::{AgendaItemId, AgendaItemName, MeetingName};

/// A SHA-256 as 64 hexadecimal digits.
pub fn sha256(fields: &mut Fields, field: &str, text: &str) -> String {
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        fields.refuse(field, "must be 64 hexadecimal digits", "须为 64 位十六进制数字");
    }
    text.to_ascii_lowercase()
}

/// Free text to be written.
#[derive(Debug)]
pub struct NewNotes {
    notes: Vec<(Option<AgendaItemId>, String)>,
    /// The etag last seen; may be empty.
    pub etag: String,
}

impl NewNotes {
    /// From the wire.
    ///
    /// # Errors
    /// `INVALID_REQUEST`.
    pub fn of(request: &pb::UpdateMinutesRequest, meeting: &MeetingName) -> Result<Self> {
        let mut fields = Fields::new();
        let mut notes = Vec::new();
        for (index, note) in request.notes.iter().enumerate() {
            let text = fields.lines(&format!("notes[{index}].text"), &note.text, 0..=10_000);
            let field = format!("notes[{index}].agenda_item");
            let item = fields.optional_name::<AgendaItemName>(&field, &note.agenda_item);
            if item.as_ref().is_some_and(|item| item.meeting() != *meeting) {
                fields.refuse(&field, "must be of the same meeting", "须为同一会议的议题");
            }
            notes.push((item.map(|item| item.agenda_item), text));
        }
        fields.finish()?;
        Ok(Self {
            notes,
            etag: request.etag.clone(),
        })
    }

    /// The items written about.
    pub fn items(&self) -> impl Iterator<Item = AgendaItemId> {
        self.notes.iter().filter_map(|(item, _)| *item)
    }

    /// Writes them over what was there.
    pub fn write(&self, kept: &mut Notes) {
        for (item, text) in &self.notes {
            match item {
                Some(item) => kept.discuss(*item, text.clone()),
                None => kept.remarks.clone_from(text),
            }
        }
    }
}

/// A signature on paper.
#[derive(Debug)]
pub struct PaperSignature {
    /// Whose.
    pub member: Member,
    /// SHA-256 of the text, as printed.
    pub sha256: String,
    /// Name of the person, as written.
    pub person_name: String,
    /// Post, as written.
    pub post: String,
    /// The scan.
    pub evidence: FileName,
}

impl TryFrom<&pb::RecordSignatureRequest> for PaperSignature {
    type Error = yihe_kernel::Error;

    fn try_from(request: &pb::RecordSignatureRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let member = fields.name::<Member>("member", &request.member);
        let sha256 = sha256(&mut fields, "sha256", &request.sha256);
        let person_name = fields.line("person_name", &request.person_name, 1..=100);
        let post = fields.line("post", &request.post, 0..=100);
        let evidence = fields.name::<FileName>("evidence", &request.evidence);
        let made = member.zip(evidence).map(|(member, evidence)| Self {
            member,
            sha256,
            person_name,
            post,
            evidence,
        });
        fields.finish_with("member", made)
    }
}

impl Wire for SignatureMethod {
    type Proto = pb::SignatureMethod;

    fn from_wire(wire: pb::SignatureMethod) -> Option<Self> {
        match wire {
            pb::SignatureMethod::Unspecified => None,
            pb::SignatureMethod::OnScreen => Some(Self::OnScreen),
            pb::SignatureMethod::ScannedSeal => Some(Self::ScannedSeal),
        }
    }

    fn to_wire(self) -> pb::SignatureMethod {
        match self {
            Self::OnScreen => pb::SignatureMethod::OnScreen,
            Self::ScannedSeal => pb::SignatureMethod::ScannedSeal,
        }
    }
}

const fn state(state: SignatureState, void: bool) -> pb::SignatureState {
    match (void, state) {
        (true, _) => pb::SignatureState::Void,
        (false, SignatureState::Signed) => pb::SignatureState::Signed,
        (false, SignatureState::Refused) => pb::SignatureState::Refused,
        (false, SignatureState::NotSigned) => pb::SignatureState::NotSigned,
    }
}

/// A signature; one under a version that is no longer current is void.
pub fn signature(signature: Signature, current: i32) -> pb::MinutesSignature {
    let person = |person: Option<UserId>| person.map(user).unwrap_or_default();
    let method = signature.method.map_or(0, Wire::number);
    pb::MinutesSignature {
        version: signature.version,
        member: signature.member.name(&signature.name.community),
        name: signature.name.to_string(),
        sha256: signature.sha256,
        display_name: signature.display_name,
        state: state(signature.state, signature.version != current).into(),
        person: person(signature.person),
        person_name: signature.person_name,
        post: signature.post,
        method,
        sign_time: instant(Some(signature.at)),
        reason: signature.reason,
        recorded_by: person(signature.recorded_by),
        evidence: signature.evidence,
        algorithm: signature.countersigned.algorithm,
        key_id: signature.countersigned.key_id,
        countersignature: signature.countersigned.signature,
    }
}

/// When the results are due, and whether they are late: last day, published at, late.
///
/// # Errors
/// `INTERNAL` for an instant outside the calendar.
pub fn results(
    meeting: &Meeting,
    minutes: &Minutes,
    (pack, calendar): (&RulePack, &Calendar),
    now: Timestamp,
) -> Result<(String, bool)> {
    let closed_at = meeting.closed_at.unwrap_or(meeting.starts_at);
    let within = pack.provisions().disclosure.within_days;
    let due = last_day(closed_at, within, DayUnit::Calendar, calendar)?;
    let done = minutes.results_published_at.unwrap_or(now).date_in(TIME_ZONE);
    let late = done > due;
    Ok((due, late))
}

/// One version with where its minutes stand; without the text in lists.
pub fn minutes(
    (minutes, version): (&Minutes, Version),
    (results_due_date, results_overdue): (String, bool),
    signatures_given: i32,
    with_text: bool,
) -> pb::Minutes {
    let notes = if with_text {
        notes(minutes, &version.notes)
    } else {
        Vec::new()
    };
    let text = version.drawn.full;
    pb::Minutes {
        meeting: minutes.meeting.to_string(),
        version: version.version,
        current_version: minutes.version,
        text: if with_text { text.text } else { String::new() },
        sha256: text.sha256,
        notes,
        create_time: instant(Some(version.created_at)),
        author: version.author,
        signing_open_time: instant(minutes.signing_opened_at),
        signing_end_time: instant(minutes.signing_ends_at),
        signatures_due: minutes.due,
        signatures_given,
        results_due_date,
        results_publish_time: instant(minutes.results_published_at),
        results_overdue,
        publish_time: instant(minutes.published_at),
        disclosure_end_time: instant(minutes.disclosure_ends_at),
        etag: minutes.etag(),
    }
}

fn notes(minutes: &Minutes, notes: &Notes) -> Vec<pb::MinutesNote> {
    let discussions = notes.discussions.iter().filter_map(|(item, text)| {
        Some(pb::MinutesNote {
            agenda_item: minutes.meeting.agenda_item(item.parse().ok()?).to_string(),
            text: text.clone(),
        })
    });
    let remarks = (!notes.remarks.is_empty()).then(|| pb::MinutesNote {
        agenda_item: String::new(),
        text: notes.remarks.clone(),
    });
    discussions.chain(remarks).collect()
}

impl From<Objection> for pb::Objection {
    fn from(objection: Objection) -> Self {
        let answer = objection.answer;
        Self {
            name: objection.name.to_string(),
            author: user(objection.author),
            organization: objection
                .organization
                .map(|id: OrganizationId| organization(id))
                .unwrap_or_default(),
            text: objection.text,
            create_time: instant(Some(objection.created_at)),
            answer_time: instant(answer.as_ref().map(|answer| answer.at)),
            answered_by: answer.as_ref().map(|answer| user(answer.by)).unwrap_or_default(),
            answered_late: answer.as_ref().is_some_and(|answer| answer.late),
            answer: answer.map(|answer| answer.text).unwrap_or_default(),
        }
    }
}
