//! The packs that ship, the lock that keeps them as they were, and the refusal of packs that are wrong.

use std::collections::BTreeMap;
use std::path::Path;

use yihe_tally::packs::{PackError, in_force, in_force_among, shipped};
use yihe_tally::{Base, BodyKind, DayUnit, Electorate, MatterClass, Measure, NonResponse, RulePack};

use crate::fixtures::{joint_conference, owners_assembly};

const LOCK: &str = include_str!("../../packs/packs.lock");

/// (id, effective_from) -> SHA-256, of the lock file.
fn lock() -> BTreeMap<(String, String), String> {
    let mut locked = BTreeMap::new();
    for line in LOCK.lines().filter(|line| !line.starts_with('#')) {
        let [id, from, hash] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let twice = locked.insert((id.to_owned(), from.to_owned()), hash.to_owned());
        assert!(twice.is_none(), "packs.lock has {id} {from} twice");
    }
    locked
}

#[test]
fn published_packs_never_change() {
    let key = |pack: &RulePack| (pack.id().to_owned(), pack.effective_from().to_string());
    let embedded: BTreeMap<_, _> = shipped()
        .unwrap()
        .iter()
        .map(|pack| (key(pack), pack.hash().to_owned()))
        .collect();
    assert_eq!(
        embedded.len(),
        shipped().unwrap().len(),
        "two packs have one id and first day"
    );
    assert_eq!(
        embedded,
        lock(),
        "a pack was changed, removed or not locked; a change is a new file with a new effective_from (see the module packs)"
    );
}

#[test]
fn every_file_of_the_folder_ships_under_its_own_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("packs");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "packs.lock")
        .collect();
    files.sort();
    let mut names: Vec<String> = shipped()
        .unwrap()
        .iter()
        .map(|pack| format!("{}.{}.toml", pack.id(), pack.effective_from()))
        .collect();
    names.sort();
    assert_eq!(files, names);
}

#[test]
fn the_joint_conference_default_says_what_it_is() {
    let pack = joint_conference();
    let provisions = pack.provisions();
    assert_eq!((provisions.notice.days, provisions.notice.unit), (3, DayUnit::Calendar));
    assert!(
        provisions
            .presence_quorum
            .as_ref()
            .unwrap()
            .source
            .contains("no statute")
    );
    assert_eq!(provisions.participation_threshold, None);
    assert!(!provisions.change_ballot && !provisions.chair_casting_vote && !provisions.proxies.allowed);
    assert_eq!(provisions.non_response, NonResponse::NotCounted);
    for class in MatterClass::ALL {
        let rule = provisions.majority.get(class);
        assert_eq!(rule.is_none(), *class == MatterClass::Information, "{class}");
        let Some(rule) = rule else { continue };
        assert_eq!((rule.measure, rule.base), (Measure::Heads, Base::Present));
        assert!(rule.source.starts_with("default of this platform"));
        let reserved = match class {
            MatterClass::OwnersOrdinary | MatterClass::OwnersSpecial | MatterClass::OwnersChangeOfUse => {
                Some(BodyKind::OwnersAssembly)
            }
            MatterClass::ResidentsReserved => Some(BodyKind::ResidentsMeeting),
            _ => None,
        };
        assert_eq!(rule.ratified_by, reserved, "{class}");
    }
}

