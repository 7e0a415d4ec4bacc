//! Groups that decide along with the whole, and rules nobody has verified.

use yihe_tally::{
    CountSheet, Language, MatterClass, Outcome, RulePack, TallyError, Verdict, Voter, tally, tally_secret,
};

use crate::fixtures::{amended, ballots, id, joint_conference, organizations, present};

const GROUP: &str = r#"
[[groups]]
id = "OWNERS"
title = { zh = "业主代表", en = "owners' representatives" }
base = "ALL_MEMBERS"
comparison = "MORE_THAN"
fraction = "1/2"
source = "test"

[proxies]"#;

fn pack() -> RulePack {
    amended(&joint_conference(), "[proxies]", GROUP)
}

/// Seven members, the first four of whom are of the group.
fn seven() -> Vec<Voter> {
    let members = organizations(7).into_iter().enumerate();
    members
        .map(|(i, voter)| if i < 4 { voter.in_group("OWNERS") } else { voter })
        .collect()
}

fn vote(letters: &str) -> Outcome {
    let pack = pack();
    let rules = pack.rules_for(MatterClass::Coordination).unwrap();
    tally(rules, &seven(), &ballots(letters), &present(7)).unwrap()
}

#[test]
fn the_whole_and_each_group_have_to_be_in_favour() {
    for (letters, verdict, reason) in [
        ("3yn3n", Verdict::Rejected, "3 of 4 in the group, 3 of 7 of all"),
        ("2y2n3y", Verdict::Rejected, "5 of 7 of all, exactly half of the group"),
        ("3yn2yn", Verdict::Adopted, "5 of 7 and 3 of 4"),
        ("3y-y2-", Verdict::Adopted, "4 of 7 and 3 of 4, whoever else is silent"),
        ("4n3y", Verdict::Rejected, "nobody of the group"),
    ] {
        assert_eq!(vote(letters).verdict, verdict, "{letters}: {reason}");
    }
    let outcome = vote("2y2n3y");
    let sentences = |language| {
        let finding = outcome.tests.last().unwrap();
        finding.sentence(language)
    };
    assert_eq!(
        sentences(Language::En),
        "in favour 2 of 4 members among the owners' representatives > 1/2: not met"
    );
    assert_eq!(
        sentences(Language::Zh),
        "业主代表赞成 2 票，全体 4 名，要求过半数：不满足"
    );
}

#[test]
fn a_tie_is_one_of_the_whole_and_of_every_group() {
    let pack = pack();
    let rules = pack.rules_for(MatterClass::Coordination).unwrap();
    let mut eight = seven();
    eight.push(Voter::one_vote(id(7)));
    let verdict = |letters: &str| tally(rules, &eight, &ballots(letters), &present(8)).unwrap().verdict;
    assert_eq!(verdict("2y2n2y2n"), Verdict::Tied);
    assert_eq!(
        verdict("3yny3n"),
        Verdict::Rejected,
        "the group is in favour, the whole is even"
    );
}

#[test]
fn a_group_without_members_or_in_a_secret_vote_is_refused() {
    let pack = pack();
    let rules = pack.rules_for(MatterClass::Election).unwrap();
    let refused = tally(rules, &organizations(7), &[], &present(7)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the rules ask for the consent of group OWNERS, of which the roster has nobody"
    );
    let mut recused = seven();
    for voter in recused.iter_mut().take(4) {
        *voter = voter.clone().recused();
    }
    assert!(matches!(
        tally(rules, &recused, &[], &present(7)),
        Err(TallyError::EmptyGroup { .. })
    ));
    assert_eq!(
        tally_secret(rules, &seven(), &[], &[], &present(7)),
        Err(TallyError::SecretByGroup {
            group: "OWNERS".to_owned()
        })
    );
    // a group the pack does not ask about has no effect
    let free = joint_conference();
    let rules = free.rules_for(MatterClass::Coordination).unwrap();
    let with = tally(rules, &seven(), &ballots("5y2n"), &present(7)).unwrap();
    let without = tally(rules, &organizations(7), &ballots("5y2n"), &present(7)).unwrap();
    assert_eq!(with, without);
}

#[test]
fn an_outcome_under_unverified_rules_says_so() {
    let pack = amended(&joint_conference(), "place = ", "verified = false\nplace = ");
    let rules = pack.rules_for(MatterClass::Coordination).unwrap();
    let outcome = tally(rules, &organizations(3), &ballots("3y"), &present(3)).unwrap();
    assert!(!outcome.pack_verified);
    assert_eq!(
        outcome.sentence(Language::En),
        "adopted: 3 for, 0 against, 0 abstaining, 0 invalid, 0 not voted, under rules not yet verified"
    );
    assert_eq!(
        outcome.sentence(Language::Zh),
        "通过：赞成 3，反对 0，弃权 0，无效 0，未表决 0，所依规则未经核实"
    );
    let json = String::from_utf8(outcome.canonical_bytes().unwrap()).unwrap();
    assert!(json.contains(r#""pack_verified":false"#), "{json}");
    assert_eq!(serde_json::from_str::<Outcome>(&json).unwrap(), outcome);
    let verified = String::from_utf8(vote("7y").canonical_bytes().unwrap()).unwrap();
    assert!(!verified.contains("pack_verified"), "{verified}");
}

#[test]
fn sheets_written_before_there_were_proxies_units_and_groups_are_still_read_and_written_the_same() {
    let pack = joint_conference();
    let old = format!(
        r#"{{"ballots":{{"OPEN":{{"ballots":[{{"choice":"YES","voter":"v0"}}]}}}},"casting_vote":null,"matter_class":"COORDINATION","pack":{},"pack_hash":"{}","presence":{{"SESSION":{{"present":["v0"]}}}},"roster":[{{"id":"v0","standing":"ENTITLED","weight":{{"area":0,"heads":1}}}}]}}"#,
        serde_json::to_string(pack.text()).unwrap(),
        pack.hash()
    );
    let sheet = CountSheet::from_json(old.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(sheet.to_json().unwrap()).unwrap(), old);
    let outcome = String::from_utf8(sheet.count().unwrap().canonical_bytes().unwrap()).unwrap();
    for key in ["represented", "group", "pack_verified", "cast_by", "unit"] {
        assert!(!outcome.contains(&format!("\"{key}\"")), "{key} in {outcome}");
    }
}
