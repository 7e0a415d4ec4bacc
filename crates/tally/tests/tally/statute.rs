//! Packs whose numbers contradict statute, each refused by key and source.

use yihe_tally::{BodyKind, RulePack, floor};

use crate::fixtures::{joint_conference, owners_assembly, shipped};

/// The contradictions of a pack with one passage changed, as text.
fn against(pack: &RulePack, from: &str, to: &str) -> Vec<String> {
    assert!(pack.text().contains(from), "{from}");
    let changed = RulePack::parse(&pack.text().replacen(from, to, 1)).unwrap();
    floor::check(&changed).iter().map(ToString::to_string).collect()
}

#[test]
fn the_thresholds_of_the_civil_code_cannot_be_lowered() {
    let pack = owners_assembly();
    let participation = "measure = \"BOTH\"\ncomparison = \"AT_LEAST\"\nfraction = \"2/3\"";
    let special = "comparison = \"AT_LEAST\"\nfraction = \"3/4\"";
    let ordinary = "base = \"PARTICIPATING\"\ncomparison = \"MORE_THAN\"\nfraction = \"1/2\"";
    for (from, to, wanted) in [
        (
            participation,
            participation.replace("2/3", "1/2"),
            "participation_threshold.fraction: at least 1/2; Civil Code 278 asks for at least 2/3 of all, by area and by heads",
        ),
        (
            participation,
            participation.replace("BOTH", "HEADS"),
            "participation_threshold.measure: HEADS; Civil Code 278 asks for at least 2/3 of all, by area and by heads",
        ),
        (
            "matter_classes = [\"OWNERS_ORDINARY\", \"OWNERS_SPECIAL\"]",
            "matter_classes = [\"OWNERS_SPECIAL\"]".to_owned(),
            "participation_threshold.matter_classes: OWNERS_ORDINARY is missing; Civil Code 278 asks for at least 2/3 of all, by area and by heads",
        ),
        (
            ordinary,
            ordinary.replace("MORE_THAN", "AT_LEAST"),
            "majority.OWNERS_ORDINARY.fraction: at least 1/2; Civil Code 278 asks for more than 1/2 of those who take part, by area and by heads",
        ),
        (
            special,
            special.replace("3/4", "2/3"),
            "majority.OWNERS_SPECIAL.fraction: at least 2/3; Civil Code 278 asks for at least 3/4 of those who take part, by area and by heads",
        ),
        (
            "measure = \"BOTH\"\nbase",
            "measure = \"AREA\"\nbase".to_owned(),
            "majority.OWNERS_ORDINARY.measure: AREA; Civil Code 278 asks for more than 1/2 of those who take part, by area and by heads",
        ),
        (
            "fraction = \"1/1\"",
            "fraction = \"2/3\"".to_owned(),
            "majority.OWNERS_CHANGE_OF_USE.fraction: at least 2/3; Civil Code 279 asks for at least 1/1 of all members, by heads",
        ),
        (
            "base = \"ALL_MEMBERS\"",
            "base = \"PARTICIPATING\"".to_owned(),
            "majority.OWNERS_CHANGE_OF_USE.base: PARTICIPATING; Civil Code 279 asks for at least 1/1 of all members, by heads",
        ),
    ] {
        assert_eq!(against(&pack, from, &to), [wanted]);
    }
}

#[test]
fn an_owners_assembly_keeps_its_notice_its_proxies_and_its_right_to_meet() {
    let pack = owners_assembly();
    for (from, to, wanted) in [
        (
            "days = 15\nunit",
            "days = 14\nunit",
            "notice.days: 14 days; Property Management Regulations 14 asks for 15 days",
        ),
        (
            "waiver_allowed = false",
            "waiver_allowed = true",
            "notice.waiver_allowed: true; Property Management Regulations 14 asks for 15 days for every owner",
        ),
        (
            "[proxies]\nallowed = true",
            "[proxies]\nallowed = false",
            "proxies.allowed: false; Property Management Regulations 12 asks for proxies to be allowed",
        ),
        (
            "[proxies]",
            "[special_meeting]\nsource = \"ours\"\nasks = [{ by = \"OWNERS\", comparison = \"AT_LEAST\", fraction = \"1/3\" }]\n[proxies]",
            "special_meeting.asks: OWNERS at least 1/3; Property Management Regulations 13 asks for a meeting when 20/100 of them ask",
        ),
    ] {
        assert_eq!(against(&pack, from, to), [wanted]);
    }
}

