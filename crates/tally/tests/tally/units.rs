//! Votes by the units of a register: one head for one set of owners, all its area, and ballots that contradict one
//! another.

use yihe_tally::owners::interested;
use yihe_tally::{
    Ballots, Choice, CountSheet, Listed, MatterClass, Outcome, Presence, Problem, RegisterUnit, SheetError, TallyError,
    UnitBallot, Verdict, Voter, VoterId, resolve, tally_units,
};

use crate::fixtures::owners_assembly;

/// `A1 80 li`, or `A1 80 li+wang` for co-owners, or `A1 80 li*+wang` where Li is nominated. The head is the set of owners.
fn unit(text: &str) -> RegisterUnit {
    let [id, area, owners] = text.split(' ').collect::<Vec<_>>().try_into().unwrap();
    let names: Vec<&str> = owners.split('+').collect();
    let owner = |name: &str| VoterId::from(name.trim_end_matches('*'));
    RegisterUnit {
        id: id.to_owned(),
        building: id[..1].to_owned(),
        area: area.parse::<u64>().unwrap() * 100,
        head: VoterId::from(owners.replace('*', "")),
        co_owners: names.iter().map(|name| owner(name)).collect(),
        nominee: names.iter().find(|name| name.ends_with('*')).map(|name| owner(name)),
    }
}

pub fn units(texts: &[&str]) -> Vec<RegisterUnit> {
    texts.iter().map(|text| unit(text)).collect()
}

/// `A1 li y`: unit, who cast it, and the letter of the choice.
pub fn ballots(texts: &[&str]) -> Vec<UnitBallot> {
    let ballot = |text: &&str| {
        let [unit, cast_by, letter] = text.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let choice = match letter {
            "y" => Choice::Yes,
            "n" => Choice::No,
            "a" => Choice::Abstain,
            "i" => Choice::Invalid,
            _ => panic!("no such letter: {letter}"),
        };
        UnitBallot::new(unit, cast_by, choice)
    };
    texts.iter().map(ballot).collect()
}

fn vote(register: &[&str], cast: &[&str]) -> Result<Outcome, TallyError> {
    let pack = owners_assembly();
    let rules = pack.rules_for(MatterClass::OwnersOrdinary).unwrap();
    tally_units(rules, &units(register), &ballots(cast), &[], &Presence::Written)
}

/// What is listed, as `head problem`.
fn listed(outcome: &Outcome) -> Vec<String> {
    let text = |listed: &Listed| format!("{} {}", listed.voter, listed.problem);
    outcome.listed.iter().map(text).collect()
}

const THREE: [&str; 4] = ["A1 100 li", "A2 60 li", "A3 80 wang", "B1 80 zhao"];

#[test]
fn one_owner_of_several_units_is_one_head_with_all_their_area() {
    let outcome = vote(&THREE, &["A1 li y", "A2 li y", "A3 wang n", "B1 zhao n"]).unwrap();
    assert_eq!((outcome.counts.members.heads, outcome.counts.members.area), (3, 32_000));
    assert_eq!((outcome.counts.yes.heads, outcome.counts.yes.area), (1, 16_000));
    assert_eq!(
        outcome.verdict,
        Verdict::Rejected,
        "half the area and one head of three: two ballots are not two heads"
    );
    assert!(outcome.listed.is_empty());
}

#[test]
fn ballots_that_differ_between_the_units_of_one_owner_are_one_invalid_vote() {
    let outcome = vote(&THREE, &["A1 li y", "A2 li n", "A3 wang y", "B1 zhao y"]).unwrap();
    assert_eq!(listed(&outcome), ["li UNITS_DIFFER"]);
    assert_eq!((outcome.counts.invalid.heads, outcome.counts.invalid.area), (1, 16_000));
    assert_eq!(
        (outcome.counts.participating.heads, outcome.counts.participating.area),
        (3, 32_000),
        "the participation counts"
    );
    assert_eq!(
        outcome.verdict,
        Verdict::Rejected,
        "2 of 3 heads, but only half of the participating area is in favour"
    );
    let corrected = vote(&THREE, &["A1 li y", "A2 li y", "A3 wang y", "B1 zhao y"]).unwrap();
    assert_eq!(corrected.verdict, Verdict::Adopted, "corrected before close");
}

