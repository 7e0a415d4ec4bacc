use std::fmt;

use yihe_kernel::{Fields, Result};
use yihe_proto::meeting::v1 as pb;

use super::{instant, user};
use crate::domain::{Dissent, Second};
use crate::names::{MeetingName, MotionName, ResolutionName, VoteName};
use yihe_retry::Retry;

/// What somebody dissents from.
#[derive(Debug)]
pub enum Decided {
    /// What a motion came to.
    Motion(MotionName),
    /// What a vote came to.
    Vote(VoteName),
    /// A resolution.
    Resolution(ResolutionName),
}

impl Decided {
    fn read(text: &str) -> Option<Self> {
        let motion = text.parse().map(Self::Motion).ok();
        let vote = || text.parse().map(Self::Vote).ok();
        let resolution = || text.parse().map(Self::Resolution).ok();
        motion.or_else(vote).or_else(resolution)
    }
}

impl fmt::Display for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Motion(name) => name.fmt(f),
            Self::Vote(name) => name.fmt(f),
            Self::Resolution(name) => name.fmt(f),
        }
    }
}

/// A dissent to be attached.
#[derive(Debug)]
pub struct NewDissent {
    /// From what.
    pub subject: Decided,
    /// What it says.
    pub text: String,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::AttachDissentRequest> for NewDissent {
    type Error = yihe_kernel::Error;

    fn try_from(request: &pb::AttachDissentRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let text = fields.lines("text", &request.text, 1..=5000);
        let subject = Decided::read(&request.subject);
        if subject.is_none() {
            fields.refuse("subject", "names no resolution, motion or vote", "不是决议、议案或表决");
        }
        let made = subject.map(|subject| Self { subject, text, retry });
        fields.finish_with("subject", made)
    }
}

impl From<Dissent> for pb::Dissent {
    fn from(dissent: Dissent) -> Self {
        let answer = dissent.answer.as_ref();
        Self {
            name: dissent.name.to_string(),
            motion: dissent.name.meeting().motion(dissent.motion).to_string(),
            member: dissent.member.name(&dissent.name.community),
            create_time: instant(Some(dissent.created_at)),
            answer: answer.map(|answer| answer.text.clone()).unwrap_or_default(),
            answer_time: instant(answer.map(|answer| answer.at)),
            answered_by: answer.map(|answer| user(answer.by)).unwrap_or_default(),
            member_display_name: dissent.member_display_name,
            text: dissent.text,
        }
    }
}

/// A second in a meeting.
pub fn second(meeting: &MeetingName, second: Second) -> pb::Second {
    let amendment = second.subject.amendment();
    pb::Second {
        motion: meeting.motion(second.subject.motion()).to_string(),
        amendment: amendment
            .map(|amendment| meeting.amendment(amendment).to_string())
            .unwrap_or_default(),
        member: second.member.name(&meeting.community),
        member_display_name: second.display_name,
        second_time: instant(Some(second.at)),
    }
}
