use uuid::Uuid;
use yihe_kernel::{Error, Result, Timestamp, UserId};
use yihe_tally::RulePack;

use super::code::codes;
use super::{Ballot, BallotMethod, Choice, Member, Vote};
use crate::reasons;

codes! {
    /// Why a ballot no longer says what it said.
    BallotChangeKind {
        /// Its voter changed it.
        Changed = "CHANGED",
        /// It had been recorded, and the contest of that was upheld.
        TakenBack = "TAKEN_BACK",
    }
}

/// What a ballot said until it was changed or taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BallotChange {
    /// Orders changes.
    pub id: Uuid,
    /// Whose ballot.
    pub member: Member,
    /// Why it no longer says so.
    pub kind: BallotChangeKind,
    /// What it said, when it was cast, and by whom.
    pub cast: (Choice, Timestamp, UserId),
    /// Who had recorded it.
    pub recorded_by: Option<UserId>,
    /// When it was changed.
    pub changed_at: Timestamp,
}

impl Ballot {
    /// What it says now, to be kept when it no longer does; `None` where it was not cast.
    #[must_use]
    pub fn superseded(&self, id: Uuid, kind: BallotChangeKind, now: Timestamp) -> Option<BallotChange> {
        Some(BallotChange {
            id,
            member: self.member,
            kind,
            cast: self.cast?,
            recorded_by: self.recorded_by,
            changed_at: now,
        })
    }

    /// Says something else, cast by its voter itself, or by the holder of its proxy.
    ///
    /// # Errors
    /// `BALLOT_NOT_CAST`.
    pub fn change(
        mut self,
        vote: &Vote,
        choice: Choice,
        (caster, representative): (Member, UserId),
        now: Timestamp,
    ) -> Result<Self> {
        if self.cast.is_none() {
            return Err(Error::new(&reasons::BALLOT_NOT_CAST)
                .with("member", self.member.name(&vote.name.community))
                .with("name", &vote.name));
        }
        if caster == self.member {
            self.proxy = None;
        }
        self.cast = Some((choice, now, representative));
        self.recorded_by = None;
        Ok(self)
    }
}

impl Vote {
    /// Refuses to change ballots where the rules do not say that they may be changed, and those of a secret vote.
    ///
    /// # Errors
    /// `BALLOT_NOT_CHANGEABLE`.
    pub fn expect_changeable(&self, pack: &RulePack) -> Result<()> {
        let rules = pack.provisions();
        if self.method == BallotMethod::OpenRollCall && rules.change_ballot {
            return Ok(());
        }
        Err(Error::new(&reasons::BALLOT_NOT_CHANGEABLE)
            .with("name", &self.name)
            .with("method", self.method.code())
            .with("source", &rules.ballots_source))
    }
}
