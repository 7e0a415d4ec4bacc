use yihe_kernel::{Error, Result};
use yihe_tally::{
    Ballots, Choice as Counted, CountSheet, MatterClass, Outcome, Presence, Standing, Voter, VoterId, Weight,
};

use super::digest::sha256_hex;
use super::{Ballot, CastingVote, Choice, Frozen, Member, Vote};

/// The count of a closed vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// What it came to.
    pub outcome: Outcome,
    /// The outcome in its one canonical form.
    pub canonical: String,
    /// SHA-256 of the canonical form, 64 hexadecimal digits.
    pub sha256: String,
}

/// Counts a vote from nothing but what was frozen when its notice was served, what was certified when it opened, and the
/// ballots: so anybody recounts it.
///
/// # Errors
/// `INTERNAL` where stored data contradict one another.
pub fn count(frozen: &Frozen, matter_class: MatterClass, vote: &Vote, ballots: &[Ballot]) -> Result<Count> {
    Count::of(&sheet(frozen, matter_class, vote, ballots))
}

impl Count {
    /// Of a count sheet.
    ///
    /// # Errors
    /// `INTERNAL` where the sheet contradicts itself.
    pub fn of(sheet: &CountSheet) -> Result<Self> {
        let outcome = sheet.count().map_err(Error::internal)?;
        let bytes = outcome.canonical_bytes().map_err(Error::internal)?;
        let sha256 = sha256_hex(&bytes);
        let canonical = String::from_utf8(bytes).map_err(Error::internal)?;
        Ok(Self {
            outcome,
            canonical,
            sha256,
        })
    }
}

/// The count sheet of a vote: everything its count depends on.
#[must_use]
pub fn sheet(frozen: &Frozen, matter_class: MatterClass, vote: &Vote, given: &[Ballot]) -> CountSheet {
    let voter = |member: Member| VoterId::from(member.name(&frozen.meeting.community));
    let roster = frozen.roster.values().map(|entry| Voter {
        id: voter(entry.member),
        weight: Weight {
            heads: u64::from(entry.heads),
            area: 0,
        },
        standing: if vote.quorum.recused.contains(&entry.member) {
            Standing::Recused
        } else {
            Standing::Entitled
        },
        groups: Some(entry.group.clone())
            .into_iter()
            .filter(|group| !group.is_empty())
            .collect(),
    });
    let ballots = match &vote.totals {
        Some(totals) => Ballots::Secret {
            participants: participants(given).map(voter).collect(),
            choices: totals.choices(),
        },
        None => Ballots::Open {
            ballots: by_name(given, voter),
        },
    };
    let proxies = given.iter().filter_map(|ballot| {
        let held = ballot.proxy?;
        Some(yihe_tally::Proxy::new(voter(ballot.member), voter(held.holder)))
    });
    CountSheet {
        pack: frozen.pack.text().to_owned(),
        pack_hash: frozen.pack.hash().to_owned(),
        matter_class,
        roster: roster.collect(),
        presence: Presence::session(present(vote, given).map(voter)),
        ballots,
        casting_vote: vote.casting_vote.map(CastingVote::counted),
        proxies: proxies.collect(),
    }
}

/// Those that the certificate has, and principals of proxies that came themselves while the vote was open, and voted.
fn present(vote: &Vote, given: &[Ballot]) -> impl Iterator<Item = Member> {
    let came = given
        .iter()
        .filter(|ballot| ballot.proxy.is_none() && ballot.cast.is_some())
        .map(|ballot| ballot.member);
    let mut present: Vec<_> = vote.quorum.attending.iter().copied().chain(came).collect();
    present.sort();
    present.dedup();
    present.into_iter()
}

fn participants(ballots: &[Ballot]) -> impl Iterator<Item = Member> {
    let cast = ballots.iter().filter(|ballot| ballot.cast.is_some());
    cast.map(|ballot| ballot.member)
}

fn by_name(ballots: &[Ballot], voter: impl Fn(Member) -> VoterId) -> Vec<yihe_tally::Ballot> {
    let cast = ballots.iter().filter_map(|ballot| {
        let (choice, ..) = ballot.cast?;
        let cast = yihe_tally::Ballot::new(voter(ballot.member), counted(choice)?);
        Some(match ballot.proxy {
            Some(held) => cast.by_proxy(voter(held.holder)),
            None => cast,
        })
    });
    cast.collect()
}

/// What is counted by name; a sealed ballot is counted among totals.
pub const fn counted(choice: Choice) -> Option<Counted> {
    match choice {
        Choice::Yes => Some(Counted::Yes),
        Choice::No => Some(Counted::No),
        Choice::Abstain => Some(Counted::Abstain),
        Choice::Invalid => Some(Counted::Invalid),
        Choice::Sealed => None,
    }
}
