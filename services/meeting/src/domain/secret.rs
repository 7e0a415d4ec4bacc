use serde::{Deserialize, Serialize};
use yihe_kernel::{Error, Result};
use yihe_tally::{Choice, MatterClass, Measure};

use super::Frozen;
use crate::reasons;

/// What a secret vote came to: the number of ballots that said each. A list of ballots without name and time tells nothing more,
/// and could only give away the order in which they came; so it is not kept, however many voted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretTotals {
    /// In favour.
    pub yes: u32,
    /// Against.
    pub no: u32,
    /// Abstaining.
    pub abstain: u32,
    /// On paper and not to be read.
    pub invalid: u32,
}

impl SecretTotals {
    /// Of opened ballots, in whatever order.
    pub fn of(choices: impl IntoIterator<Item = Choice>) -> Self {
        let mut totals = Self::default();
        for choice in choices {
            let total = match choice {
                Choice::Yes => &mut totals.yes,
                Choice::No => &mut totals.no,
                Choice::Abstain => &mut totals.abstain,
                Choice::Invalid => &mut totals.invalid,
            };
            *total += 1;
        }
        totals
    }

    /// How many ballots there are in all.
    #[must_use]
    pub fn sum(&self) -> u64 {
        [self.yes, self.no, self.abstain, self.invalid]
            .into_iter()
            .map(u64::from)
            .sum()
    }

    /// As many ballots of each kind, those in favour first: what is counted.
    #[must_use]
    pub fn choices(&self) -> Vec<Choice> {
        let kinds = [
            (Choice::Yes, self.yes),
            (Choice::No, self.no),
            (Choice::Abstain, self.abstain),
            (Choice::Invalid, self.invalid),
        ];
        kinds
            .into_iter()
            .flat_map(|(choice, total)| (0..total).map(move |_| choice))
            .collect()
    }
}

/// Secrecy needs votes that are alike: by heads, one each. A weight names its voter.
///
/// # Errors
/// `SECRET_NOT_POSSIBLE`.
pub fn secrecy_is_possible(frozen: &Frozen, matter_class: MatterClass) -> Result<()> {
    let refusal = || Error::new(&reasons::SECRET_NOT_POSSIBLE).with("name", &frozen.meeting);
    let rules = frozen.pack.rules_for(matter_class).map_err(|_| refusal())?;
    let participation = rules.participation().map(|rule| rule.measure);
    let by_heads = [Some(rules.majority().measure), participation]
        .into_iter()
        .flatten()
        .all(|measure| measure == Measure::Heads);
    let one_each = frozen.roster.values().all(|entry| entry.heads == 1);
    if by_heads && one_each { Ok(()) } else { Err(refusal()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_the_same_from_any_order_and_give_as_many_ballots_back() {
        let cast = [Choice::No, Choice::Yes, Choice::Invalid, Choice::Yes, Choice::Abstain];
        let totals = SecretTotals::of(cast);
        let expected = SecretTotals {
            yes: 2,
            no: 1,
            abstain: 1,
            invalid: 1,
        };
        assert_eq!(totals, expected);
        assert_eq!(SecretTotals::of(cast.into_iter().rev()), totals);
        assert_eq!(SecretTotals::of(totals.choices()), totals);
        assert_eq!(totals.sum(), 5);
        assert_eq!(SecretTotals::default().choices(), []);
    }
}
