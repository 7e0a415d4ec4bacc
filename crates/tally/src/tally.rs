//! The count.

use std::collections::{HashMap, HashSet};

use crate::error::TallyError;
use crate::finding::{Finding, Test};
use crate::outcome::{Counts, Listed, Outcome, Problem, Verdict};
use crate::pack::Rules;
use crate::quorum::certify;
use crate::roster::{Ballot, Choice, Presence, Standing, Voter, VoterId, Weight};
use crate::terms::{Base, Measure};

/// The largest integer that every reader of JSON keeps exact, 2^53 - 1. As area it is nine times the whole country.
const MOST: u64 = (1 << 53) - 1;

/// Counts a vote by name.
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
    let electorate = Electorate::new(rules, roster, presence)?;
    let weights = electorate.participants(ballots.iter().map(|ballot| &ballot.voter))?;
    let mut counts = electorate.counts();
    let mut listed = Vec::new();
    for (ballot, weight) in ballots.iter().zip(weights) {
        counts.add(ballot.choice, weight);
        if ballot.choice == Choice::Invalid {
            listed.push(Listed {
                voter: ballot.voter.clone(),
                problem: Problem::InvalidBallot,
            });
        }
    }
    listed.sort();
    judge(rules, counts, listed)
}

/// Counts a secret vote: who took part, and apart from them what was cast, in any order. Heads only, and one head each,
/// for otherwise a weight would tell whose ballot it is. Invalid ballots are counted; nobody is listed for them.
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
    let electorate = Electorate::new(rules, roster, presence)?;
    if let Some(voter) = electorate
        .voters
        .values()
        .filter(|voter| voter.weight.heads != 1)
        .min_by_key(|v| &v.id)
    {
        return Err(TallyError::SecretWeight {
            voter: voter.id.clone(),
            heads: voter.weight.heads,
        });
    }
    electorate.participants(participants)?;
    if participants.len() != choices.len() {
        return Err(TallyError::SecretCount {
            participants: number(participants.len()),
            ballots: number(choices.len()),
        });
    }
    let mut counts = electorate.counts();
    for choice in choices {
        // areas stay out of a secret outcome, whatever the roster says
        counts.add(*choice, Weight { heads: 1, area: 0 });
    }
    judge(rules, counts.without_area(), Vec::new())
}

fn number(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// The roster and the presence, checked once for both ways of voting.
struct Electorate<'a> {
    voters: HashMap<&'a VoterId, &'a Voter>,
    members: Weight,
    present: Option<(HashSet<&'a VoterId>, Weight)>,
}

impl<'a> Electorate<'a> {
    fn new(rules: Rules<'_>, roster: &'a [Voter], presence: &'a Presence) -> Result<Self, TallyError> {
        let mut voters = HashMap::with_capacity(roster.len());
        let mut faults = Faults::default();
        let mut members = Some(Weight::default());
        for voter in roster {
            if voter.weight == Weight::default() {
                faults.note(TallyError::Weightless {
                    voter: voter.id.clone(),
                });
            }
            if voters.insert(&voter.id, voter).is_some() {
                faults.note(TallyError::DuplicateVoter {
                    voter: voter.id.clone(),
                });
            }
            if voter.standing == Standing::Entitled {
                members = members.and_then(|sum| sum.checked_add(voter.weight));
            }
        }
        faults.end()?;
        let members = members.filter(|sum| sum.heads <= MOST && sum.area <= MOST);
        let members = members.ok_or(TallyError::TooMuchWeight)?;
        if members == Weight::default() {
            return Err(TallyError::EmptyRoster);
        }
        let measured = rules.majority().measure.parts().iter();
        let also = rules.participation().map_or(&[][..], |rule| rule.measure.parts());
        if let Some(measure) = measured.chain(also).find(|measure| members.of(**measure) == 0) {
            return Err(TallyError::NothingToMeasure { measure: *measure });
        }
        let present = Self::present(&voters, presence)?;
        if present.is_none() && rules.needs_presence() {
            return Err(TallyError::PresenceRequired);
        }
        Ok(Self {
            voters,
            members,
            present,
        })
    }

    fn present(
        voters: &HashMap<&'a VoterId, &'a Voter>,
        presence: &'a Presence,
    ) -> Result<Option<(HashSet<&'a VoterId>, Weight)>, TallyError> {
        let Presence::Session { present } = presence else {
            return Ok(None);
        };
        let mut seen = HashSet::with_capacity(present.len());
        let mut weight = Weight::default();
        let mut faults = Faults::default();
        for id in present {
            match voters.get(id) {
                None => faults.note(TallyError::UnknownPresent { voter: id.clone() }),
                Some(_) if !seen.insert(id) => faults.note(TallyError::DuplicatePresent { voter: id.clone() }),
                Some(voter) if voter.standing == Standing::Entitled => weight += voter.weight,
                Some(_) => {}
            }
        }
        faults.end()?;
        Ok(Some((seen, weight)))
    }

    /// The weights of those who took part, in their order, after checking that each was allowed to, once.
    fn participants<'b>(&self, ids: impl IntoIterator<Item = &'b VoterId>) -> Result<Vec<Weight>, TallyError> {
        let mut seen = HashSet::new();
        let mut weights = Vec::new();
        let mut faults = Faults::default();
        for id in ids {
            let absent = self.present.as_ref().is_some_and(|(present, _)| !present.contains(id));
            match self.voters.get(id) {
                None => faults.note(TallyError::UnknownVoter { voter: id.clone() }),
                Some(_) if !seen.insert(id) => faults.note(TallyError::DuplicateBallot { voter: id.clone() }),
                Some(voter) if voter.standing == Standing::Recused => {
                    faults.note(TallyError::RecusedVoter { voter: id.clone() });
                }
                Some(_) if absent => faults.note(TallyError::AbsentVoter { voter: id.clone() }),
                Some(voter) => weights.push(voter.weight),
            }
        }
        faults.end()?;
        Ok(weights)
    }

    fn counts(&self) -> Counts {
        Counts::open(self.members, self.present.as_ref().map(|(_, weight)| *weight))
    }
}

