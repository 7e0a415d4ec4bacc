use std::collections::{BTreeMap, BTreeSet};

use yihe_kernel::{Error, Reason, Result, Timestamp};

use super::{Ballot, BallotMethod, Choice, Member, Room, SecretTotals, Vote};
use crate::names::AgendaItemId;
use crate::reasons;

/// Where the clerk reads ballots from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadFrom {
    /// Hands in the room.
    Hands,
    /// Papers signed by name.
    Papers,
    /// The box of a secret vote.
    Box,
}

impl ReadFrom {
    /// The ballots that can be read so.
    #[must_use]
    pub const fn method(self) -> BallotMethod {
        match self {
            Self::Hands | Self::Papers => BallotMethod::OpenRollCall,
            Self::Box => BallotMethod::Secret,
        }
    }
}

/// Ballots that the clerk has read for others, all of one vote: recorded together or not at all.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Where they were read.
    pub from: ReadFrom,
    /// Whose ballot says what; those of a box are all sealed.
    pub ballots: Vec<(Member, Choice)>,
}

impl Reading {
    /// Those whose ballots they are.
    pub fn members(&self) -> impl Iterator<Item = Member> + Clone {
        self.ballots.iter().map(|(member, _)| *member)
    }

    /// Refuses what cannot be recorded now, with all the members that stand against it. That the room decides now is the caller's
    /// to see to.
    ///
    /// # Errors
    /// `VOTE_CLOSED`, `VOTE_METHOD`, `HAND_TWICE`, `MEMBER_RECUSED`, `NOT_ELIGIBLE`, `ALREADY_VOTED`, `HAND_NOT_PRESENT`, `PROXY_ENDED`,
    /// `PROXY_INSTRUCTION`.
    pub fn expect_recordable(
        &self,
        (vote, item): (&Vote, AgendaItemId),
        given: &[Ballot],
        room: &Room,
        now: Timestamp,
    ) -> Result<()> {
        vote.expect_open()?;
        vote.expect_method(self.from.method())?;
        let given: BTreeMap<_, _> = given.iter().map(|ballot| (ballot.member, ballot)).collect();
        let mut seen = BTreeSet::new();
        let twice = self.members().filter(|member| !seen.insert(*member));
        refuse_any(&reasons::HAND_TWICE, vote, twice)?;
        let unknown = self.members().filter(|member| !given.contains_key(member));
        for member in unknown.clone() {
            vote.expect_not_recused(member)?;
        }
        refuse_any(&reasons::NOT_ELIGIBLE, vote, unknown)?;
        let cast = |member: &Member| given.get(member).is_some_and(|ballot| ballot.cast.is_some());
        refuse_any(&reasons::ALREADY_VOTED, vote, self.members().filter(cast))?;
        if self.from == ReadFrom::Hands {
            let caster = |ballot: &&Ballot| ballot.proxy.map_or(ballot.member, |held| held.holder);
            let casters: BTreeMap<_, _> = given.iter().map(|(member, ballot)| (*member, caster(ballot))).collect();
            let there: BTreeSet<_> = room.present().map(|presence| presence.member).collect();
            let absent = |member: &Member| casters.get(member).is_none_or(|caster| !there.contains(caster));
            refuse_any(&reasons::HAND_NOT_PRESENT, vote, self.members().filter(absent))?;
        }
        for (member, choice) in &self.ballots {
            if let Some(ballot) = given.get(member) {
                ballot.expect_proxy_permits(room, item, *choice, now)?;
            }
        }
        Ok(())
    }
}

/// Refuses with those that there are, all in one.
fn refuse_any(reason: &'static Reason, vote: &Vote, members: impl Iterator<Item = Member>) -> Result<()> {
    let members: BTreeSet<_> = members.collect();
    if members.is_empty() {
        return Ok(());
    }
    let community = &vote.name.community;
    let names: Vec<_> = members.into_iter().map(|member| member.name(community)).collect();
    Err(Error::new(reason)
        .with("member", names.join(", "))
        .with("name", &vote.name))
}

impl Ballot {
    /// Refuses what the proxy does not permit by which another casts this ballot. A paper that cannot be read is against no
    /// instruction.
    ///
    /// # Errors
    /// `PROXY_ENDED`, `PROXY_INSTRUCTION`, `INTERNAL`.
    pub fn expect_proxy_permits(&self, room: &Room, item: AgendaItemId, choice: Choice, now: Timestamp) -> Result<()> {
        let Some(held) = self.proxy else { return Ok(()) };
        let proxy = room.1.iter().find(|proxy| proxy.name.proxy == held.proxy);
        let proxy = proxy.ok_or_else(|| Error::internal(format!("the proxy {} is not there", held.proxy)))?;
        proxy.expect_in_force(now)?;
        match choice {
            Choice::Invalid => Ok(()),
            _ => proxy.expect_follows(item, choice),
        }
    }
}

impl Vote {
    /// Refuses what needs ballots given in another way.
    ///
    /// # Errors
    /// `VOTE_METHOD`.
    pub fn expect_method(&self, needed: BallotMethod) -> Result<()> {
        if self.method == needed {
            return Ok(());
        }
        Err(Error::new(&reasons::VOTE_METHOD)
            .with("name", &self.name)
            .with("method", self.method.code())
            .with("needed", needed.code()))
    }

    /// Refuses a ballot on a screen once the box was counted.
    ///
    /// # Errors
    /// `BOX_COUNTED`.
    pub fn expect_box_not_counted(&self) -> Result<()> {
        match self.box_counted_at {
            None => Ok(()),
            Some(at) => Err(Error::new(&reasons::BOX_COUNTED)
                .with("name", &self.name)
                .with("at", at)),
        }
    }

    /// Notes that the box with so many papers of each kind was counted. Whoever counts it learns its totals, and at the close, by
    /// subtraction, those of the screens: so neither side may be a single ballot beside others.
    ///
    /// # Errors
    /// `BOX_COUNTED`, `BOX_PAPERS_DIFFER`, `BOX_SINGLE_BALLOT`.
    pub fn count_box(mut self, papers: &SecretTotals, voters: usize, given: &[Ballot], now: Timestamp) -> Result<Self> {
        self.expect_box_not_counted()?;
        let counted = papers.sum();
        if u64::try_from(voters).ok() != Some(counted) {
            return Err(Error::new(&reasons::BOX_PAPERS_DIFFER)
                .with("name", &self.name)
                .with("papers", counted)
                .with("voters", voters));
        }
        let on_screens = given.iter().filter(|ballot| ballot.cast.is_some()).count();
        if on_screens == 1 || (voters == 1 && on_screens > 0) {
            return Err(Error::new(&reasons::BOX_SINGLE_BALLOT)
                .with("name", &self.name)
                .with("papers", voters)
                .with("cast", on_screens));
        }
        self.box_counted_at = Some(now);
        Ok(self)
    }
}
