use yihe_kernel::{Error, FileName, Result, Timestamp, UserId};

use super::code::codes;
use super::{Meeting, Member, Step};
use crate::names::{MeetingName, RecordName};
use crate::reasons;

codes! {
    /// What can be recorded for another.
    RecordedAct {
        /// Checking in.
        CheckIn = "CHECK_IN",
        /// Checking out.
        CheckOut = "CHECK_OUT",
        /// Acknowledging the notice.
        Acknowledgement = "ACKNOWLEDGEMENT",
        /// Delivery of the notice.
        Delivery = "DELIVERY",
        /// A ballot.
        Ballot = "BALLOT",
        /// A signature.
        Signature = "SIGNATURE",
        /// Recusal.
        Recusal = "RECUSAL",
        /// Something about a commitment.
        Commitment = "COMMITMENT",
        /// Waiver of the notice period.
        Waiver = "WAIVER",
        /// A mandate.
        Mandate = "MANDATE",
        /// A proxy.
        Proxy = "PROXY",
        /// A motion.
        Motion = "MOTION",
    }

    /// State of a contest.
    ContestState {
        /// Not answered yet.
        Open = "OPEN",
        /// The record is wrong.
        Upheld = "UPHELD",
        /// The record stands.
        Rejected = "REJECTED",
    }
}

/// What is to be recorded for another.
#[derive(Debug, Clone)]
pub struct NewRecord {
    /// The meeting.
    pub meeting: MeetingName,
    /// What is recorded.
    pub act: RecordedAct,
    /// For whom.
    pub member: Member,
    /// Name of the resource that the act is about.
    pub subject: String,
    /// What proves it.
    pub evidence: Option<FileName>,
    /// A note; may be empty.
    pub note: String,
}

/// Something recorded for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its name.
    pub name: RecordName,
    /// What was recorded.
    pub act: RecordedAct,
    /// For whom.
    pub member: Member,
    /// Name of the resource that the act is about.
    pub subject: String,
    /// What proves it.
    pub evidence: Option<FileName>,
    /// A note; may be empty.
    pub note: String,
    /// Who recorded it.
    pub recorded_by: UserId,
    /// When.
    pub recorded_at: Timestamp,
    /// The contest, if there is one.
    pub contest: Option<Contest>,
}

/// The one concerned says that a record is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contest {
    /// State.
    pub state: ContestState,
    /// Why.
    pub reason: String,
    /// When.
    pub contested_at: Timestamp,
    /// Who noted it for the one concerned.
    pub recorded_by: Option<UserId>,
    /// The answer and when it was given.
    pub answer: Option<(String, Timestamp)>,
}

impl Record {
    /// Contests it. Whether it is the one concerned who does so, or the clerk for it, is the caller's authorization.
    ///
    /// # Errors
    /// `MEETING_STATE`, `RECORD_CONTESTED`.
    pub fn contest(
        mut self,
        meeting: &Meeting,
        reason: String,
        recorded_by: Option<UserId>,
        now: Timestamp,
    ) -> Result<Self> {
        meeting.expect(Step::Contest)?;
        if self.contest.is_some() {
            return Err(Error::new(&reasons::RECORD_CONTESTED).with("name", &self.name));
        }
        self.contest = Some(Contest {
            state: ContestState::Open,
            reason,
            contested_at: now,
            recorded_by,
            answer: None,
        });
        Ok(self)
    }

    /// Answers the contest, once.
    ///
    /// # Errors
    /// `MEETING_STATE`, `RECORD_NOT_CONTESTED`.
    pub fn answer(mut self, meeting: &Meeting, upheld: bool, answer: String, now: Timestamp) -> Result<Self> {
        meeting.expect(Step::Contest)?;
        let open = self
            .contest
            .as_mut()
            .filter(|contest| contest.state == ContestState::Open);
        let Some(contest) = open else {
            return Err(Error::new(&reasons::RECORD_NOT_CONTESTED).with("name", &self.name));
        };
        contest.state = if upheld {
            ContestState::Upheld
        } else {
            ContestState::Rejected
        };
        contest.answer = Some((answer, now));
        Ok(self)
    }
}
