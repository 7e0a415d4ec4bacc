//! Votes of an owners' assembly under the Civil Code: area and heads, written, thresholds known at close.
//!
//! Ten owners of equal area unless told otherwise; 0.01 m² everywhere.

use yihe_tally::{Language, MatterClass, Outcome, Presence, Test, Verdict};

use crate::fixtures::{amended, count, owners, owners_assembly, present};

fn vote(class: MatterClass, areas: &[u64], letters: &str) -> Outcome {
    count(&owners_assembly(), class, &owners(areas), letters, &Presence::Written).unwrap()
}

fn met(outcome: &Outcome, test: Test) -> Vec<bool> {
    outcome
        .tests
        .iter()
        .filter(|finding| finding.test == test)
        .map(|finding| finding.met)
        .collect()
}

#[test]
fn participation_of_exactly_two_thirds_is_enough() {
    let nine = [8_000; 9];
    assert_eq!(
        vote(MatterClass::OwnersOrdinary, &nine, "6y3-").verdict,
        Verdict::Adopted
    );
    assert_eq!(
        vote(MatterClass::OwnersOrdinary, &nine, "5y4-").verdict,
        Verdict::InsufficientParticipation
    );
    // six of nine heads, but one of them 0.01 m² smaller than the others
    let short = [8_000, 8_000, 8_000, 8_000, 8_000, 7_999, 8_000, 8_000, 8_000];
    assert_eq!(
        vote(MatterClass::OwnersOrdinary, &short, "6y3-").verdict,
        Verdict::InsufficientParticipation
    );
}

#[test]
fn participation_is_needed_by_area_and_by_heads() {
    // two owners hold nearly everything: area 20,000 of 21,000, heads 2 of 12
    let mut areas = vec![10_000, 10_000];
    areas.extend([100; 10]);
    let few = vote(MatterClass::OwnersOrdinary, &areas, "2y");
    assert_eq!(few.verdict, Verdict::InsufficientParticipation);
    assert_eq!(met(&few, Test::Participation), [true, false]);
    // ten small ones are most heads and hardly any area
    let many = vote(MatterClass::OwnersOrdinary, &areas, "--10y");
    assert_eq!(many.verdict, Verdict::InsufficientParticipation);
    assert_eq!(met(&many, Test::Participation), [false, true]);
}

#[test]
fn an_ordinary_matter_needs_more_than_half_of_those_who_take_part() {
    let ten = [8_000; 10];
    let vectors = [
        ("6y4n", Verdict::Adopted, "6 of 10"),
        (
            "5y5n",
            Verdict::Tied,
            "exactly half for and half against, by area and by heads",
        ),
        (
            "5y4na",
            Verdict::Rejected,
            "exactly half; an abstention takes part and is not in favour",
        ),
        (
            "5y4ni",
            Verdict::Rejected,
            "exactly half; an invalid ballot takes part and is not in favour",
        ),
        (
            "4y3n3-",
            Verdict::Adopted,
            "4 of the 7 who take part; the silent are in no denominator",
        ),
        ("3y4n3-", Verdict::Rejected, "3 of 7"),
        ("4y3a3-", Verdict::Adopted, "4 of 7, though 4 of 10 owners"),
        ("10-", Verdict::InsufficientParticipation, "nobody takes part"),
    ];
    for (letters, verdict, reason) in vectors {
        assert_eq!(
            vote(MatterClass::OwnersOrdinary, &ten, letters).verdict,
            verdict,
            "{letters}: {reason}"
        );
    }
    // heads tied, area 0.01 m² over half: no tie, for a tie is one in everything measured, and no majority of heads
    let mut areas = ten;
    areas[0] += 1;
    assert_eq!(
        vote(MatterClass::OwnersOrdinary, &areas, "5y5n").verdict,
        Verdict::Rejected
    );
}

#[test]
fn a_special_matter_passes_at_exactly_three_quarters() {
    let mut areas = [8_000; 8];
    assert_eq!(
        vote(MatterClass::OwnersSpecial, &areas, "6y2n").verdict,
        Verdict::Adopted
    );
    assert_eq!(
        vote(MatterClass::OwnersSpecial, &areas, "5y3n").verdict,
        Verdict::Rejected
    );
    assert_eq!(
        vote(MatterClass::OwnersSpecial, &areas, "6y2a").verdict,
        Verdict::Adopted
    );
    assert_eq!(vote(MatterClass::OwnersSpecial, &areas, "6y2i").listed.len(), 2);
    areas[0] -= 1;
    assert_eq!(
        vote(MatterClass::OwnersSpecial, &areas, "6y2n").verdict,
        Verdict::Rejected,
        "0.01 m² short"
    );
}

