//! The sums of one vote, and the tests they are put to: the same for votes by name, by units and in secret.

use crate::error::TallyError;
use crate::finding::{Finding, Test};
use crate::outcome::{Counts, Listed, Outcome, Verdict};
use crate::pack::Rules;
use crate::provisions::GroupRule;
use crate::quorum::certify;
use crate::roster::{Choice, Standing, Weight};
use crate::terms::{Base, Measure};

/// The largest integer that every reader of JSON keeps exact, 2^53 - 1. As area it is nine times the whole country.
const MOST: u64 = (1 << 53) - 1;

/// One voter, as far as the sums are concerned.
pub(crate) struct Entry<'a> {
    pub weight: Weight,
    pub standing: Standing,
    pub groups: &'a [String],
    /// In person, in a session.
    pub present: bool,
    /// By a proxy that counts.
    pub represented: bool,
    pub cast: Option<Choice>,
}

/// All entitled to vote, after checking that the rules have something to measure.
pub(crate) fn members(rules: Rules<'_>, entries: &[Entry<'_>]) -> Result<Weight, TallyError> {
    let mut entitled = entries.iter().filter(|entry| entry.standing == Standing::Entitled);
    let sum = entitled.try_fold(Weight::default(), |sum, entry| sum.checked_add(entry.weight));
    let members = sum
        .filter(|sum| sum.heads <= MOST && sum.area <= MOST)
        .ok_or(TallyError::TooMuchWeight)?;
    if members == Weight::default() {
        return Err(TallyError::EmptyRoster);
    }
    let measured = rules.majority().measure.parts().iter();
    let also = rules.participation().map_or(&[][..], |rule| rule.measure.parts());
    if let Some(measure) = measured.chain(also).find(|measure| members.of(**measure) == 0) {
        return Err(TallyError::NothingToMeasure { measure: *measure });
    }
    for group in rules.groups() {
        let belongs = |entry: &Entry<'_>| entry.standing == Standing::Entitled && entry.groups.contains(&group.id);
        if !entries.iter().any(|entry| belongs(entry) && entry.weight.heads > 0) {
            return Err(TallyError::EmptyGroup {
                group: group.id.clone(),
            });
        }
    }
    Ok(members)
}

/// The sums while ballots are added, and then the judgement.
pub(crate) struct Count<'a> {
    rules: Rules<'a>,
    counts: Counts,
    /// Heads that make the quorum; `None` without a session.
    quorum: Option<u64>,
    /// One for each group of the rules, heads only.
    groups: Vec<Group>,
}

#[derive(Default)]
struct Group {
    members: u64,
    present: u64,
    participating: u64,
    yes: u64,
    no: u64,
}

impl<'a> Count<'a> {
    /// Opens the count and adds what each entry cast.
    pub fn of(rules: Rules<'a>, members: Weight, entries: &[Entry<'_>], session: bool) -> Self {
        let proxies_make_quorum = rules.pack().provisions().proxies.counts_for_quorum;
        let (mut here, mut represented, mut quorum) = (Weight::default(), Weight::default(), 0);
        let mut count = Self {
            rules,
            counts: Counts::open(members),
            quorum: None,
            groups: rules.groups().iter().map(|_| Group::default()).collect(),
        };
        for entry in entries.iter().filter(|entry| entry.standing == Standing::Entitled) {
            // a proxy that makes no quorum still brings its principal to the vote it casts
            let by_proxy = entry.represented && (proxies_make_quorum || entry.cast.is_some());
            if entry.present || (entry.represented && proxies_make_quorum) {
                quorum += entry.weight.heads;
            }
            if entry.present || by_proxy {
                here += entry.weight;
            }
            if by_proxy && !entry.present {
                represented += entry.weight;
            }
            count.note_groups(entry, entry.present || by_proxy);
            if let Some(choice) = entry.cast {
                count.add(choice, entry.weight);
            }
        }
        if session {
            count.quorum = Some(quorum);
            count.counts.present = Some(here);
            count.counts.represented = Some(represented).filter(|weight| *weight != Weight::default());
        }
        count
    }

    pub fn add(&mut self, choice: Choice, weight: Weight) {
        self.counts.add(choice, weight);
    }

    /// Areas stay out of a secret outcome, whatever the roster says.
    pub fn without_area(self) -> Self {
        Self {
            counts: self.counts.without_area(),
            ..self
        }
    }

    fn note_groups(&mut self, entry: &Entry<'_>, here: bool) {
        for (rule, group) in self.rules.groups().iter().zip(&mut self.groups) {
            if !entry.groups.contains(&rule.id) {
                continue;
            }
            let heads = entry.weight.heads;
            let when = |condition: bool| if condition { heads } else { 0 };
            group.members += heads;
            group.present += when(here);
            group.participating += when(entry.cast.is_some());
            group.yes += when(entry.cast == Some(Choice::Yes));
            group.no += when(entry.cast == Some(Choice::No));
        }
    }

    /// Puts the sums to every test the rules ask for: quorum, participation, majority, groups.
    pub fn judge(self, listed: Vec<Listed>) -> Result<Outcome, TallyError> {
        let mut tests = Vec::new();
        let counts = &self.counts;
        if let Some(rule) = self.rules.presence_quorum() {
            let present = self.quorum.ok_or(TallyError::PresenceRequired)?;
            tests.push(certify(rule, counts.members.heads, present));
        }
        if let Some(rule) = self.rules.participation() {
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
        // beside each majority test, how many were against
        let mut against = Vec::new();
        let rule = self.rules.majority();
        let base = match rule.base {
            Base::AllMembers => counts.members,
            Base::Present => counts.present.ok_or(TallyError::PresenceRequired)?,
            Base::Participating => counts.participating,
        };
        for measure in rule.measure.parts() {
            let (yes, of) = (counts.yes.of(*measure), base.of(*measure));
            let rule_of = (rule.threshold, rule.source.as_str());
            tests.push(Finding::new(Test::Majority, *measure, rule.base, yes, of, rule_of));
            against.push(counts.no.of(*measure));
        }
        for (rule, group) in self.rules.groups().iter().zip(&self.groups) {
            tests.push(group.finding(rule));
            against.push(group.no);
        }
        let verdict = verdict(&tests, &against);
        Ok(Outcome::new(self.rules, verdict, self.counts, tests, listed))
    }
}

impl Group {
    fn finding(&self, rule: &GroupRule) -> Finding {
        let of = match rule.base {
            Base::AllMembers => self.members,
            Base::Present => self.present,
            Base::Participating => self.participating,
        };
        let asked = (rule.threshold, rule.source.as_str());
        Finding::new(Test::Majority, Measure::Heads, rule.base, self.yes, of, asked).of_group(&rule.id, &rule.title)
    }
}

fn verdict(tests: &[Finding], against: &[u64]) -> Verdict {
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
    let mut majorities = tests
        .iter()
        .filter(|finding| finding.test == Test::Majority)
        .zip(against);
    if majorities.all(|(finding, no)| finding.is_exactly_half() && finding.counted == *no) {
        return Verdict::Tied;
    }
    Verdict::Rejected
}
