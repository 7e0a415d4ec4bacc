//! Counting by name and in secret.

use crate::count::{Count, Entry, members};
use crate::error::{Faults, TallyError};
use crate::lookup::{Map, map_of};
use crate::outcome::{Listed, Outcome, Problem};
use crate::pack::Rules;
use crate::proxies::{Delegations, Force, Persons, Proxy};
use crate::roster::{Ballot, Choice, Presence, Standing, Voter, VoterId, Weight};
use crate::terms::Measure;

/// Counts a vote by name in which nobody votes for another.
///
/// Abstaining and invalid ballots take part without being in favour; who casts nothing takes no part. Recused voters are
/// outside every number. A ballot of somebody who is unknown, recused or (in a session) not present, and a second
/// ballot of anybody, are errors: whoever recorded them has to answer, the count does not choose.
pub fn tally(
    rules: Rules<'_>,
    roster: &[Voter],
    ballots: &[Ballot],
    presence: &Presence,
) -> Result<Outcome, TallyError> {
    tally_by_proxy(rules, roster, ballots, &[], presence)
}

/// Counts a vote by name with the proxies in force for the item. A ballot cast by a proxy that is void, over the limit or
/// held by somebody recused is listed and not counted; one cast without any proxy is an error.
pub fn tally_by_proxy(
    rules: Rules<'_>,
    roster: &[Voter],
    ballots: &[Ballot],
    proxies: &[Proxy],
    presence: &Presence,
) -> Result<Outcome, TallyError> {
    let mut electorate = Electorate::new(rules, roster, presence)?;
    let delegations = Delegations::judge(rules, proxies, &electorate)?;
    electorate.represent(&delegations);
    let mut listed = Vec::new();
    let mut faults = Faults::default();
    let mut seen = vec![false; roster.len()];
    for ballot in ballots {
        let voter = &ballot.voter;
        match electorate.expect_ballot(voter, &mut seen) {
            Err(fault) => faults.note(fault),
            Ok(i) => match ballot.cast_by.as_ref().filter(|holder| *holder != voter) {
                None => match electorate.expect_in_person(i, voter) {
                    Err(fault) => faults.note(fault),
                    Ok(()) => electorate.entries[i].cast = Some(ballot.choice),
                },
                Some(holder) => match delegations.force(voter, holder) {
                    Force::Good => electorate.entries[i].cast = Some(ballot.choice),
                    Force::Barred(problem) => listed.push(Listed::new(voter, problem).cast_by(holder)),
                    Force::Absent => faults.note(TallyError::NoProxy {
                        voter: voter.clone(),
                        holder: holder.clone(),
                    }),
                },
            },
        }
    }
    faults.end()?;
    let invalid = roster.iter().zip(&electorate.entries);
    let invalid = invalid.filter(|(_, entry)| entry.cast == Some(Choice::Invalid));
    listed.extend(invalid.map(|(voter, _)| Listed::new(&voter.id, Problem::InvalidBallot)));
    listed.sort();
    electorate.count(rules).judge(listed)
}

/// Counts a secret vote: who took part, and apart from them what was cast, in any order. Heads only, and one head each,
/// for otherwise a weight would tell whose ballot it is; in person, and by no groups, for the same reason. Invalid ballots
/// are counted; nobody is listed for them.
pub fn tally_secret(
    rules: Rules<'_>,
    roster: &[Voter],
    participants: &[VoterId],
    choices: &[Choice],
    presence: &Presence,
) -> Result<Outcome, TallyError> {
    let by_area = [
        Some(rules.majority().measure),
        rules.participation().map(|rule| rule.measure),
    ];
    if let Some(measure) = by_area.into_iter().flatten().find(|measure| *measure != Measure::Heads) {
        return Err(TallyError::SecretByArea { measure });
    }
    if let Some(group) = rules.groups().first() {
        return Err(TallyError::SecretByGroup {
            group: group.id.clone(),
        });
    }
    let electorate = Electorate::new(rules, roster, presence)?;
    let uneven = roster.iter().filter(|voter| voter.weight.heads != 1);
    if let Some(voter) = uneven.min_by_key(|voter| &voter.id) {
        return Err(TallyError::SecretWeight {
            voter: voter.id.clone(),
            heads: voter.weight.heads,
        });
    }
    let mut seen = vec![false; roster.len()];
    let mut faults = Faults::default();
    for id in participants {
        let checked = electorate.expect_ballot(id, &mut seen);
        if let Err(fault) = checked.and_then(|i| electorate.expect_in_person(i, id)) {
            faults.note(fault);
        }
    }
    faults.end()?;
    if participants.len() != choices.len() {
        return Err(TallyError::SecretCount {
            participants: number(participants.len()),
            ballots: number(choices.len()),
        });
    }
    let mut count = electorate.count(rules).without_area();
    for choice in choices {
        count.add(*choice, Weight { heads: 1, area: 0 });
    }
    count.judge(Vec::new())
}

