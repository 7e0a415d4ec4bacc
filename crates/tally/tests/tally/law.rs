//! Which law holds where and when, and what each shipped pack makes of the same votes.

use yihe_tally::packs::{PackError, in_force, shipped};
use yihe_tally::{Ballots, BodyKind, CountSheet, MatterClass, Outcome, Presence, Verdict, floor};

use crate::fixtures::{BEIJING, HANGZHOU, SHANGHAI, SHENZHEN, ballots, count, in_force_at as pack, owners};

#[test]
fn every_kind_of_body_has_its_rules_wherever_it_meets() {
    for kind in BodyKind::ALL.iter().filter(|kind| **kind != BodyKind::MediationPanel) {
        for place in [SHANGHAI, BEIJING, HANGZHOU, SHENZHEN] {
            let chosen = pack(*kind, place, "2026-06-01");
            assert!(chosen.provisions().body_kinds.contains(kind));
            assert!(!chosen.provisions().chosen_by_name, "{}", chosen.id());
        }
    }
}

#[test]
fn no_shipped_pack_contradicts_statute() {
    for pack in shipped().unwrap() {
        assert_eq!(floor::check(pack), [], "{} {}", pack.id(), pack.effective_from());
    }
}

#[test]
fn every_rule_of_every_pack_names_its_source() {
    for pack in shipped().unwrap() {
        let provisions = serde_json::to_value(pack.provisions()).unwrap();
        let mut rules = 0;
        let mut open = vec![&provisions];
        while let Some(value) = open.pop() {
            if let Some(map) = value.as_object() {
                rules += usize::from(map.contains_key("source"));
                open.extend(map.values());
            } else if let Some(items) = value.as_array() {
                open.extend(items);
            }
        }
        assert!(rules >= 6, "{}", pack.id());
        assert!(
            pack.provisions().verified || pack.text().contains("# NOT VERIFIED"),
            "{}",
            pack.id()
        );
    }
}

fn assembly(on: &str, class: MatterClass, letters: &str) -> Outcome {
    let pack = pack(BodyKind::OwnersAssembly, SHENZHEN, on);
    count(pack, class, &owners(&[8_000; 10]), letters, &Presence::Written).unwrap()
}

#[test]
fn old_meetings_keep_old_law() {
    let (old, new) = ("2020-12-31", "2021-01-01");
    let vectors = [
        (
            MatterClass::OwnersOrdinary,
            "4y3n3-",
            Verdict::Rejected,
            Verdict::Adopted,
            "4 of all 10 are no majority; 4 of the 7 who take part are",
        ),
        (
            MatterClass::OwnersOrdinary,
            "6y4-",
            Verdict::Adopted,
            Verdict::InsufficientParticipation,
            "6 of all 10; but 6 of 10 are less than two thirds",
        ),
        (
            MatterClass::OwnersOrdinary,
            "5y5n",
            Verdict::Tied,
            Verdict::Tied,
            "exactly half is no majority under either",
        ),
        (
            MatterClass::OwnersSpecial,
            "7y3n",
            Verdict::Adopted,
            Verdict::Rejected,
            "7 of all 10 are two thirds; 7 of the 10 who take part are not three quarters",
        ),
        (
            MatterClass::OwnersSpecial,
            "6y4-",
            Verdict::Rejected,
            Verdict::InsufficientParticipation,
            "6 of all 10 are not two thirds",
        ),
        (
            MatterClass::OwnersSpecial,
            "6yn3-",
            Verdict::Rejected,
            Verdict::Adopted,
            "6 of all 10 are not two thirds; 6 of the 7 who take part are three quarters",
        ),
        (
            MatterClass::OwnersOrdinary,
            "5y5-",
            Verdict::InsufficientParticipation,
            Verdict::InsufficientParticipation,
            "exactly half take part: not more than half, not two thirds",
        ),
    ];
    for (class, letters, before, since, reason) in vectors {
        assert_eq!(
            assembly(old, class, letters).verdict,
            before,
            "{class} {letters}: {reason}"
        );
        assert_eq!(
            assembly(new, class, letters).verdict,
            since,
            "{class} {letters}: {reason}"
        );
    }
    // exactly two thirds of all under the old law
    let nine = owners(&[8_000; 9]);
    let before = pack(BodyKind::OwnersAssembly, SHENZHEN, old);
    let verdict = |letters| {
        let outcome = count(before, MatterClass::OwnersSpecial, &nine, letters, &Presence::Written);
        outcome.unwrap().verdict
    };
    assert_eq!(
        (verdict("6y3n"), verdict("5y4n")),
        (Verdict::Adopted, Verdict::Rejected)
    );
}

#[test]
fn a_sheet_frozen_under_the_old_law_is_recounted_by_it_for_ever() {
    let frozen = pack(BodyKind::OwnersAssembly, SHENZHEN, "2020-12-31");
    let sheet = CountSheet {
        pack: frozen.text().to_owned(),
        pack_hash: frozen.hash().to_owned(),
        matter_class: MatterClass::OwnersSpecial,
        roster: owners(&[8_000; 10]),
        presence: Presence::Written,
        ballots: Ballots::Open {
            ballots: ballots("7y3n"),
        },
        casting_vote: None,
        proxies: Vec::new(),
    };
    let reread = CountSheet::from_json(&sheet.to_json().unwrap()).unwrap();
    let outcome = reread.count().unwrap();
    assert_eq!(
        (outcome.pack_id.as_str(), outcome.verdict),
        ("cn.owners-assembly.regulations-12", Verdict::Adopted)
    );
    assert_eq!(
        pack(BodyKind::OwnersAssembly, SHENZHEN, "2026-03-01").id(),
        "cn.owners-assembly.civil-code-278"
    );
    let early = in_force(
        BodyKind::OwnersAssembly,
        &SHENZHEN.parse().unwrap(),
        "2007-09-30".parse().unwrap(),
    );
    assert!(matches!(early, Err(PackError::NoneInForce { .. })));
}
