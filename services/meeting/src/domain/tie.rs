use yihe_kernel::{Error, Result, Timestamp};
use yihe_tally::{RulePack, Verdict};

use super::{Choice, Count, Member, Vote, VoteState};
use crate::names::ResolutionId;
use crate::reasons;

/// The chair's decision of a tie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CastingVote {
    /// Whether it was in favour; otherwise against.
    pub in_favour: bool,
    /// When it was cast.
    pub at: Timestamp,
}

impl CastingVote {
    /// As a choice.
    #[must_use]
    pub const fn choice(self) -> Choice {
        if self.in_favour { Choice::Yes } else { Choice::No }
    }

    /// As the count takes it.
    #[must_use]
    pub const fn counted(self) -> yihe_tally::CastingVote {
        if self.in_favour {
            yihe_tally::CastingVote::Yes
        } else {
            yihe_tally::CastingVote::No
        }
    }
}

impl Vote {
    /// Whether a count is a tie that the chair may decide.
    #[must_use]
    pub fn waits_for_chair(pack: &RulePack, count: &Count) -> bool {
        count.outcome.verdict == Verdict::Tied && pack.provisions().chair_casting_vote
    }

    /// Ends the casting of ballots in a tie.
    #[must_use]
    pub fn tie(mut self, count: Count, now: Timestamp) -> Self {
        self.state = VoteState::Tied;
        self.closed_at = Some(now);
        self.count = Some(count);
        self
    }

    /// Takes the chair's casting vote; to be done before it is counted anew. Who is recused from the item does not decide it by
    /// another door.
    ///
    /// # Errors
    /// `NO_CASTING_VOTE`, `VOTE_NOT_TIED`, `MEMBER_RECUSED`.
    pub fn cast_by_chair(mut self, pack: &RulePack, chair: Member, casting: CastingVote) -> Result<Self> {
        let rules = pack.provisions();
        if !rules.chair_casting_vote {
            return Err(Error::new(&reasons::NO_CASTING_VOTE)
                .with("rule_pack", pack.id())
                .with("source", &rules.chair_source));
        }
        if self.state != VoteState::Tied {
            return Err(Error::new(&reasons::VOTE_NOT_TIED).with("name", &self.name));
        }
        self.expect_not_recused(chair)?;
        self.casting_vote = Some(casting);
        Ok(self)
    }

    /// Ends a tie: by the count that the casting vote came to, or, with its meeting, by the count it has.
    #[must_use]
    pub fn end_tie(mut self, count: Option<Count>, resolution: Option<ResolutionId>) -> Self {
        self.state = VoteState::Closed;
        self.count = count.or(self.count);
        self.resolution = resolution;
        self
    }

    /// Refuses who takes no part in the item.
    ///
    /// # Errors
    /// `MEMBER_RECUSED`.
    pub fn expect_not_recused(&self, member: Member) -> Result<()> {
        if !self.quorum.recused.contains(&member) {
            return Ok(());
        }
        Err(Error::new(&reasons::MEMBER_RECUSED)
            .with("member", member.name(&self.name.community))
            .with("name", &self.name))
    }
}