#[test]
fn stricter_rules_than_the_law_pass() {
    let pack = owners_assembly();
    for (from, to) in [
        ("days = 15\nunit", "days = 30\nunit"),
        ("fraction = \"3/4\"", "fraction = \"4/5\""),
        (
            "comparison = \"AT_LEAST\"\nfraction = \"2/3\"",
            "comparison = \"MORE_THAN\"\nfraction = \"2/3\"",
        ),
        ("base = \"PARTICIPATING\"", "base = \"ALL_MEMBERS\""),
        ("fraction = \"3/4\"", "fraction = \"6/8\""),
    ] {
        assert_eq!(against(&pack, from, to), [""; 0], "{to}");
    }
}

#[test]
fn the_floor_of_the_civil_code_begins_with_it() {
    let pack = owners_assembly();
    let old = pack
        .text()
        .replace(
            "effective_from = \"2021-01-01\"",
            "effective_from = \"2015-01-01\"\neffective_until = \"2020-12-31\"",
        )
        .replace("\"2/3\"", "\"1/2\"");
    assert_eq!(floor::check(&RulePack::parse(&old).unwrap()), []);
    let open = old.replace("effective_until = \"2020-12-31\"", "effective_until = \"2021-01-01\"");
    assert_eq!(floor::check(&RulePack::parse(&open).unwrap()).len(), 1);
}

#[test]
fn an_owners_committee_keeps_its_majority_and_meets_in_person() {
    let pack = shipped(BodyKind::OwnersCommitteeMeeting);
    let guidelines = "Guidelines on Owners' Assemblies and Owners' Committees (2009)";
    let fund = "[majority.PUBLIC_FUND_USE]\nmeasure = \"HEADS\"\nbase = \"ALL_MEMBERS\"\ncomparison = \"MORE_THAN\"";
    for (from, to, wanted) in [
        (
            "[proxies]\nallowed = false",
            "[proxies]\nallowed = true".to_owned(),
            format!("proxies.allowed: true; {guidelines} 38 asks for members to vote in person"),
        ),
        (
            fund,
            fund.replace("ALL_MEMBERS", "PRESENT"),
            format!(
                "majority.PUBLIC_FUND_USE.base: PRESENT; {guidelines} 38 asks for at least 1/2 of all members, by heads"
            ),
        ),
        (
            "[presence_quorum]\ncomparison = \"MORE_THAN\"",
            "[presence_quorum]\ncomparison = \"AT_LEAST\"".to_owned(),
            format!("presence_quorum.fraction: at least 1/2; {guidelines} 38 asks for more than 1/2 of the members"),
        ),
        (
            "within_days = 3",
            "within_days = 4".to_owned(),
            format!("disclosure.within_days: 4 days; {guidelines} 39 asks for publication within 3 days"),
        ),
        (
            "by = \"MEMBERS\"\ncomparison = \"AT_LEAST\"",
            "by = \"MEMBERS\"\ncomparison = \"MORE_THAN\"".to_owned(),
            format!(
                "special_meeting.asks: MEMBERS more than 1/3; {guidelines} 37 asks for a meeting when 1/3 of them ask"
            ),
        ),
    ] {
        assert_eq!(against(&pack, from, &to), [wanted]);
    }
    // half of all members suffices by the national guidelines, not by the law of the three cities
    let half = |pack: &RulePack| against(pack, fund, &fund.replace("MORE_THAN", "AT_LEAST"));
    assert_eq!(half(&pack), [""; 0]);
    let beijing = at("110101001001");
    assert_eq!(
        half(&beijing),
        [
            "majority.PUBLIC_FUND_USE.fraction: at least 1/2; Beijing Property Management Regulations 45 asks for more than 1/2 of all members, by heads"
        ]
    );
    assert_eq!(
        against(&beijing, "every = 2", "every = 3"),
        [
            "cadence.every: every 3 MONTH; Beijing Property Management Regulations 45 asks for a meeting every two months"
        ]
    );
    // a community of its own, in Shanghai: the city's law holds for it
    let own = against(&pack, "place = \"CN\"", "place = \"310101002003\"");
    assert_eq!(own, [""; 0]);
}