#[test]
fn the_owners_assembly_follows_the_civil_code() {
    let pack = owners_assembly();
    let rule = |class| pack.rules_for(class).unwrap();
    let text = |class| {
        let majority = rule(class).majority();
        format!(
            "{} {} {} {}",
            majority.measure, majority.base, majority.threshold.comparison, majority.threshold.fraction
        )
    };
    assert_eq!(text(MatterClass::OwnersOrdinary), "BOTH PARTICIPATING MORE_THAN 1/2");
    assert_eq!(text(MatterClass::OwnersSpecial), "BOTH PARTICIPATING AT_LEAST 3/4");
    assert_eq!(text(MatterClass::OwnersChangeOfUse), "HEADS ALL_MEMBERS AT_LEAST 1/1");
    assert_eq!(
        rule(MatterClass::OwnersChangeOfUse).majority().electorate,
        Electorate::InterestedOwners
    );
    assert!(rule(MatterClass::OwnersSpecial).participation().is_some());
    assert!(rule(MatterClass::OwnersChangeOfUse).participation().is_none());
    assert!(!rule(MatterClass::OwnersOrdinary).needs_presence());
    assert!(pack.rules_for(MatterClass::ResourceSharing).is_err());
}

#[test]
fn no_pack_is_in_force_before_its_first_day_or_for_another_kind() {
    let here = "440309002021".parse().unwrap();
    let on = |day: &str| in_force(BodyKind::OwnersAssembly, &here, day.parse().unwrap());
    assert_eq!(
        on("2007-09-30").unwrap_err().to_string(),
        "no rule pack for OWNERS_ASSEMBLY is in force in 440309002021 on 2007-09-30"
    );
    assert_eq!(on("2020-12-31").unwrap().id(), "cn.owners-assembly.regulations-12");
    assert_eq!(on("2021-01-01").unwrap().id(), "cn.owners-assembly.civil-code-278");
    let other = in_force(BodyKind::MediationPanel, &here, "2026-01-01".parse().unwrap());
    assert!(matches!(
        other,
        Err(PackError::NoneInForce {
            kind: BodyKind::MediationPanel,
            ..
        })
    ));
}

fn variant(id: &str, place: &str, from: &str, until: Option<&str>) -> RulePack {
    let until = until
        .map(|day| format!("\neffective_until = \"{day}\""))
        .unwrap_or_default();
    let text = joint_conference()
        .text()
        .replace("id = \"cn.joint-conference.default\"", &format!("id = \"{id}\""))
        .replace("place = \"CN\"", &format!("place = \"{place}\"{until}"))
        .replace("2000-01-01", from);
    RulePack::parse(&text).unwrap()
}

#[test]
fn the_narrowest_place_wins_then_the_latest_start() {
    let packs = [
        variant("nation.old", "CN", "2000-01-01", None),
        variant("nation.new", "CN", "2024-01-01", None),
        variant("city", "440300000000", "2022-01-01", Some("2023-06-30")),
        variant("community", "440309002021", "2025-01-01", None),
        variant("elsewhere", "310000000000", "2000-01-01", None),
    ];
    let at = |place: &str, day: &str| {
        let place = place.parse().unwrap();
        in_force_among(&packs, BodyKind::JointConference, &place, day.parse().unwrap()).map(RulePack::id)
    };
    for (day, id) in [
        ("2021-12-31", "nation.old"),
        ("2022-01-01", "city"),
        ("2023-06-30", "city"),
        ("2023-07-01", "nation.old"),
        ("2024-01-01", "nation.new"),
        ("2025-01-01", "community"),
    ] {
        assert_eq!(at("440309002021", day).unwrap(), id, "{day}");
    }
    assert_eq!(at("440309002022", "2026-01-01").unwrap(), "nation.new");
    assert_eq!(at("310101001001", "2026-01-01").unwrap(), "elsewhere");
    assert!(at("440309002021", "1999-12-31").is_err());
}

#[test]
fn two_packs_of_one_place_and_day_are_not_chosen_between() {
    let packs = [
        variant("b", "CN", "2020-01-01", None),
        variant("a", "CN", "2020-01-01", None),
    ];
    let place = "CN".parse().unwrap();
    let chosen = in_force_among(&packs, BodyKind::JointConference, &place, "2021-01-01".parse().unwrap());
    assert_eq!(
        chosen.unwrap_err().to_string(),
        "rule packs a and b are both in force for JOINT_CONFERENCE in CN since 2020-01-01"
    );
}

