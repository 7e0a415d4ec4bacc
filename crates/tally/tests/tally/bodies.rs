//! What the packs of committees, councils and residents make of votes.

use yihe_tally::packs::{PackError, in_force_by_id, shipped};
use yihe_tally::{Asker, BodyKind, DayUnit, Language, MatterClass, RulePack, Test, Verdict, Voter};

use crate::fixtures::{BEIJING, HANGZHOU, SHANGHAI, SHENZHEN, count, in_force_at as pack, organizations, present};

fn by_id(id: &str, kind: BodyKind, place: &str, on: &str) -> Result<&'static RulePack, PackError> {
    in_force_by_id(
        shipped().unwrap(),
        id,
        kind,
        &place.parse().unwrap(),
        on.parse().unwrap(),
    )
}

#[test]
fn an_owners_committee_decides_by_more_than_half_of_all_its_members() {
    for (place, on, id) in [
        (SHANGHAI, "2026-01-01", "cn.shanghai.owners-committee"),
        (SHANGHAI, "2020-12-31", "cn.owners-committee.default"),
        (BEIJING, "2026-01-01", "cn.beijing.owners-committee"),
        (BEIJING, "2020-05-01", "cn.beijing.owners-committee"),
        (BEIJING, "2020-04-30", "cn.owners-committee.default"),
        (HANGZHOU, "2026-01-01", "cn.hangzhou.owners-committee"),
        (SHENZHEN, "2026-01-01", "cn.owners-committee.default"),
    ] {
        let pack = pack(BodyKind::OwnersCommitteeMeeting, place, on);
        assert_eq!(pack.id(), id, "{place} {on}");
        let provisions = pack.provisions();
        assert!(!provisions.proxies.allowed && !provisions.notice.waiver_allowed);
        assert_eq!(provisions.disclosure.within_days, 3);
        let cadence = provisions.cadence.as_ref().unwrap();
        assert_eq!((cadence.every, cadence.unit.code()), (2, "MONTH"));
        let special = provisions.special_meeting.as_ref().unwrap();
        assert_eq!(special.asks[0].by, Asker::Members);
        assert!(special.asks[0].threshold.met(3, 9) && !special.asks[0].threshold.met(2, 7));

        let vote = |here, letters| {
            let outcome = count(
                pack,
                MatterClass::PublicFundUse,
                &organizations(7),
                letters,
                &present(here),
            );
            outcome.unwrap().verdict
        };
        for (here, letters, verdict, reason) in [
            (4, "4y", Verdict::Adopted, "4 of 7 are more than half of all"),
            (5, "3y2n", Verdict::Rejected, "3 of 5 present, but 3 of all 7"),
            (7, "3y3na", Verdict::Rejected, "3 of 7"),
            (3, "3y", Verdict::NoQuorum, "3 of 7 are there"),
        ] {
            assert_eq!(vote(here, letters), verdict, "{id} {letters}: {reason}");
        }
        let six = count(pack, MatterClass::PublicFundUse, &organizations(6), "3y3n", &present(6)).unwrap();
        assert_eq!(six.verdict, Verdict::Tied, "half of all members is not more than half");
        let reserved = count(pack, MatterClass::OwnersSpecial, &organizations(5), "5y", &present(5)).unwrap();
        assert_eq!(reserved.pending_ratification(), Some(BodyKind::OwnersAssembly));
    }
}

#[test]
fn a_property_management_committee_asks_the_owners_representatives_apart() {
    let id = "cn.beijing.property-management-committee";
    let pack = by_id(id, BodyKind::OwnersCommitteeMeeting, BEIJING, "2026-01-01").unwrap();
    assert!(by_id(id, BodyKind::OwnersCommitteeMeeting, SHANGHAI, "2026-01-01").is_err());
    let disclosure = &pack.provisions().disclosure;
    assert_eq!((disclosure.days, disclosure.unit), (10, DayUnit::Working));
    // nine members, five of them owners' representatives
    let members: Vec<Voter> = organizations(9)
        .into_iter()
        .enumerate()
        .map(|(i, voter)| {
            if i < 5 {
                voter.in_group("OWNER_REPRESENTATIVES")
            } else {
                voter
            }
        })
        .collect();
    for (here, letters, verdict, reason) in [
        (9, "3y2n2y2n", Verdict::Adopted, "5 of 9 and 3 of 5"),
        (
            9,
            "2y3n4y",
            Verdict::Rejected,
            "6 of 9, but 2 of 5 owners' representatives",
        ),
        (9, "4yn4n", Verdict::Rejected, "4 of 5, but 4 of 9"),
        (
            9,
            "2y3-3y",
            Verdict::Rejected,
            "5 of 9, but 2 of 5: who is silent is not in favour",
        ),
        (4, "4y", Verdict::NoQuorum, "4 of 9 are there"),
    ] {
        let outcome = count(pack, MatterClass::PublicFundUse, &members, letters, &present(here)).unwrap();
        assert_eq!(outcome.verdict, verdict, "{letters}: {reason}");
    }
    let outcome = count(pack, MatterClass::PublicFundUse, &members, "2y3n4y", &present(9)).unwrap();
    let last = outcome.tests.last().unwrap();
    assert_eq!(
        (last.test, last.sentence(Language::Zh)),
        (
            Test::Majority,
            "业主代表赞成 2 票，全体 5 名，要求过半数：不满足".to_owned()
        )
    );
}

