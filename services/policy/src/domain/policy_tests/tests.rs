use yihe_authz::{Catalogue, Condition};

use super::*;

const EXAMPLE: &str = include_str!("../../../../../docs/examples/policy-tests.yaml");
const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

fn one(fields: &str) -> String {
    format!("tests:\n  - zh: 甲\n    en: a\n{fields}")
}

fn fault(text: &str) -> (usize, String) {
    let fault = read(text, Catalogue::shipped()).unwrap_err();
    (fault.line, fault.detail)
}

#[test]
fn the_example_passes_against_the_template() {
    let report = crate::test_template(EXAMPLE, NOW).unwrap();
    let failed: Vec<_> = report.results.iter().filter(|result| !result.passed).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(report.passed >= 8 && report.failed == 0);
    let mut verdicts: Vec<_> = report.results.iter().map(|result| result.verdict).collect();
    verdicts.sort_unstable();
    verdicts.dedup();
    assert_eq!(verdicts.len(), 3, "the example shows every verdict");
}

#[test]
fn a_test_that_the_rules_do_not_pass_says_what_they_say() {
    let text = EXAMPLE.replacen("expect: allow", "expect: deny", 1);
    let report = crate::test_template(&text, NOW).unwrap();
    let failed: Vec<_> = report.results.iter().filter(|result| !result.passed).collect();
    assert_eq!((failed.len(), report.failed), (1, 1));
    assert_eq!(
        (failed[0].expected(), failed[0].verdict()),
        (Verdict::Deny, Verdict::Allow)
    );
    assert_eq!(failed[0].grant, "template/meeting.vote.open/PARTY_COMMITTEE/SECRETARY");
    let line = usize::try_from(failed[0].line).unwrap();
    assert!(text.lines().nth(line - 1).unwrap().contains("社区党委书记可以付表决"));
}

#[test]
fn a_test_is_read_with_its_line_facts_and_instant() {
    let text = one(
        "    role: PROPERTY_COMPANY/*\n    permission: meeting.ballot.cast\n    facts: [owner, serves]\n    \
         at: 2026-03-01T09:00:00+08:00\n    expect: conditional\n",
    );
    let tests = read(&text, Catalogue::shipped()).unwrap();
    let test = &tests[0];
    assert_eq!((test.line, test.zh.as_str(), test.en.as_str()), (2, "甲", "a"));
    assert_eq!(
        test.facts,
        Some([Condition::Owner, Condition::Serves].into_iter().collect())
    );
    assert_eq!(
        test.at.map(|at| at.to_string()).as_deref(),
        Some("2026-03-01T01:00:00Z")
    );
    assert_eq!(test.expected, Verdict::Conditional);
}

#[test]
fn what_is_wrong_is_named_by_line() {
    let good = "    role: '*/*'\n    permission: meeting.ballot.cast\n    expect: allow\n";
    assert!(read(&one(good), Catalogue::shipped()).is_ok());
    for (text, line, expected) in [
        ("tests: []\n".to_owned(), 1, "holds 0 tests"),
        ("- a\n".to_owned(), 1, ""),
        ("tests:\n  - zh: [\n".to_owned(), 2, ""),
        (
            one(&good.replace("cast", "cats")),
            5,
            "the closest are meeting.ballot.cast",
        ),
        (one(&good.replace("'*/*'", "BOSS")), 4, "is not a role"),
        (
            one(&good.replace("allow", "yes")),
            6,
            "is not one of allow, deny, conditional",
        ),
        (
            one(&good.replace("role: '*/*'", "principal: users/x")),
            2,
            "neither a role nor a principal",
        ),
        (
            one(&good.replace("role: '*/*'", "principal: users/x\n    acting_as: self")),
            4,
            "users/{user}",
        ),
        (one(&format!("{good}    facts: [member]\n")), 7, "is not one of owner"),
        (one(&format!("{good}    at: 2026-03-01\n")), 7, "is not an instant"),
        (one(&format!("{good}    when: now\n")), 7, "when"),
        (one(good).replace("zh: 甲", "zh: ' '"), 2, "says nothing"),
        (format!("{}# {}", one(good), "x".repeat(1 << 20)), 1, "bytes"),
    ] {
        let (at, detail) = fault(&text);
        assert_eq!(at, line, "{detail} in {text:.200}");
        assert!(detail.contains(expected), "{detail}");
    }
}

#[test]
fn a_test_of_somebody_needs_a_node() {
    let somebody = "users/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";
    let text = one(&format!(
        "    principal: {somebody}\n    acting_as: self\n    permission: meeting.ballot.cast\n    expect: deny\n"
    ));
    let refusal = crate::test_template(&text, NOW).unwrap_err();
    assert!(refusal.is(&crate::reasons::POLICY_TESTS_INVALID), "{refusal}");
    assert_eq!(refusal.metadata()["line"], "2");
}