fn at(place: &str) -> RulePack {
    let on = "2026-03-01".parse().unwrap();
    let found = yihe_tally::packs::in_force(BodyKind::OwnersCommitteeMeeting, &place.parse().unwrap(), on);
    found.unwrap().clone()
}

#[test]
fn what_is_reserved_cannot_be_decided_by_others() {
    let pack = joint_conference();
    assert_eq!(
        against(&pack, "ratified_by = \"OWNERS_ASSEMBLY\"\n", ""),
        [
            "majority.OWNERS_ORDINARY.ratified_by: the body decides by itself; Civil Code 278 asks for ratification by OWNERS_ASSEMBLY"
        ]
    );
    assert_eq!(
        against(
            &pack,
            "ratified_by = \"RESIDENTS_MEETING\"",
            "ratified_by = \"RESIDENTS_COUNCIL\""
        ),
        [
            "majority.RESIDENTS_RESERVED.ratified_by: the body decides by itself; Organic Law of Urban Residents' Committees (until 2025) asks for ratification by RESIDENTS_MEETING"
        ]
    );
    let everything = pack
        .text()
        .replace("\"1/2\"", "\"1/3\"")
        .replace("days = 3", "days = 0");
    assert_eq!(
        floor::check(&RulePack::parse(&everything).unwrap()),
        [],
        "no statute sets the numbers of a joint conference"
    );
}

#[test]
fn a_residents_meeting_has_a_floor_until_2025() {
    let on = "2025-06-01".parse().unwrap();
    let place = "440309002021".parse().unwrap();
    let pack = yihe_tally::packs::in_force(BodyKind::ResidentsMeeting, &place, on).unwrap();
    let law = "Organic Law of Urban Residents' Committees (until 2025)";
    assert_eq!(
        against(
            pack,
            "[presence_quorum]\ncomparison = \"MORE_THAN\"",
            "[presence_quorum]\ncomparison = \"AT_LEAST\""
        ),
        [format!(
            "presence_quorum.fraction: at least 1/2; {law} asks for more than 1/2 of the members"
        )]
    );
    assert_eq!(
        against(pack, "by = \"HOUSEHOLDS\"", "by = \"OWNERS\""),
        [format!(
            "special_meeting.asks: HOUSEHOLDS may not ask; {law} asks for a meeting when 1/5 of them ask"
        )]
    );
    let changed = pack.text().replace(
        "[presence_quorum]\ncomparison = \"MORE_THAN\"",
        "[presence_quorum]\ncomparison = \"AT_LEAST\"",
    );
    let later = changed
        .replace("effective_from = \"1990-01-01\"", "effective_from = \"2026-01-01\"")
        .replace("effective_until = \"2025-12-31\"\n", "");
    assert_eq!(
        floor::check(&RulePack::parse(&later).unwrap()),
        [],
        "the new law has not been read, so it refuses nothing"
    );
}

#[test]
fn every_contradiction_of_a_pack_is_named_by_key() {
    let pack = owners_assembly();
    let text = pack
        .text()
        .replace("days = 15\nunit", "days = 7\nunit")
        .replace("\"3/4\"", "\"1/2\"")
        .replace("\"2/3\"", "\"1/2\"");
    let found = floor::check(&RulePack::parse(&text).unwrap());
    let keys: Vec<&str> = found.iter().map(|contradiction| contradiction.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "majority.OWNERS_SPECIAL.fraction",
            "notice.days",
            "participation_threshold.fraction"
        ]
    );
    assert!(found.iter().all(|contradiction| !contradiction.source.is_empty()));
}
