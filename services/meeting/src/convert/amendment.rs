use yihe_kernel::{Fields, Result};
use yihe_proto::meeting::v1 as pb;

use super::{Wire, instant};
use crate::domain::{Amendment, MotionVersion};
use crate::names::{AmendmentId, AmendmentName, MotionName};
use yihe_retry::Retry;

const TEXT: std::ops::RangeInclusive<usize> = 1..=10_000;
const RATIONALE: std::ops::RangeInclusive<usize> = 1..=2_000;
const ORDERED: usize = 100;

/// An amendment to be submitted; the motion is read before, with the names.
#[derive(Debug)]
pub struct NewAmendment {
    /// The text that the motion should have.
    pub text: String,
    /// Why.
    pub rationale: String,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::SubmitAmendmentRequest> for NewAmendment {
    type Error = yihe_kernel::Error;

    fn try_from(request: &pb::SubmitAmendmentRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let amendment = request.amendment.clone().unwrap_or_default();
        let text = fields.lines("amendment.text", &amendment.text, TEXT);
        let rationale = fields.lines("amendment.rationale", &amendment.rationale, RATIONALE);
        fields.finish()?;
        Ok(Self { text, rationale, retry })
    }
}

/// Text and rationale of an amendment stated anew.
///
/// # Errors
/// `INVALID_REQUEST`.
pub fn restatement(request: &pb::RestateAmendmentRequest) -> Result<(String, String)> {
    let mut fields = Fields::new();
    let text = fields.lines("text", &request.text, TEXT);
    let rationale = fields.lines("rationale", &request.rationale, RATIONALE);
    fields.finish()?;
    Ok((text, rationale))
}

/// The order of a motion's amendments.
///
/// # Errors
/// `INVALID_REQUEST`, also where one belongs to another meeting.
pub fn order(motion: &MotionName, request: &pb::OrderAmendmentsRequest) -> Result<Vec<AmendmentId>> {
    let mut fields = Fields::new();
    if request.amendments.len() > ORDERED {
        fields.refuse("amendments", "names more than 100", "超过 100 件");
    }
    let mut order = Vec::new();
    for text in request.amendments.iter().take(ORDERED) {
        match fields.name::<AmendmentName>("amendments", text) {
            Some(name) if name.meeting() == motion.meeting() => order.push(name.amendment),
            Some(_) => fields.refuse("amendments", "names one of another meeting", "含其他会议的修正案"),
            None => {}
        }
    }
    fields.finish()?;
    Ok(order)
}

impl From<Amendment> for pb::Amendment {
    fn from(amendment: Amendment) -> Self {
        Self {
            name: amendment.name.to_string(),
            motion: amendment.name.meeting().motion(amendment.motion).to_string(),
            text: amendment.text,
            rationale: amendment.rationale,
            mover: amendment.mover.name(&amendment.name.community),
            mover_display_name: amendment.mover_display_name,
            state: amendment.state.number(),
            motion_version: amendment.motion_version,
            rank: amendment.rank,
            create_time: instant(Some(amendment.created_at)),
            end_time: instant(amendment.ended_at),
            strike_reason: amendment.strike_reason.unwrap_or_default(),
        }
    }
}

/// A version of a motion's text.
pub fn version(motion: &MotionName, version: MotionVersion) -> pb::MotionVersion {
    let amendment = version.amendment.map(|amendment| motion.meeting().amendment(amendment));
    pb::MotionVersion {
        number: version.number,
        text: version.text,
        amendment: amendment.map(|name| name.to_string()).unwrap_or_default(),
        create_time: instant(Some(version.created_at)),
    }
}