#[test]
fn text_and_hash_are_exact() {
    let pack = joint_conference();
    let with_comment = RulePack::parse(&format!("{}# one more line\n", pack.text())).unwrap();
    assert_eq!(with_comment.provisions(), pack.provisions());
    assert_ne!(with_comment.hash(), pack.hash());
    assert_eq!(RulePack::parse(pack.text()).unwrap(), pack);
}

/// The message for the joint conference pack with one passage changed.
fn message(from: &str, to: &str) -> String {
    let text = joint_conference().text().to_owned();
    assert!(text.contains(from), "{from}");
    RulePack::parse(&text.replacen(from, to, 1)).unwrap_err().to_string()
}

#[test]
fn a_wrong_pack_is_refused_by_its_key() {
    let sharing = "[majority.RESOURCE_SHARING]\nmeasure = \"HEADS\"\nbase = \"PRESENT\"\ncomparison = \"MORE_THAN\"\nfraction = \"1/2\"";
    let fraction = |text: &str| message(sharing, &sharing.replace("\"1/2\"", text));
    let cases = [
        (
            fraction("\"1/0\""),
            "packs: majority.RESOURCE_SHARING.fraction: denominator is zero",
        ),
        (
            fraction("\"3/2\""),
            "packs: majority.RESOURCE_SHARING.fraction: 3/2 is more than the whole",
        ),
        (
            fraction("\"1/1\""),
            "packs: majority.RESOURCE_SHARING.fraction: more than the whole is never reached",
        ),
        (
            fraction("0.5"),
            "packs: majority.RESOURCE_SHARING.fraction: expected a text, found float",
        ),
        (
            message("[majority.ELECTION]", "[majority.PARTY]"),
            "packs: majority.PARTY: \"PARTY\" is not one of INFORMATION, COORDINATION, RESOURCE_SHARING, PUBLIC_FUND_USE, RULES_AND_COVENANTS, ELECTION, OWNERS_ORDINARY, OWNERS_SPECIAL, OWNERS_CHANGE_OF_USE, RESIDENTS_RESERVED, PERSONAL_MATTER",
        ),
        (
            message("days = 3", "days = -3"),
            "packs: notice.days: -3 is not within 0 to 366",
        ),
        (
            message("days = 3", "days = 367"),
            "packs: notice.days: 367 is not within 0 to 366",
        ),
        (
            message("days = 3", "days = 3\ndayz = 4"),
            "packs: notice.dayz: is not a known key",
        ),
        (
            message("waiver_allowed = true\n", ""),
            "packs: notice.waiver_allowed: is missing",
        ),
        (
            message("waiver_allowed = true", "waiver_allowed = 1"),
            "packs: notice.waiver_allowed: expected true or false, found integer",
        ),
        (
            message("[presence_quorum]", "[presence_qorum]"),
            "packs: presence_qorum: is not a known key",
        ),
        (
            message("unit = \"CALENDAR\"", "unit = \"LUNAR\""),
            "packs: notice.unit: \"LUNAR\" is not one of CALENDAR, WORKING",
        ),
        (
            message("2000-01-01", "2000-02-30"),
            "packs: effective_from: the calendar has no day 2000-02-30",
        ),
        (
            message("place = \"CN\"", "place = \"4403\""),
            "packs: place: \"4403\" is neither CN nor a division code of 12 digits",
        ),
        (
            message("place = \"CN\"", "place = \"CN\"\neffective_until = \"1999-12-31\""),
            "packs: effective_until: 1999-12-31 lies before effective_from 2000-01-01",
        ),
        (message("[\"JOINT_CONFERENCE\"]", "[]"), "packs: body_kinds: is empty"),
        (
            message("[\"JOINT_CONFERENCE\"]", "[\"ON_SITE\", \"ON_SITE\"]"),
            "packs: body_kinds: names ON_SITE twice",
        ),
        (
            message("id = \"cn.joint", "id = \"CN.joint"),
            "packs: id: \"CN.joint-conference.default\" is not lower-case words joined by . and -, 64 at most",
        ),
        (
            message("zh = \"联席会议议事规则（平台默认）\"", "zh = \" \""),
            "packs: title.zh: is empty",
        ),
        (
            message("（平台默认）", "\\u0007"),
            "packs: title.zh: has control characters",
        ),
        (
            message("allowed = false\nsource", "allowed = false\nlimit = 2\nsource"),
            "packs: proxies.limit: has no meaning where proxies are not allowed",
        ),
        (
            message("non_response = \"NOT_COUNTED\"", "non_response = \"WITH_MAJORITY\""),
            "packs: ballots.non_response: \"WITH_MAJORITY\" is not one of NOT_COUNTED",
        ),
        (
            message(
                "ratified_by = \"OWNERS_ASSEMBLY\"",
                "ratified_by = \"JOINT_CONFERENCE\"",
            ),
            "packs: majority.OWNERS_ORDINARY.ratified_by: JOINT_CONFERENCE cannot ratify its own decision",
        ),
        (
            message("[[readings]]", "[[readings]]\ntitle = \"?\""),
            "packs: readings[0].title: is not a known key",
        ),
        (
            message("every = 1", "every = 0"),
            "packs: cadence.every: 0 is not within 1 to 120",
        ),
        (
            message("[cadence]", "[cadence.monthly]"),
            "packs: cadence.every: is missing",
        ),
    ];
    for (found, wanted) in cases {
        assert_eq!(found, wanted);
    }
}