/// Keeps the error that sorts first, so that the one reported does not depend on the order of the input.
#[derive(Default)]
struct Faults(Option<TallyError>);

impl Faults {
    fn note(&mut self, fault: TallyError) {
        if self.0.as_ref().is_none_or(|first| fault < *first) {
            self.0 = Some(fault);
        }
    }

    fn end(self) -> Result<(), TallyError> {
        self.0.map_or(Ok(()), Err)
    }
}

fn judge(rules: Rules<'_>, counts: Counts, listed: Vec<Listed>) -> Result<Outcome, TallyError> {
    let mut tests = Vec::new();
    if let Some(rule) = rules.presence_quorum() {
        let present = counts.present.ok_or(TallyError::PresenceRequired)?;
        tests.push(certify(rule, counts.members.heads, present.heads));
    }
    if let Some(rule) = rules.participation() {
        for measure in rule.measure.parts() {
            let (part, all) = (counts.participating.of(*measure), counts.members.of(*measure));
            let rule = (rule.threshold, rule.source.as_str());
            tests.push(Finding::new(
                Test::Participation,
                *measure,
                Base::AllMembers,
                part,
                all,
                rule,
            ));
        }
    }
    let rule = rules.majority();
    let base = match rule.base {
        Base::AllMembers => counts.members,
        Base::Present => counts.present.ok_or(TallyError::PresenceRequired)?,
        Base::Participating => counts.participating,
    };
    for measure in rule.measure.parts() {
        let (yes, of) = (counts.yes.of(*measure), base.of(*measure));
        let rule_of = (rule.threshold, rule.source.as_str());
        tests.push(Finding::new(Test::Majority, *measure, rule.base, yes, of, rule_of));
    }
    let verdict = verdict(&tests, &counts);
    Ok(Outcome::new(rules, verdict, counts, tests, listed))
}

fn verdict(tests: &[Finding], counts: &Counts) -> Verdict {
    let failed = |test: Test| tests.iter().any(|finding| finding.test == test && !finding.met);
    if failed(Test::PresenceQuorum) {
        return Verdict::NoQuorum;
    }
    if failed(Test::Participation) {
        return Verdict::InsufficientParticipation;
    }
    if !failed(Test::Majority) {
        return Verdict::Adopted;
    }
    let tied = |finding: &Finding| finding.is_exactly_half() && counts.no.of(finding.measure) == finding.counted;
    if tests.iter().filter(|finding| finding.test == Test::Majority).all(tied) {
        return Verdict::Tied;
    }
    Verdict::Rejected
}
