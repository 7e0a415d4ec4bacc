use yihe_kernel::{Error, Result, Timestamp};
use yihe_tally::{BodyKind, MatterClass, Verdict};

use super::code::codes;
use super::{AgendaItem, Meeting, Motion, MotionState};
use crate::names::{AgendaItemName, BodyId, MotionName, RatificationId, RatificationName, ResolutionId, VoteName};
use crate::reasons;

codes! {
    /// State of a ratification.
    RatificationState {
        /// On no agenda yet.
        Pending = "PENDING",
        /// On the agenda of the body that must decide.
        Routed = "ROUTED",
        /// That body adopted it.
        Ratified = "RATIFIED",
        /// That body did not adopt it.
        NotRatified = "NOT_RATIFIED",
    }
}

/// What a body adopted and the law reserves to another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ratification {
    /// Its name.
    pub name: RatificationName,
    /// The motion that is pending.
    pub motion: MotionName,
    /// The body that adopted it.
    pub body: BodyId,
    /// The kind of body that must decide.
    pub body_kind: BodyKind,
    /// Title of the item.
    pub title: String,
    /// The text adopted.
    pub text: String,
    /// Class of the matter.
    pub matter_class: MatterClass,
    /// State.
    pub state: RatificationState,
    /// When the motion was adopted.
    pub created_at: Timestamp,
    /// Where it was routed last.
    pub route: Option<Route>,
    /// How it was settled.
    pub settlement: Option<Settlement>,
}

/// Where a ratification was routed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The item.
    pub item: AgendaItemName,
    /// The motion on it.
    pub motion: MotionName,
    /// When.
    pub at: Timestamp,
}

/// How a ratification was settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The vote.
    pub vote: VoteName,
    /// The resolution of the body that decided, if it adopted.
    pub resolution: Option<ResolutionId>,
    /// When.
    pub at: Timestamp,
}

impl Ratification {
    /// What the adoption of a motion on a reserved matter leaves to be done.
    #[must_use]
    pub fn of(
        id: RatificationId,
        meeting: &Meeting,
        (item, motion): (&AgendaItem, &Motion),
        body_kind: BodyKind,
        now: Timestamp,
    ) -> Self {
        Self {
            name: RatificationName {
                community: meeting.name.community.clone(),
                ratification: id,
            },
            motion: motion.name.clone(),
            body: meeting.body,
            body_kind,
            title: item.title.clone(),
            text: motion.text.clone(),
            matter_class: item.matter_class,
            state: RatificationState::Pending,
            created_at: now,
            route: None,
            settlement: None,
        }
    }

    fn refusal(&self) -> Error {
        Error::new(&reasons::RATIFICATION_STATE)
            .with("name", &self.name)
            .with("state", self.state.code())
    }

    /// Routes it to an item of a meeting of the right body; `stuck` says that where it was routed before, it will not be decided.
    ///
    /// # Errors
    /// `RATIFICATION_STATE`, `RATIFICATION_OTHER_BODY`.
    pub fn route(mut self, meeting: &Meeting, route: Route, stuck: bool) -> Result<Self> {
        match self.state {
            RatificationState::Pending => {}
            RatificationState::Routed if stuck => {}
            _ => return Err(self.refusal()),
        }
        if meeting.body_kind != self.body_kind {
            return Err(Error::new(&reasons::RATIFICATION_OTHER_BODY)
                .with("name", &self.name)
                .with("kind", self.body_kind.code()));
        }
        self.state = RatificationState::Routed;
        self.route = Some(route);
        Ok(self)
    }

    /// Takes the outcome of the vote on the motion it was routed to. A vote in which too few took part decides nothing: it may
    /// be routed again. What that body may not decide alone either stays as it is.
    #[must_use]
    pub fn settle(mut self, decided: &Motion, verdict: Verdict, settlement: Settlement) -> Self {
        let routed_here = self.route.as_ref().is_some_and(|route| route.motion == decided.name);
        if self.state != RatificationState::Routed || !routed_here {
            return self;
        }
        self.state = match (decided.state, verdict) {
            (MotionState::Adopted, _) => RatificationState::Ratified,
            (MotionState::Rejected, Verdict::NoQuorum | Verdict::InsufficientParticipation) => {
                RatificationState::Pending
            }
            (MotionState::Rejected, _) => RatificationState::NotRatified,
            _ => return self,
        };
        if self.state != RatificationState::Pending {
            self.settlement = Some(settlement);
        }
        self
    }
}