#[test]
fn every_section_in_error_is_named_at_once() {
    let text = joint_conference()
        .text()
        .replacen("days = 3", "days = \"three\"", 1)
        .replace("fraction = \"1/2\"", "fraction = \"0/2\"");
    let Err(PackError::Invalid { problems }) = RulePack::parse(&text) else {
        panic!("accepted")
    };
    let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
    assert_eq!(keys[..2], ["notice.days", "presence_quorum.fraction"]);
    assert_eq!(keys.len(), 2 + 10, "one per matter class besides");
    assert!(
        problems
            .iter()
            .skip(1)
            .all(|problem| problem.reason == "numerator is zero")
    );
}

#[test]
fn rules_that_contradict_one_another_are_refused() {
    let owners = owners_assembly().text().to_owned();
    let message = |from: &str, to: &str| {
        assert!(owners.contains(from));
        RulePack::parse(&owners.replacen(from, to, 1)).unwrap_err().to_string()
    };
    assert_eq!(
        message("casting_vote = false", "casting_vote = true"),
        "packs: chair.casting_vote: cannot break a tie of majority.OWNERS_ORDINARY, which is not by heads alone; \
         chair.casting_vote: cannot break a tie of majority.OWNERS_SPECIAL, which is not by heads alone"
    );
    assert_eq!(
        message(
            "matter_classes = [\"OWNERS_ORDINARY\"",
            "matter_classes = [\"ELECTION\""
        ),
        "packs: participation_threshold.matter_classes: ELECTION has no majority in this pack"
    );
}

#[test]
fn what_is_not_a_pack_at_all_is_refused() {
    assert!(matches!(RulePack::parse("").unwrap_err(), PackError::Invalid { .. }));
    let PackError::Syntax { line, .. } = RulePack::parse("id = \"a\"\ntitle = \n").unwrap_err() else {
        panic!("accepted");
    };
    assert_eq!(line, 2);
    let doubled = format!("{}\n[notice]\ndays = 1\n", joint_conference().text());
    assert!(matches!(RulePack::parse(&doubled), Err(PackError::Syntax { .. })));
    let endless = format!("{}#{}", joint_conference().text(), "x".repeat(64 * 1024));
    assert!(matches!(RulePack::parse(&endless), Err(PackError::TooLong { .. })));
}
