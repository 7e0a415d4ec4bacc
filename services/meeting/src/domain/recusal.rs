use yihe_kernel::{Error, Result, Timestamp, UserId};

use super::code::codes;
use super::{AgendaItem, Meeting, Member, ShowOfHands, Step, Vote, VoteState};
use crate::names::{AgendaItemId, RecusalName};
use crate::reasons;

codes! {
    /// State of a recusal.
    RecusalState {
        /// Moved and undecided.
        Moved = "MOVED",
        /// In force.
        InForce = "IN_FORCE",
        /// Not carried.
        Rejected = "REJECTED",
        /// Withdrawn.
        Withdrawn = "WITHDRAWN",
        /// The one it was moved against declared itself recused.
        Settled = "SETTLED",
    }
}

/// A member's recusal from one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recusal {
    /// Its name.
    pub name: RecusalName,
    /// The item.
    pub agenda_item: AgendaItemId,
    /// Who is to take no part.
    pub member: Member,
    /// Name of the organization then; empty for a person.
    pub member_display_name: String,
    /// Who moved it, with the name of the organization then; none where the member declared it.
    pub mover: Option<(Member, String)>,
    /// Why.
    pub reason: String,
    /// State.
    pub state: RecusalState,
    /// When it was declared or moved.
    pub created_at: Timestamp,
    /// When it was decided, settled or withdrawn.
    pub ended_at: Option<Timestamp>,
    /// The others' show of hands.
    pub show_of_hands: Option<ShowOfHands>,
    /// Who recorded it for the member.
    pub recorded_by: Option<UserId>,
}

impl Recusal {
    /// Who may withdraw it: the mover, or the member that declared it.
    #[must_use]
    pub fn owner(&self) -> Member {
        self.mover.as_ref().map_or(self.member, |(mover, _)| *mover)
    }

    /// Whether a member can still be recused from an item, seeing the recusals from it and the votes on it; `mover` where another
    /// moves it.
    ///
    /// # Errors
    /// `MEETING_STATE`, `RECUSAL_OF_ONESELF`, `AGENDA_ITEM_WITHDRAWN`, `VOTE_OPEN`, `RECUSAL_EXISTS`, `RECUSAL_DECIDED`.
    pub fn expect_possible(
        meeting: &Meeting,
        item: &AgendaItem,
        (member, mover): (Member, Option<Member>),
        before: &[Self],
        votes: &[Vote],
    ) -> Result<()> {
        meeting.expect(if mover.is_some() { Step::Decide } else { Step::Recuse })?;
        let community = &item.name.community;
        if mover == Some(member) {
            return Err(Error::new(&reasons::RECUSAL_OF_ONESELF).with("member", member.name(community)));
        }
        if item.withdrawn_at.is_some() {
            return Err(Error::new(&reasons::AGENDA_ITEM_WITHDRAWN).with("name", &item.name));
        }
        expect_no_vote(votes)?;
        let own = || before.iter().filter(|other| other.member == member);
        let standing = own().find(|other| match other.state {
            RecusalState::InForce => true,
            RecusalState::Moved => mover.is_some(),
            _ => false,
        });
        if let Some(standing) = standing {
            return Err(Error::new(&reasons::RECUSAL_EXISTS).with("name", &standing.name));
        }
        // what the members decided is not asked again in the same meeting
        let decided = own().find(|other| mover.is_some() && other.state == RecusalState::Rejected);
        match decided {
            Some(decided) => Err(Error::new(&reasons::RECUSAL_DECIDED).with("name", &decided.name)),
            None => Ok(()),
        }
    }

    fn refuse_state(&self) -> Error {
        Error::new(&reasons::RECUSAL_STATE)
            .with("name", &self.name)
            .with("state", self.state.code())
    }

    fn expect_moved(&self) -> Result<()> {
        if self.state == RecusalState::Moved {
            return Ok(());
        }
        Err(self.refuse_state())
    }

    /// Takes the others' word on it.
    ///
    /// # Errors
    /// `RECUSAL_STATE`, `VOTE_OPEN`.
    pub fn decide(mut self, votes: &[Vote], shown: ShowOfHands) -> Result<Self> {
        self.expect_moved()?;
        expect_no_vote(votes)?;
        let state = if shown.carried {
            RecusalState::InForce
        } else {
            RecusalState::Rejected
        };
        self.end(state, shown.recorded_at);
        self.show_of_hands = Some(shown);
        Ok(self)
    }

    /// Withdraws it: a motion while it is undecided, a declaration while nothing was voted on without the member.
    ///
    /// # Errors
    /// `MEETING_STATE`, `RECUSAL_STATE`, `ITEM_VOTED`.
    pub fn withdraw(mut self, meeting: &Meeting, item: &AgendaItem, votes: &[Vote], now: Timestamp) -> Result<Self> {
        meeting.expect(Step::Recuse)?;
        match (self.state, &self.mover) {
            (RecusalState::Moved, _) => {}
            (RecusalState::InForce, None) => {
                if votes.iter().any(|vote| vote.quorum.recused.contains(&self.member)) {
                    return Err(Error::new(&reasons::ITEM_VOTED).with("name", &item.name));
                }
            }
            _ => return Err(self.refuse_state()),
        }
        self.end(RecusalState::Withdrawn, now);
        Ok(self)
    }

    /// The one it was moved against declared itself recused.
    #[must_use]
    pub fn settle(mut self, now: Timestamp) -> Self {
        self.end(RecusalState::Settled, now);
        self
    }

    fn end(&mut self, state: RecusalState, now: Timestamp) {
        self.state = state;
        self.ended_at = Some(now);
    }

    /// Who takes no part in the item, in order; refused while a motion of recusal is undecided.
    ///
    /// # Errors
    /// `RECUSAL_PENDING`.
    pub fn settled(item: &AgendaItem, recusals: &[Self]) -> Result<Vec<Member>> {
        let of = |state| recusals.iter().filter(move |recusal| recusal.state == state);
        let pending: Vec<_> = of(RecusalState::Moved)
            .map(|recusal| recusal.name.to_string())
            .collect();
        if !pending.is_empty() {
            return Err(Error::new(&reasons::RECUSAL_PENDING)
                .with("name", &item.name)
                .with("recusals", pending.join(" ")));
        }
        let mut recused: Vec<_> = of(RecusalState::InForce).map(|recusal| recusal.member).collect();
        recused.sort();
        recused.dedup();
        Ok(recused)
    }
}

/// Who takes part is settled while a vote is under way, one that waits for the chair's casting vote among them.
fn expect_no_vote(votes: &[Vote]) -> Result<()> {
    let under_way = |vote: &&Vote| matches!(vote.state, VoteState::Open | VoteState::Tied);
    match votes.iter().find(under_way) {
        Some(vote) => Err(Vote::is_open_refusal(&vote.name)),
        None => Ok(()),
    }
}