#[test]
fn a_ballot_for_one_unit_speaks_for_all_units_of_the_head_and_is_listed() {
    let outcome = vote(&THREE, &["A1 li y", "A3 wang y", "B1 zhao n"]).unwrap();
    assert_eq!(listed(&outcome), ["li UNITS_SILENT"]);
    assert_eq!((outcome.counts.yes.heads, outcome.counts.yes.area), (2, 24_000));
    assert_eq!(outcome.counts.not_voted.area, 0);
    assert_eq!(outcome.verdict, Verdict::Adopted, "2 of 3 heads, 240 of 320 m²");
}

#[test]
fn the_ballot_of_the_nominated_co_owner_is_the_ballot_of_the_unit() {
    let register = ["A1 100 li*+chen", "A2 80 wang", "A3 80 zhao"];
    let outcome = vote(&register, &["A1 li y", "A1 chen n", "A2 wang y", "A3 zhao n"]).unwrap();
    assert_eq!(listed(&outcome), ["li+chen NOT_NOMINATED"]);
    assert_eq!(
        (outcome.listed[0].unit.as_deref(), outcome.listed[0].cast_by.as_ref()),
        (Some("A1"), Some(&VoterId::from("chen")))
    );
    assert_eq!((outcome.counts.yes.heads, outcome.counts.yes.area), (2, 18_000));
    assert_eq!(outcome.verdict, Verdict::Adopted, "180 of 260 m², 2 of 3 heads");

    let other_alone = vote(&register, &["A1 chen y", "A2 wang y", "A3 zhao y"]).unwrap();
    assert_eq!(listed(&other_alone), ["li+chen NOT_NOMINATED"]);
    assert_eq!(
        (other_alone.counts.not_voted.heads, other_alone.counts.not_voted.area),
        (1, 10_000),
        "who is not nominated does not speak for the unit, though the nominated one is silent"
    );
}

#[test]
fn co_owners_who_nominated_nobody_count_once_if_they_agree() {
    let register = ["A1 100 li+chen", "A2 80 wang", "A3 80 zhao"];
    let both = vote(&register, &["A1 li y", "A1 chen y", "A2 wang n", "A3 zhao n"]).unwrap();
    assert_eq!(
        (both.counts.yes.heads, both.counts.yes.area),
        (1, 10_000),
        "one head, not two"
    );
    let one = vote(&register, &["A1 chen y", "A2 wang n", "A3 zhao n"]).unwrap();
    assert_eq!(
        (one.counts, both.listed.len()),
        (both.counts, 0),
        "one of them is enough"
    );
}

#[test]
fn co_owners_who_contradict_one_another_are_not_counted_and_listed() {
    let register = ["A1 100 li+chen", "A2 80 wang", "A3 80 zhao"];
    let outcome = vote(&register, &["A1 li y", "A1 chen n", "A2 wang y", "A3 zhao y"]).unwrap();
    assert_eq!(listed(&outcome), ["li+chen CO_OWNERS_DISAGREE"]);
    assert_eq!(
        (outcome.counts.not_voted.heads, outcome.counts.not_voted.area),
        (1, 10_000)
    );
    assert_eq!(
        outcome.verdict,
        Verdict::InsufficientParticipation,
        "2 of 3 heads take part, but 160 of 260 m² are less than 2/3"
    );
    // the same couple's second flat cannot make up for it: the will of that head is not known
    let two = ["A1 100 li+chen", "B1 50 li+chen", "A2 300 wang", "A3 300 zhao"];
    let cast = ["A1 li y", "A1 chen n", "B1 li y", "B1 chen y", "A2 wang y", "A3 zhao y"];
    let outcome = vote(&two, &cast).unwrap();
    assert_eq!(listed(&outcome), ["li+chen CO_OWNERS_DISAGREE"]);
    assert_eq!((outcome.counts.yes.heads, outcome.counts.not_voted.area), (2, 15_000));
}

