//! Input that is refused whole, and the name in the refusal.

use yihe_tally::{
    Ballot, Ballots, CastingVote, Choice, CountSheet, MatterClass, Presence, SheetError, TallyError, Voter, tally,
};

use crate::fixtures::{amended, ballots, count, id, joint_conference, organizations, owners, owners_assembly, present};

fn refused(roster: &[Voter], ballots: &[Ballot], presence: &Presence) -> TallyError {
    let pack = joint_conference();
    tally(
        pack.rules_for(MatterClass::Coordination).unwrap(),
        roster,
        ballots,
        presence,
    )
    .unwrap_err()
}

#[test]
fn a_vote_without_voters_is_no_vote() {
    assert_eq!(refused(&[], &[], &Presence::session([""; 0])), TallyError::EmptyRoster);
    let recused: Vec<Voter> = organizations(3).into_iter().map(Voter::recused).collect();
    assert_eq!(refused(&recused, &[], &present(3)), TallyError::EmptyRoster);
    let pack = owners_assembly();
    let written = count(&pack, MatterClass::OwnersOrdinary, &[], "", &Presence::Written);
    assert_eq!(written, Err(TallyError::EmptyRoster));
}

#[test]
fn ballots_are_refused_by_name() {
    let three = organizations(3);
    let ballot = |i| Ballot::new(id(i), Choice::Yes);
    assert_eq!(
        refused(&three, &[ballot(7)], &present(3)),
        TallyError::UnknownVoter { voter: id(7) }
    );
    assert_eq!(
        refused(&three, &[ballot(2)], &present(2)),
        TallyError::AbsentVoter { voter: id(2) }
    );
    assert_eq!(
        refused(&three, &[ballot(1), ballot(1)], &present(3)),
        TallyError::DuplicateBallot { voter: id(1) }
    );
    let changed = [ballot(1), Ballot::new(id(1), Choice::No)];
    assert_eq!(
        refused(&three, &changed, &present(3)),
        TallyError::DuplicateBallot { voter: id(1) }
    );
    let mut recused = three.clone();
    recused[1] = Voter::one_vote(id(1)).recused();
    assert_eq!(
        refused(&recused, &[ballot(1)], &present(3)),
        TallyError::RecusedVoter { voter: id(1) }
    );
    assert_eq!(
        refused(&three, &[ballot(7)], &present(3)).to_string(),
        "v7 cast a ballot but is not on the roster"
    );
    assert_eq!(
        refused(&three, &[ballot(1), ballot(1)], &present(3)).to_string(),
        "voter v1 cast two ballots"
    );
}

#[test]
fn of_several_faults_the_same_one_is_named_in_any_order() {
    let three = organizations(3);
    let mut faulty: Vec<Ballot> = [9, 7, 8, 1, 1]
        .iter()
        .map(|i| Ballot::new(id(*i), Choice::Yes))
        .collect();
    for _ in 0..faulty.len() {
        faulty.rotate_left(1);
        assert_eq!(
            refused(&three, &faulty, &present(3)),
            TallyError::UnknownVoter { voter: id(7) }
        );
    }
}

#[test]
fn rosters_are_refused_by_name() {
    let twice = [
        Voter::one_vote("a"),
        Voter::one_vote("b"),
        Voter::one_vote("a").recused(),
    ];
    assert_eq!(
        refused(&twice, &[], &Presence::session(["b"])),
        TallyError::DuplicateVoter { voter: "a".into() }
    );
    let mut nothing = organizations(2);
    nothing[1].weight.heads = 0;
    assert_eq!(
        refused(&nothing, &[], &present(1)),
        TallyError::Weightless { voter: id(1) }
    );
    for area in [1 << 53, u64::MAX] {
        let pack = owners_assembly();
        let huge = count(
            &pack,
            MatterClass::OwnersOrdinary,
            &owners(&[area, 1]),
            "2y",
            &Presence::Written,
        );
        assert_eq!(huge, Err(TallyError::TooMuchWeight));
    }
}

#[test]
fn the_largest_roster_is_counted_exactly() {
    let pack = owners_assembly();
    let vote = |areas: &[u64]| {
        count(
            &pack,
            MatterClass::OwnersSpecial,
            &owners(areas),
            "3yn",
            &Presence::Written,
        )
    };
    // four quarters of 2^53 - 4; then the same with one hundredth of a square metre moved to the one against
    let quarter = (1 << 51) - 1;
    assert_eq!(vote(&[quarter; 4]).unwrap().verdict, yihe_tally::Verdict::Adopted);
    assert_eq!(
        vote(&[quarter, quarter, quarter - 1, quarter + 1]).unwrap().verdict,
        yihe_tally::Verdict::Rejected
    );
}