pub(crate) fn number(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// The roster and the presence, checked once for both ways of voting.
struct Electorate<'a> {
    index: Map<&'a VoterId, usize>,
    /// In the order of the roster.
    entries: Vec<Entry<'a>>,
    roster: &'a [Voter],
    members: Weight,
    session: bool,
}

impl<'a> Electorate<'a> {
    fn new(rules: Rules<'_>, roster: &'a [Voter], presence: &'a Presence) -> Result<Self, TallyError> {
        let mut index = map_of(roster.len());
        let mut entries = Vec::with_capacity(roster.len());
        let mut faults = Faults::default();
        for (i, voter) in roster.iter().enumerate() {
            if voter.weight == Weight::default() {
                faults.note(TallyError::Weightless {
                    voter: voter.id.clone(),
                });
            }
            if index.insert(&voter.id, i).is_some() {
                faults.note(TallyError::DuplicateVoter {
                    voter: voter.id.clone(),
                });
            }
            entries.push(Entry {
                weight: voter.weight,
                standing: voter.standing,
                groups: &voter.groups,
                present: false,
                represented: false,
                cast: None,
            });
        }
        faults.end()?;
        let members = members(rules, &entries)?;
        let session = mark_present(rules, &mut entries, presence, |id| index.get(id).copied())?;
        Ok(Self {
            index,
            entries,
            roster,
            members,
            session,
        })
    }

    fn represent(&mut self, delegations: &Delegations<'_>) {
        if !delegations.is_empty() {
            for (entry, voter) in self.entries.iter_mut().zip(self.roster) {
                entry.represented = delegations.represents(&voter.id);
            }
        }
    }

    /// The place of the voter a ballot is of, after checking that it may have one, once.
    fn expect_ballot(&self, id: &VoterId, seen: &mut [bool]) -> Result<usize, TallyError> {
        let voter = || id.clone();
        let Some(i) = self.index.get(id) else {
            return Err(TallyError::UnknownVoter { voter: voter() });
        };
        if std::mem::replace(&mut seen[*i], true) {
            return Err(TallyError::DuplicateBallot { voter: voter() });
        }
        if self.entries[*i].standing == Standing::Recused {
            return Err(TallyError::RecusedVoter { voter: voter() });
        }
        Ok(*i)
    }

    fn expect_in_person(&self, i: usize, id: &VoterId) -> Result<(), TallyError> {
        if self.session && !self.entries[i].present {
            return Err(TallyError::AbsentVoter { voter: id.clone() });
        }
        Ok(())
    }

    fn count<'r>(&self, rules: Rules<'r>) -> Count<'r> {
        Count::of(rules, self.members, &self.entries, self.session)
    }
}

impl Persons for Electorate<'_> {
    fn has_vote(&self, id: &VoterId) -> bool {
        self.index.contains_key(id)
    }

    fn is_present(&self, id: &VoterId) -> bool {
        self.index.get(id).is_some_and(|i| self.entries[*i].present)
    }

    fn is_recused(&self, id: &VoterId) -> bool {
        self.index
            .get(id)
            .is_some_and(|i| self.entries[*i].standing == Standing::Recused)
    }
}

/// Marks those present, and says whether there was a session.
pub(crate) fn mark_present(
    rules: Rules<'_>,
    entries: &mut [Entry<'_>],
    presence: &Presence,
    place: impl Fn(&VoterId) -> Option<usize>,
) -> Result<bool, TallyError> {
    let Presence::Session { present } = presence else {
        return if rules.needs_presence() {
            Err(TallyError::PresenceRequired)
        } else {
            Ok(false)
        };
    };
    let mut faults = Faults::default();
    for id in present {
        match place(id) {
            None => faults.note(TallyError::UnknownPresent { voter: id.clone() }),
            Some(i) if entries[i].present => faults.note(TallyError::DuplicatePresent { voter: id.clone() }),
            Some(i) => entries[i].present = true,
        }
    }
    faults.end()?;
    Ok(true)
}