#[test]
fn the_developers_unsold_units_are_one_head_with_their_area() {
    let mut register: Vec<String> = (1..=6).map(|i| format!("C{i} 100 developer")).collect();
    register.extend((1..=10).map(|i| format!("A{i} 80 owner{i}")));
    let register: Vec<&str> = register.iter().map(String::as_str).collect();
    let mut cast: Vec<String> = (1..=6).map(|i| format!("C{i} developer y")).collect();
    cast.extend((1..=10).map(|i| format!("A{i} owner{i} {}", if i <= 4 { "y" } else { "n" })));
    let cast: Vec<&str> = cast.iter().map(String::as_str).collect();
    let outcome = vote(&register, &cast).unwrap();
    assert_eq!(
        (outcome.counts.members.heads, outcome.counts.members.area),
        (11, 140_000)
    );
    assert_eq!(
        (outcome.counts.yes.heads, outcome.counts.yes.area),
        (5, 92_000),
        "six flats, one head"
    );
    assert_eq!(
        outcome.verdict,
        Verdict::Rejected,
        "the area passes, 5 of 11 heads fail"
    );
}

#[test]
fn abstaining_invalid_and_missing_ballots_of_units_keep_their_meaning() {
    let register = ["A1 80 li", "A2 80 wang", "A3 80 zhao", "A4 80 chen"];
    let outcome = vote(&register, &["A1 li y", "A2 wang a", "A3 zhao i"]).unwrap();
    let counts = &outcome.counts;
    assert_eq!(
        [counts.yes, counts.abstain, counts.invalid, counts.not_voted].map(|w| (w.heads, w.area)),
        [(1, 8_000); 4]
    );
    assert_eq!(
        counts.participating.heads, 3,
        "abstaining and invalid ballots take part"
    );
    assert_eq!(listed(&outcome), ["zhao INVALID_BALLOT"]);
    assert_eq!(outcome.verdict, Verdict::Rejected, "1 of 3 who take part");
}

#[test]
fn the_interested_owners_are_those_with_a_unit_in_the_building() {
    let register = units(&["A1 100 li", "B1 60 li", "A2 80 wang", "B2 80 zhao"]);
    let of = |building: &str| -> Vec<String> { interested(&register, building).into_iter().map(|u| u.id).collect() };
    assert_eq!(of("A"), ["A1", "B1", "A2"], "Li with all units, Zhao not");
    assert_eq!(of("C"), [""; 0]);
    let pack = owners_assembly();
    let rules = pack.rules_for(MatterClass::OwnersChangeOfUse).unwrap();
    let cast = ballots(&["A1 li y", "B1 li y", "A2 wang y"]);
    let outcome = tally_units(rules, &interested(&register, "A"), &cast, &[], &Presence::Written).unwrap();
    assert_eq!(outcome.verdict, Verdict::Adopted, "everybody of the building consents");
    let outcome = tally_units(rules, &interested(&register, "A"), &cast[..2], &[], &Presence::Written).unwrap();
    assert_eq!(outcome.verdict, Verdict::Rejected, "Wang's silence is no consent");
}

#[test]
fn a_register_or_ballot_that_is_wrong_is_refused_by_name() {
    let refused = |register: &[&str], cast: &[&str]| vote(register, cast).unwrap_err().to_string();
    assert_eq!(vote(&[], &[]), Err(TallyError::EmptyRoster));
    assert_eq!(
        refused(&["A1 80 li", "A1 80 wang"], &[]),
        "unit A1 is in the register twice"
    );
    assert_eq!(
        refused(&THREE, &["A9 li y"]),
        "unit A9 is not in the register, and a ballot was cast for it"
    );
    assert_eq!(
        refused(&THREE, &["A3 li y"]),
        "li cast a ballot for unit A3 and is neither its owner nor a proxy of one"
    );
    assert_eq!(
        refused(&THREE, &["A1 li y", "A1 li y"]),
        "li cast two ballots for unit A1"
    );
    assert_eq!(
        refused(&THREE, &["A1 li y", "A1 li n"]),
        "li cast two ballots for unit A1"
    );
    let mut broken = units(&THREE);
    let pack = owners_assembly();
    let rules = pack.rules_for(MatterClass::OwnersOrdinary).unwrap();
    let refused = |register: &[RegisterUnit]| {
        let result = tally_units(rules, register, &[], &[], &Presence::Written);
        result.unwrap_err().to_string()
    };
    broken[2].nominee = Some("li".into());
    assert_eq!(
        refused(&broken),
        "li is nominated for unit A3 but is none of its owners"
    );
    broken[2].nominee = None;
    broken[2].co_owners.clear();
    assert_eq!(refused(&broken), "unit A3 has no owner");
    let mut huge = units(&THREE);
    huge[0].area = u64::MAX;
    assert_eq!(
        refused(&huge),
        "heads or area of the roster add up to more than 9007199254740991"
    );
}