#[test]
fn area_and_heads_have_to_pass_each_on_its_own() {
    // three large flats against five small ones
    let areas = [40_000, 40_000, 40_000, 5_000, 5_000, 5_000, 5_000, 5_000];
    let large = vote(MatterClass::OwnersOrdinary, &areas, "3y5n");
    assert_eq!(
        (large.verdict, met(&large, Test::Majority)),
        (Verdict::Rejected, vec![true, false])
    );
    let small = vote(MatterClass::OwnersOrdinary, &areas, "3n5y");
    assert_eq!(
        (small.verdict, met(&small, Test::Majority)),
        (Verdict::Rejected, vec![false, true])
    );
    let sentences: Vec<_> = large
        .tests
        .iter()
        .map(|finding| finding.sentence(Language::En))
        .collect();
    assert_eq!(
        sentences,
        [
            "area participating 1,450.00 of 1,450.00 m² members ≥ 2/3: met",
            "participating 8 of 8 members ≥ 2/3: met",
            "area for 1,200.00 of 1,450.00 m² participating > 1/2: met",
            "in favour 3 of 8 participating > 1/2: not met",
        ]
    );
}

#[test]
fn one_owner_of_several_units_and_the_developer_are_one_head_with_all_their_area() {
    // the developer's unsold units: 60 % of the area, one head of eleven
    let mut areas = vec![120_000];
    areas.extend([8_000; 10]);
    let alone = vote(MatterClass::OwnersOrdinary, &areas, "y10n");
    assert_eq!(
        (alone.verdict, met(&alone, Test::Majority)),
        (Verdict::Rejected, vec![true, false])
    );
    let against = vote(MatterClass::OwnersOrdinary, &areas, "n10y");
    assert_eq!(
        (against.verdict, met(&against, Test::Majority)),
        (Verdict::Rejected, vec![false, true])
    );
    assert_eq!(against.counts.members.heads, 11);
    assert_eq!(against.counts.members.area, 200_000);
}

#[test]
fn a_vote_against_can_help_by_taking_part() {
    // six of ten in favour do not count, for too few take part; one more owner, against, makes the vote valid
    let ten = [8_000; 10];
    assert_eq!(
        vote(MatterClass::OwnersOrdinary, &ten, "6y4-").verdict,
        Verdict::InsufficientParticipation
    );
    assert_eq!(
        vote(MatterClass::OwnersOrdinary, &ten, "6yn3-").verdict,
        Verdict::Adopted
    );
}

#[test]
fn a_change_of_use_needs_every_interested_owner() {
    let five = [8_000; 5];
    let vectors = [
        ("5y", Verdict::Adopted, "all consent"),
        ("4yn", Verdict::Rejected, "a majority is no defence"),
        ("4ya", Verdict::Rejected, "abstaining is not consenting"),
        ("4yi", Verdict::Rejected, "an unreadable ballot is not consent"),
        (
            "4y-",
            Verdict::Rejected,
            "silence is not consent, and there is no participation to miss",
        ),
    ];
    for (letters, verdict, reason) in vectors {
        assert_eq!(
            vote(MatterClass::OwnersChangeOfUse, &five, letters).verdict,
            verdict,
            "{letters}: {reason}"
        );
    }
}

#[test]
fn heads_only_counts_ignore_area_and_area_only_counts_ignore_heads() {
    let areas = [40_000, 40_000, 40_000, 5_000, 5_000, 5_000, 5_000, 5_000];
    let by = |measure: &str, letters: &str| {
        let pack = amended(
            &owners_assembly(),
            "measure = \"BOTH\"",
            &format!("measure = \"{measure}\""),
        );
        count(
            &pack,
            MatterClass::OwnersOrdinary,
            &owners(&areas),
            letters,
            &Presence::Written,
        )
        .unwrap()
        .verdict
    };
    assert_eq!(by("HEADS", "3n5y"), Verdict::Adopted);
    assert_eq!(by("AREA", "3n5y"), Verdict::Rejected);
    assert_eq!(by("AREA", "3y5n"), Verdict::Adopted);
    assert_eq!(by("HEADS", "3y5n"), Verdict::Rejected);
}

#[test]
fn an_assembly_held_as_a_session_counts_the_same() {
    let (pack, roster) = (owners_assembly(), owners(&[8_000; 10]));
    let session = count(&pack, MatterClass::OwnersOrdinary, &roster, "4y3n", &present(8)).unwrap();
    let written = count(&pack, MatterClass::OwnersOrdinary, &roster, "4y3n", &Presence::Written).unwrap();
    assert_eq!((session.verdict, &session.tests), (written.verdict, &written.tests));
}