#[test]
fn presence_is_refused_by_name() {
    let three = organizations(3);
    assert_eq!(
        refused(&three, &[], &present(4)),
        TallyError::UnknownPresent { voter: id(3) }
    );
    assert_eq!(
        refused(&three, &[], &Presence::session([id(0), id(1), id(0)])),
        TallyError::DuplicatePresent { voter: id(0) }
    );
    assert_eq!(refused(&three, &[], &Presence::Written), TallyError::PresenceRequired);
}

#[test]
fn a_measure_the_roster_does_not_have_is_refused() {
    let pack = owners_assembly();
    let vote = |class, roster: &[Voter]| count(&pack, class, roster, "3y", &Presence::Written);
    let landless = vote(MatterClass::OwnersOrdinary, &organizations(3)).unwrap_err();
    assert_eq!(
        landless.to_string(),
        "the rules count AREA, of which the roster has none"
    );
    assert!(
        vote(MatterClass::OwnersChangeOfUse, &organizations(3)).is_ok(),
        "counted by heads"
    );
}

#[test]
fn matters_without_a_majority_take_no_vote() {
    let pack = joint_conference();
    let refusal = pack.rules_for(MatterClass::Information).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "rule pack cn.joint-conference.default has no majority for INFORMATION"
    );
}

fn sheet() -> CountSheet {
    let pack = joint_conference();
    CountSheet {
        pack: pack.text().to_owned(),
        pack_hash: pack.hash().to_owned(),
        matter_class: MatterClass::ResourceSharing,
        roster: organizations(5),
        presence: present(4),
        ballots: Ballots::Open {
            ballots: ballots("3yn"),
        },
        casting_vote: None,
        proxies: Vec::new(),
    }
}

#[test]
fn a_sheet_that_was_tampered_with_is_refused() {
    assert!(sheet().count().is_ok());
    let softened = CountSheet {
        pack: sheet().pack.replace("MORE_THAN", "AT_LEAST"),
        ..sheet()
    };
    assert!(matches!(softened.count(), Err(SheetError::PackHash { .. })));
    // the SHA-256 of nothing: the hash is right, the text is no pack
    let hash_of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned();
    let empty = CountSheet {
        pack: String::new(),
        pack_hash: hash_of_nothing,
        ..sheet()
    };
    assert!(matches!(empty.count(), Err(SheetError::Pack(_))));
    let not_due = CountSheet {
        casting_vote: Some(CastingVote::Yes),
        ..sheet()
    };
    assert!(matches!(
        not_due.count(),
        Err(SheetError::Tally(TallyError::NoCastingVote { .. }))
    ));
}

#[test]
fn a_sheet_keeps_the_chairs_decision() {
    let pack = amended(&joint_conference(), "casting_vote = false", "casting_vote = true");
    let tied = CountSheet {
        pack: pack.text().to_owned(),
        pack_hash: pack.hash().to_owned(),
        ballots: Ballots::Open {
            ballots: ballots("2y2n"),
        },
        ..sheet()
    };
    assert_eq!(tied.count().unwrap().verdict, yihe_tally::Verdict::Tied);
    let decided = CountSheet {
        casting_vote: Some(CastingVote::Yes),
        ..tied
    };
    let reread = CountSheet::from_json(&decided.to_json().unwrap()).unwrap();
    assert_eq!(reread.count().unwrap().verdict, yihe_tally::Verdict::Adopted);
}

#[test]
fn a_sheet_with_anything_unknown_in_it_is_refused() {
    let json = String::from_utf8(sheet().to_json().unwrap()).unwrap();
    assert_eq!(CountSheet::from_json(json.as_bytes()).unwrap(), sheet());
    let changes = [
        ("\"YES\"", "\"MAYBE\""),
        ("{\"area\":0", "{\"colour\":1,\"area\":0"),
        ("\"area\":0", "\"area\":0.5"),
        ("\"heads\":1", "\"heads\":-1"),
        ("\"casting_vote\"", "\"costing_vote\""),
        ("\"OPEN\":{", "\"SHOUTED\":{"),
        ("\"OPEN\":{", "\"OPEN\":{\"box\":1,"),
        ("\"SESSION\":{", "\"WRITTEN\":{"),
    ];
    for (from, to) in changes {
        assert!(json.contains(from), "{from} in {json}");
        let error = CountSheet::from_json(json.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert!(error.to_string().starts_with("not a count sheet: "), "{to}: {error}");
    }
    assert!(CountSheet::from_json(b"").is_err() && CountSheet::from_json(b"[]").is_err());
}