#[test]
fn a_residents_meeting_has_other_rules_from_2026_and_they_are_not_verified() {
    let old = pack(BodyKind::ResidentsMeeting, SHENZHEN, "2025-12-31");
    let new = pack(BodyKind::ResidentsMeeting, SHENZHEN, "2026-01-01");
    assert_eq!(old.id(), new.id());
    assert_ne!(old.hash(), new.hash());
    assert!(old.provisions().verified && !new.provisions().verified);
    assert!(new.text().contains("NOT VERIFIED") && new.provisions().title.zh.contains("未经核实"));
    for (here, letters, verdict, reason) in [
        (11, "6y5n", Verdict::Adopted, "11 of 20 are more than half, 6 of 11 too"),
        (12, "6y6n", Verdict::Tied, "half of those present"),
        (
            12,
            "6y6-",
            Verdict::Rejected,
            "half of those present, the others silent",
        ),
        (
            10,
            "10y",
            Verdict::NoQuorum,
            "half of the members are not more than half",
        ),
    ] {
        let vote = |pack| {
            count(
                pack,
                MatterClass::ResidentsReserved,
                &organizations(20),
                letters,
                &present(here),
            )
        };
        let (old, new) = (vote(old).unwrap(), vote(new).unwrap());
        assert_eq!((old.verdict, new.verdict), (verdict, verdict), "{letters}: {reason}");
        assert!(!old.sentence(Language::Zh).contains("未经核实"));
        assert!(new.sentence(Language::Zh).ends_with("所依规则未经核实"));
    }
    let asks: Vec<String> = old
        .provisions()
        .special_meeting
        .iter()
        .flat_map(|special| &special.asks)
        .map(|ask| format!("{} {}", ask.by, ask.threshold))
        .collect();
    assert_eq!(
        asks,
        [
            "RESIDENTS at least 1/5",
            "HOUSEHOLDS at least 1/5",
            "RESIDENT_GROUPS at least 1/3"
        ]
    );
}

#[test]
fn four_deliberations_are_chosen_by_name_and_disclosed_twice() {
    let pack = by_id(
        "cn.four-deliberations",
        BodyKind::ResidentsMeeting,
        SHENZHEN,
        "2026-03-01",
    )
    .unwrap();
    let provisions = pack.provisions();
    assert!(!provisions.verified);
    assert_eq!(
        (
            provisions.disclosure.days,
            provisions.disclosure.result_days,
            provisions.objection.answer_days
        ),
        (7, Some(7), 3)
    );
    for (here, letters, verdict, reason) in [
        (
            6,
            "5yn",
            Verdict::Adopted,
            "6 of 9 are exactly two thirds, 5 of 9 at least half",
        ),
        (5, "5y", Verdict::NoQuorum, "5 of 9 are less than two thirds"),
        (8, "4y4n", Verdict::Rejected, "4 of the 9 due to attend"),
    ] {
        let outcome = count(
            pack,
            MatterClass::ResidentsReserved,
            &organizations(9),
            letters,
            &present(here),
        )
        .unwrap();
        assert_eq!(outcome.verdict, verdict, "{letters}: {reason}");
    }
    let half = count(
        pack,
        MatterClass::ResidentsReserved,
        &organizations(8),
        "4y4n",
        &present(8),
    )
    .unwrap();
    assert_eq!(
        half.verdict,
        Verdict::Adopted,
        "exactly half of the members due suffices"
    );
}

#[test]
fn a_tea_party_takes_no_votes_and_an_on_site_meeting_only_consent() {
    let party = pack(BodyKind::PartyBriefing, SHENZHEN, "2026-03-01");
    assert!(party.provisions().majority.is_empty());
    for class in MatterClass::ALL {
        assert!(party.rules_for(*class).is_err(), "{class}");
    }
    let site = pack(BodyKind::OnSite, SHENZHEN, "2026-03-01");
    let verdict = |letters| {
        let outcome = count(site, MatterClass::Coordination, &organizations(7), letters, &present(7));
        outcome.unwrap().verdict
    };
    assert_eq!(
        verdict("3y4-"),
        Verdict::Adopted,
        "those who are assigned something consent"
    );
    assert_eq!(verdict("6yn"), Verdict::Rejected, "nobody is outvoted");
    assert_eq!(verdict("6ya"), Verdict::Rejected, "who abstains does not consent");
    assert_eq!(verdict("7-"), Verdict::Rejected, "nobody spoke");
}

#[test]
fn residents_bodies_decide_by_heads_of_those_present() {
    for kind in [
        BodyKind::ResidentsCouncil,
        BodyKind::SupervisoryBoard,
        BodyKind::CaptainsAssociation,
    ] {
        let pack = pack(kind, SHENZHEN, "2026-03-01");
        assert_eq!(pack.id(), "cn.residents-bodies.default");
        let vote = |here, letters| {
            let outcome = count(
                pack,
                MatterClass::Coordination,
                &organizations(11),
                letters,
                &present(here),
            );
            outcome.unwrap().verdict
        };
        assert_eq!(vote(6, "4y2n"), Verdict::Adopted);
        assert_eq!(vote(5, "5y"), Verdict::NoQuorum);
        let reserved = count(
            pack,
            MatterClass::ResidentsReserved,
            &organizations(3),
            "3y",
            &present(3),
        )
        .unwrap();
        assert_eq!(reserved.pending_ratification(), Some(BodyKind::ResidentsMeeting));
    }
}
