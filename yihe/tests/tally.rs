//! A separate process counts an exported vote again, and judges rule packs.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::process::{Command, Output};

use yihe_tally::{
    Ballot, Ballots, BodyKind, Choice, CountSheet, MatterClass, Presence, Proxy, RegisterUnit, RulePack, UnitBallot,
    Voter, packs,
};

fn yihe(arguments: &[&str], content: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("given");
    std::fs::write(&file, content).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_yihe"));
    command.args(arguments).arg(&file).output().unwrap()
}

/// What the command says when it refuses, without the path of the file.
fn refusal(output: &Output) -> String {
    assert_eq!(
        output.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert!(output.stdout.is_empty());
    let text = String::from_utf8_lossy(&output.stderr);
    let (_, reason) = text.split_once("given").unwrap();
    reason.trim_end().to_owned()
}

fn pack(kind: BodyKind) -> RulePack {
    let (place, on) = ("440309002021".parse().unwrap(), "2026-03-01".parse().unwrap());
    packs::in_force(kind, &place, on).unwrap().clone()
}

fn sheet(kind: BodyKind, matter_class: MatterClass, ballots: Ballots) -> CountSheet {
    let pack = pack(kind);
    CountSheet {
        pack: pack.text().to_owned(),
        pack_hash: pack.hash().to_owned(),
        matter_class,
        roster: Vec::new(),
        presence: Presence::Written,
        ballots,
        casting_vote: None,
        proxies: Vec::new(),
    }
}

fn by_name() -> CountSheet {
    let ballots = [("周", Choice::Yes), ("吴", Choice::Yes), ("郑", Choice::Invalid)];
    let ballots = ballots.into_iter().map(|(voter, choice)| Ballot::new(voter, choice));
    CountSheet {
        roster: ["周", "吴", "郑", "王"].into_iter().map(Voter::one_vote).collect(),
        presence: Presence::session(["周", "吴", "郑"]),
        ..sheet(
            BodyKind::JointConference,
            MatterClass::OwnersSpecial,
            Ballots::Open {
                ballots: ballots.collect(),
            },
        )
    }
}

fn in_secret() -> CountSheet {
    CountSheet {
        roster: ["a", "b", "c"].into_iter().map(Voter::one_vote).collect(),
        presence: Presence::session(["a", "b"]),
        ..sheet(
            BodyKind::JointConference,
            MatterClass::Election,
            Ballots::Secret {
                participants: vec!["b".into(), "a".into()],
                choices: vec![Choice::Yes, Choice::No],
            },
        )
    }
}

/// Sixty units of forty owners, one of whom cast through a proxy, with ballots that contradict one another.
fn by_units() -> CountSheet {
    let unit = |i: u64| RegisterUnit {
        id: format!("unit {i}"),
        building: format!("{}", i % 3),
        area: 5_000 + i * 7,
        head: format!("owner {}", i % 40).into(),
        co_owners: vec![format!("owner {}", i % 40).into()],
        nominee: None,
    };
    let cast = (0..60).filter(|i| i % 5 != 4).map(|i| {
        let choice = if i % 4 == 0 { Choice::No } else { Choice::Yes };
        let owner = if i == 1 {
            "lawyer".to_owned()
        } else {
            format!("owner {}", i % 40)
        };
        UnitBallot::new(format!("unit {i}"), owner, choice)
    });
    CountSheet {
        proxies: vec![Proxy::new("owner 1", "lawyer")],
        ..sheet(
            BodyKind::OwnersAssembly,
            MatterClass::OwnersSpecial,
            Ballots::Units {
                units: (0..60).map(unit).collect(),
                ballots: cast.collect(),
            },
        )
    }
}

#[test]
fn a_recount_by_a_separate_process_is_byte_identical() {
    for sheet in [by_name(), in_secret(), by_units()] {
        let json = String::from_utf8(sheet.to_json().unwrap()).unwrap();
        let output = yihe(&["tally", "recount"], &json);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let here = sheet.count().unwrap().canonical_bytes().unwrap();
        assert!(here.len() > 500);
        assert_eq!(output.stdout, here);
    }
}

#[test]
fn one_changed_ballot_changes_the_bytes() {
    let mut sheet = by_name();
    let first = yihe(
        &["tally", "recount"],
        &String::from_utf8(sheet.to_json().unwrap()).unwrap(),
    );
    let Ballots::Open { ballots } = &mut sheet.ballots else {
        panic!("by name")
    };
    ballots[0].choice = Choice::No;
    let second = yihe(
        &["tally", "recount"],
        &String::from_utf8(sheet.to_json().unwrap()).unwrap(),
    );
    assert!(first.status.success() && second.status.success());
    assert_ne!(first.stdout, second.stdout);
}

#[test]
fn what_cannot_be_counted_is_refused_with_the_reason() {
    let json = String::from_utf8(by_name().to_json().unwrap()).unwrap();
    let refused = |content: &str| refusal(&yihe(&["tally", "recount"], content));
    assert!(refused("").starts_with(" cannot be counted: not a count sheet: EOF"));
    assert!(refused("{\"pack\": 7}").contains("not a count sheet: invalid type: integer `7`"));
    assert!(refused(&json.replace("\"YES\"", "\"MAYBE\"")).contains("unknown variant `MAYBE`"));
    assert!(refused(&json.replace("MORE_THAN", "AT_LEAST")).contains("the text of the rule pack has SHA-256"));
    assert_eq!(
        refused(&json.replacen("\"voter\":\"郑\"", "\"voter\":\"钱\"", 1)),
        " cannot be counted: 钱 cast a ballot but is not on the roster"
    );
    let output = Command::new(env!("CARGO_BIN_EXE_yihe"))
        .args(["tally", "recount", "no/such/file"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.starts_with("yihe: no/such/file cannot be read: "), "{text}");
}

#[test]
fn a_pack_that_contradicts_statute_is_refused_by_key_and_source() {
    let text = pack(BodyKind::OwnersAssembly).text().to_owned();
    let output = yihe(&["pack", "check"], &text);
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.starts_with("cn.owners-assembly.civil-code-278 from 2021-01-01: usable, SHA-256 268be93b"),
        "{said}"
    );
    let own = text
        .replace("days = 15\nunit", "days = 7\nunit")
        .replace("\"3/4\"", "\"2/3\"");
    assert_eq!(
        refusal(&yihe(&["pack", "check"], &own)),
        " contradicts statute:\n  \
         majority.OWNERS_SPECIAL.fraction: at least 2/3; Civil Code 278 asks for at least 3/4 of those who take part, by area and by heads\n  \
         notice.days: 7 days; Property Management Regulations 14 asks for 15 days"
    );
}

#[test]
fn what_is_no_pack_is_refused_by_every_key() {
    let text = pack(BodyKind::JointConference).text().to_owned();
    let broken = text
        .replace("days = 3\nunit", "days = -3\nunit")
        .replace("casting_vote", "casting_vot");
    assert_eq!(
        refusal(&yihe(&["pack", "check"], &broken)),
        " is no usable rule pack:\n  notice.days: -3 is not within 0 to 366\n  chair.casting_vot: is not a known key"
    );
    assert_eq!(
        refusal(&yihe(&["pack", "check"], "id = \n")),
        " is no usable rule pack: packs: line 1: string values must be quoted, expected literal string"
    );
    let unverified = text.replacen("place = ", "verified = false\nplace = ", 1);
    let output = yihe(&["pack", "check"], &unverified);
    assert!(String::from_utf8_lossy(&output.stdout).contains("(not verified): usable"));
}
