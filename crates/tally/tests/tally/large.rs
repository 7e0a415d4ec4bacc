//! A hundred thousand owners, with totals known by arithmetic and not by adding them up.

use yihe_tally::{Ballot, Choice, MatterClass, Presence, Verdict, Voter, tally};

use crate::fixtures::{id, owners_assembly};

const OWNERS: usize = 100_000;

#[test]
fn a_hundred_thousand_owners_are_counted_exactly() {
    // owner i has 50.00 m² and i hundredths more; of each ten, seven are for, one against, one abstains, one is silent
    let roster: Vec<Voter> = (0..OWNERS)
        .map(|i| Voter::owner(id(i), 5_000 + u64::try_from(i).unwrap()))
        .collect();
    let choice = |i: usize| match i % 10 {
        0..7 => Some(Choice::Yes),
        7 => Some(Choice::No),
        8 => Some(Choice::Abstain),
        _ => None,
    };
    let ballots: Vec<Ballot> = (0..OWNERS)
        .filter_map(|i| choice(i).map(|choice| Ballot::new(id(i), choice)))
        .collect();
    let pack = owners_assembly();
    let rules = pack.rules_for(MatterClass::OwnersSpecial).unwrap();
    let outcome = tally(rules, &roster, &ballots, &Presence::Written).unwrap();

    // the sum over i = 10 k + r for k below n is n (5000 + r) + 10 n (n - 1) / 2
    let n = 10_000_u64;
    let area = |remainder: u64| n * (5_000 + remainder) + 10 * n * (n - 1) / 2;
    assert_eq!(outcome.counts.members.area, (0..10).map(area).sum::<u64>());
    assert_eq!(outcome.counts.yes.area, (0..7).map(area).sum::<u64>());
    assert_eq!(outcome.counts.no.area, area(7));
    assert_eq!(outcome.counts.abstain.area, area(8));
    assert_eq!(outcome.counts.not_voted.area, area(9));
    assert_eq!(
        (outcome.counts.yes.heads, outcome.counts.participating.heads),
        (70_000, 90_000)
    );
    // 7/9 of those who take part
    assert_eq!(outcome.verdict, Verdict::Adopted);
}

#[test]
fn among_a_hundred_thousand_one_hundredth_of_a_square_metre_decides() {
    let pack = owners_assembly();
    let rules = pack.rules_for(MatterClass::OwnersSpecial).unwrap();
    let mut roster: Vec<Voter> = (0..OWNERS).map(|i| Voter::owner(id(i), 9_803)).collect();
    let in_favour = OWNERS / 4 * 3;
    let choice = |i| if i < in_favour { Choice::Yes } else { Choice::No };
    let ballots: Vec<Ballot> = (0..OWNERS).map(|i| Ballot::new(id(i), choice(i))).collect();
    assert_eq!(
        tally(rules, &roster, &ballots, &Presence::Written).unwrap().verdict,
        Verdict::Adopted
    );
    roster[0].weight.area -= 1;
    assert_eq!(
        tally(rules, &roster, &ballots, &Presence::Written).unwrap().verdict,
        Verdict::Rejected
    );
}
