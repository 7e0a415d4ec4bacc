use super::code::codes;
use super::shares::shares;

codes! {
    /// How expenses are attributed to contributions.
    AttributionRule {
        /// By what is unspent of each.
        ProRata = "PRO_RATA",
        /// From those earmarked for the purpose first, then from those without earmark; never from those earmarked for another.
        EarmarkFirst = "EARMARK_FIRST",
        /// From the oldest first.
        Fifo = "FIFO",
    }
}

/// What is left of one contribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pot<'a> {
    /// How much.
    pub unspent: i64,
    /// What it is earmarked for; empty for anything.
    pub earmark: &'a str,
}

impl AttributionRule {
    /// How much of one expense the contributions can bear, which are in the order they came.
    #[must_use]
    pub fn possible(self, earmark: &str, pots: &[Pot]) -> i64 {
        let bears = |pot: &&Pot| self != Self::EarmarkFirst || pot.earmark.is_empty() || pot.earmark == earmark;
        pots.iter().filter(bears).map(|pot| pot.unspent).sum()
    }

    /// How much of an expense each contribution bears; `None` where they cannot bear it.
    #[must_use]
    pub fn attribute(self, amount: i64, earmark: &str, pots: &[Pot]) -> Option<Vec<i64>> {
        if amount < 0 || amount > self.possible(earmark, pots) {
            return None;
        }
        match self {
            Self::ProRata => of_those(amount, pots, |_| true),
            Self::Fifo => Some(in_order(amount, pots)),
            Self::EarmarkFirst => {
                let is_marked = |pot: &Pot| !earmark.is_empty() && pot.earmark == earmark;
                let marked: i64 = pots.iter().filter(|pot| is_marked(pot)).map(|pot| pot.unspent).sum();
                let from_marked = of_those(amount.min(marked), pots, is_marked)?;
                let from_free = of_those(amount - amount.min(marked), pots, |pot| pot.earmark.is_empty())?;
                let both = from_marked.iter().zip(&from_free);
                Some(both.map(|(marked, free)| marked + free).collect())
            }
        }
    }
}

/// Shared out by what is unspent of some of them.
fn of_those(amount: i64, pots: &[Pot], counts: impl Fn(&Pot) -> bool) -> Option<Vec<i64>> {
    if amount == 0 {
        return Some(vec![0; pots.len()]);
    }
    let weights: Vec<i64> = pots
        .iter()
        .map(|pot| if counts(pot) { pot.unspent } else { 0 })
        .collect();
    shares(amount, &weights)
}

fn in_order(amount: i64, pots: &[Pot]) -> Vec<i64> {
    let mut left = amount;
    let parts = pots.iter().map(|pot| {
        let part = left.min(pot.unspent);
        left -= part;
        part
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pot(unspent: i64, earmark: &str) -> Pot<'_> {
        Pot { unspent, earmark }
    }

    #[test]
    fn each_rule_takes_as_it_says() {
        let pots = [pot(100, "lamps"), pot(300, ""), pot(50, "benches")];
        let by = |rule: AttributionRule, amount| rule.attribute(amount, "lamps", &pots);
        assert_eq!(by(AttributionRule::ProRata, 45), Some(vec![10, 30, 5]));
        assert_eq!(by(AttributionRule::Fifo, 120), Some(vec![100, 20, 0]));
        assert_eq!(by(AttributionRule::EarmarkFirst, 60), Some(vec![60, 0, 0]));
        assert_eq!(by(AttributionRule::EarmarkFirst, 140), Some(vec![100, 40, 0]));
        // benches do not pay for lamps
        assert_eq!(by(AttributionRule::EarmarkFirst, 401), None);
        assert_eq!(AttributionRule::EarmarkFirst.possible("lamps", &pots), 400);
        assert_eq!(AttributionRule::EarmarkFirst.possible("", &pots), 300);
        assert_eq!(by(AttributionRule::ProRata, 451), None);
    }

    #[test]
    fn lamps_are_paid_to_the_fen() {
        // 30,000 yuan, 20,000 yuan and 7 fen; the lamps cost 12,345.67 yuan
        let pots = [pot(3_000_000, ""), pot(2_000_000, ""), pot(7, "")];
        let parts = AttributionRule::ProRata.attribute(1_234_567, "", &pots).unwrap();
        assert_eq!(parts, [740_739, 493_826, 2]);
        assert_eq!(parts.iter().sum::<i64>(), 1_234_567);
    }

    proptest! {
        #[test]
        fn unspent_and_spent_are_what_came_in(
            amounts in proptest::collection::vec((1_i64..=1_000_000_000, 0_usize..3), 1..12),
            expenses in proptest::collection::vec((1_i64..=400_000_000, 0_usize..3), 0..12),
            rule in prop_oneof![
                Just(AttributionRule::ProRata), Just(AttributionRule::EarmarkFirst), Just(AttributionRule::Fifo)
            ],
        ) {
            let marks = ["", "lamps", "benches"];
            let mut pots: Vec<Pot> = amounts.iter().map(|(unspent, mark)| pot(*unspent, marks[*mark])).collect();
            let contributed: i64 = amounts.iter().map(|(amount, _)| amount).sum();
            let mut spent = 0;
            for (amount, mark) in expenses {
                let possible = rule.possible(marks[mark], &pots);
                let parts = rule.attribute(amount, marks[mark], &pots);
                prop_assert_eq!(parts.is_some(), amount <= possible);
                let Some(parts) = parts else { continue };
                prop_assert_eq!(parts.iter().sum::<i64>(), amount);
                for (pot, part) in pots.iter_mut().zip(parts) {
                    prop_assert!((0..=pot.unspent).contains(&part));
                    pot.unspent -= part;
                }
                spent += amount;
            }
            prop_assert_eq!(pots.iter().map(|pot| pot.unspent).sum::<i64>() + spent, contributed);
        }
    }
}