#[test]
fn of_several_faulty_unit_ballots_the_same_one_is_named_in_any_order() {
    let mut cast = ballots(&["A9 li y", "A8 li y", "A3 li y", "A1 li y", "A1 li n"]);
    let pack = owners_assembly();
    let rules = pack.rules_for(MatterClass::OwnersOrdinary).unwrap();
    for _ in 0..cast.len() {
        cast.rotate_left(1);
        let refused = tally_units(rules, &units(&THREE), &cast, &[], &Presence::Written);
        assert_eq!(refused, Err(TallyError::UnknownUnit { unit: "A8".to_owned() }));
    }
}

#[test]
fn the_resolved_votes_of_heads_count_to_the_same() {
    let (register, cast) = (units(&THREE), ballots(&["A1 li y", "A2 li n", "B1 zhao a"]));
    let pack = owners_assembly();
    let rules = pack.rules_for(MatterClass::OwnersOrdinary).unwrap();
    let resolved = resolve(rules, &register, &cast, &[]).unwrap();
    assert_eq!(
        resolved.voters,
        [
            Voter::owner("li", 16_000),
            Voter::owner("wang", 8_000),
            Voter::owner("zhao", 8_000)
        ]
    );
    let by_heads = yihe_tally::tally(rules, &resolved.voters, &resolved.ballots, &Presence::Written).unwrap();
    let by_units = tally_units(rules, &register, &cast, &[], &Presence::Written).unwrap();
    assert_eq!((by_heads.counts, by_heads.tests), (by_units.counts, by_units.tests));
    assert_eq!(resolved.listed, by_units.listed);
}

fn sheet() -> CountSheet {
    let pack = owners_assembly();
    CountSheet {
        pack: pack.text().to_owned(),
        pack_hash: pack.hash().to_owned(),
        matter_class: MatterClass::OwnersOrdinary,
        roster: Vec::new(),
        presence: Presence::Written,
        ballots: Ballots::Units {
            units: units(&["A1 100 li*+chen", "A2 80 wang", "A3 80 zhao"]),
            ballots: ballots(&["A1 li y", "A1 chen n", "A2 wang y"]),
        },
        casting_vote: None,
        proxies: Vec::new(),
    }
}

#[test]
fn a_sheet_of_units_is_recounted_from_its_export() {
    let reread = CountSheet::from_json(&sheet().to_json().unwrap()).unwrap();
    assert_eq!(reread, sheet());
    let outcome = reread.count().unwrap();
    assert_eq!(outcome, sheet().count().unwrap());
    let bytes = outcome.canonical_bytes().unwrap();
    assert_eq!(serde_json::from_slice::<Outcome>(&bytes).unwrap(), outcome);
    assert_eq!(outcome.listed[0].problem, Problem::NotNominated);
}

#[test]
fn a_sheet_with_two_rosters_is_refused() {
    let both = CountSheet {
        roster: vec![Voter::one_vote("li")],
        ..sheet()
    };
    assert_eq!(both.count(), Err(SheetError::RosterBesideUnits { voters: 1 }));
    assert_eq!(
        both.count().unwrap_err().to_string(),
        "the sheet has a roster of 1 beside its units"
    );
}

#[test]
fn units_are_counted_in_a_session_too() {
    let pack = owners_assembly();
    let rules = pack.rules_for(MatterClass::OwnersOrdinary).unwrap();
    let vote = |present: &[&str]| {
        let presence = Presence::session(present.iter().copied());
        let cast = ballots(&["A1 li y", "A2 li y", "A3 wang y"]);
        tally_units(rules, &units(&THREE), &cast, &[], &presence)
    };
    let outcome = vote(&["li", "wang"]).unwrap();
    assert_eq!(outcome.counts.present.map(|w| (w.heads, w.area)), Some((2, 24_000)));
    assert_eq!(outcome.verdict, Verdict::Adopted);
    assert_eq!(vote(&["li"]), Err(TallyError::AbsentVoter { voter: "wang".into() }));
    assert_eq!(
        vote(&["qian"]),
        Err(TallyError::UnknownPresent { voter: "qian".into() })
    );
}
