//! Votes for others: who may, how many, and what of it counts for the quorum.

use yihe_tally::{
    Ballot, Choice, CountSheet, MatterClass, Outcome, Presence, Problem, Proxy, RulePack, TallyError, Verdict, VoterId,
    tally_by_proxy, tally_units,
};

use crate::fixtures::{amended, ballots, id, joint_conference, organizations, owners_assembly, present};
use crate::units;

/// The joint conference, were proxies allowed in it.
fn with_proxies(rule: &str) -> RulePack {
    amended(
        &joint_conference(),
        "[proxies]
allowed = false",
        &format!(
            "[proxies]
allowed = true
{rule}"
        ),
    )
}

fn count(
    pack: &RulePack,
    members: usize,
    here: usize,
    cast: &[Ballot],
    proxies: &[Proxy],
) -> Result<Outcome, TallyError> {
    let rules = pack.rules_for(MatterClass::Coordination).unwrap();
    tally_by_proxy(rules, &organizations(members), cast, proxies, &present(here))
}

fn proxy(principal: usize, holder: usize) -> Proxy {
    Proxy::new(id(principal), id(holder))
}

fn for_another(principal: usize, holder: usize, choice: Choice) -> Ballot {
    Ballot::new(id(principal), choice).by_proxy(id(holder))
}

#[test]
fn a_proxy_votes_for_its_principal() {
    let pack = with_proxies("limit = 2\ncounts_for_quorum = true");
    let mut cast = ballots("2yn");
    cast.push(for_another(3, 0, Choice::Yes));
    let outcome = count(&pack, 5, 3, &cast, &[proxy(3, 0)]).unwrap();
    assert_eq!(outcome.counts.yes.heads, 3);
    assert_eq!(
        outcome.counts.present.map(|w| w.heads),
        Some(4),
        "three there and one represented"
    );
    assert_eq!(outcome.counts.represented.map(|w| w.heads), Some(1));
    assert_eq!(outcome.verdict, Verdict::Adopted, "3 of 4 present or represented");
}

#[test]
fn proxies_over_the_limit_are_listed_and_none_of_them_counts() {
    let mut cast = ballots("2yn");
    cast.extend([3, 4].map(|principal| for_another(principal, 0, Choice::No)));
    let two = [proxy(3, 0), proxy(4, 0)];
    let within = count(&with_proxies("limit = 2"), 5, 3, &cast, &two).unwrap();
    assert_eq!(
        (within.counts.no.heads, within.verdict, within.listed.len()),
        (3, Verdict::Rejected, 0),
        "two are within the limit: 2 of 5 in favour"
    );
    let over = count(&with_proxies("limit = 1"), 5, 3, &cast, &two).unwrap();
    let problems: Vec<_> = over.listed.iter().map(|l| (l.voter.clone(), l.problem)).collect();
    assert_eq!(
        problems,
        [(id(3), Problem::ProxyOverLimit), (id(4), Problem::ProxyOverLimit)]
    );
    assert_eq!(over.listed[0].cast_by, Some(id(0)));
    assert_eq!(
        (over.counts.no.heads, over.counts.not_voted.heads, over.verdict),
        (1, 2, Verdict::Adopted),
        "2 of 3 present; nobody may choose which of the two would have counted"
    );
    // one principal comes after all: his proxy is void, and the holder is within the limit again
    let mut cast = ballots("2y2n");
    cast.push(for_another(4, 0, Choice::No));
    let came = count(&with_proxies("limit = 1"), 5, 4, &cast, &two).unwrap();
    assert_eq!((came.counts.no.heads, came.listed.len()), (3, 0));
}

#[test]
fn a_proxy_makes_the_quorum_only_where_the_pack_says_so() {
    let two = [proxy(2, 0), proxy(3, 1)];
    let counted = count(&with_proxies("counts_for_quorum = true"), 5, 2, &ballots("2y"), &two).unwrap();
    assert_eq!(
        counted.verdict,
        Verdict::Rejected,
        "2 of 4 present or represented: a quorum and no majority"
    );
    assert_eq!((counted.tests[0].counted, counted.tests[0].met), (4, true));
    let not = count(&with_proxies("counts_for_quorum = false"), 5, 2, &ballots("2y"), &two).unwrap();
    assert_eq!(
        (not.tests[0].counted, not.verdict),
        (2, Verdict::NoQuorum),
        "two of five are there"
    );
    // a quorum in person: the proxy's vote is in the numerator and in the denominator
    let mut cast = ballots("2yn");
    cast.push(for_another(3, 0, Choice::Yes));
    let vote = count(&with_proxies("counts_for_quorum = false"), 5, 3, &cast, &[proxy(3, 0)]).unwrap();
    assert_eq!(
        (vote.tests[0].counted, vote.tests[1].counted, vote.tests[1].of),
        (3, 3, 4)
    );
}

#[test]
fn a_proxy_is_void_when_its_principal_is_there() {
    let pack = with_proxies("counts_for_quorum = true");
    let own = count(&pack, 5, 4, &ballots("2y2n"), &[proxy(3, 0)]).unwrap();
    assert_eq!(
        (own.counts.no.heads, own.counts.represented),
        (2, None),
        "he votes himself"
    );
    let mut cast = ballots("2yn");
    cast.push(for_another(3, 0, Choice::Yes));
    let void = count(&pack, 5, 4, &cast, &[proxy(3, 0)]).unwrap();
    assert_eq!(void.listed[0].problem, Problem::ProxyVoid);
    assert_eq!((void.counts.yes.heads, void.counts.not_voted.heads), (2, 2));
}

#[test]
fn who_is_recused_votes_for_nobody_else_either() {
    let pack = with_proxies("counts_for_quorum = true");
    let rules = pack.rules_for(MatterClass::Coordination).unwrap();
    let mut roster = organizations(6);
    roster[0] = roster[0].clone().recused();
    let mut cast = ballots("-2yn");
    cast.push(for_another(4, 0, Choice::No));
    let outcome = tally_by_proxy(rules, &roster, &cast, &[proxy(4, 0)], &present(4)).unwrap();
    assert_eq!(outcome.listed[0].problem, Problem::ProxyRecused);
    assert_eq!((outcome.counts.no.heads, outcome.verdict), (1, Verdict::Adopted));
}

#[test]
fn proxies_that_are_wrong_are_refused_by_name() {
    let pack = with_proxies("limit = 2");
    let refused = |cast: &[Ballot], proxies: &[Proxy]| count(&pack, 5, 3, cast, proxies).unwrap_err().to_string();
    let by_proxy = [for_another(3, 0, Choice::Yes)];
    assert_eq!(
        refused(&by_proxy, &[]),
        "v0 cast a ballot for v3 and holds no proxy of theirs"
    );
    assert_eq!(
        refused(&by_proxy, &[proxy(3, 1)]),
        "v0 cast a ballot for v3 and holds no proxy of theirs"
    );
    assert_eq!(refused(&[], &[proxy(9, 0)]), "v9 gave a proxy but has no vote");
    assert_eq!(refused(&[], &[proxy(3, 3)]), "v3 cannot be their own proxy");
    assert_eq!(refused(&[], &[proxy(3, 0), proxy(3, 1)]), "v3 gave two proxies");
    assert_eq!(
        refused(&[Ballot::new(id(3), Choice::Yes)], &[proxy(3, 0)]),
        "voter v3 was not present but cast a ballot",
        "a proxy does not let an absent principal cast in person"
    );
    let none = count(&joint_conference(), 5, 3, &[], &[proxy(3, 0)]);
    assert_eq!(
        none.unwrap_err().to_string(),
        "rule pack cn.joint-conference.default allows no proxies"
    );
}

#[test]
fn a_secret_vote_is_cast_in_person() {
    let pack = with_proxies("limit = 2");
    let sheet = CountSheet {
        pack: pack.text().to_owned(),
        pack_hash: pack.hash().to_owned(),
        matter_class: MatterClass::Election,
        roster: organizations(5),
        presence: present(3),
        ballots: yihe_tally::Ballots::Secret {
            participants: vec![id(0)],
            choices: vec![Choice::Yes],
        },
        casting_vote: None,
        proxies: vec![proxy(3, 0)],
    };
    assert_eq!(
        sheet.count().unwrap_err().to_string(),
        "a secret vote is cast in person, and 1 proxies are given"
    );
}

const REGISTER: [&str; 4] = ["A1 100 li*+chen", "A2 80 wang", "A3 80 zhao", "A4 80 qian"];

fn by_units(limit: &str, cast: &[&str], proxies: &[(&str, &str)]) -> Result<Outcome, TallyError> {
    let pack = amended(
        &owners_assembly(),
        "[proxies]
allowed = true",
        &format!(
            "[proxies]
allowed = true
{limit}"
        ),
    );
    let rules = pack.rules_for(MatterClass::OwnersOrdinary).unwrap();
    let proxies: Vec<Proxy> = proxies.iter().map(|(p, h)| Proxy::new(*p, *h)).collect();
    tally_units(
        rules,
        &units::units(&REGISTER),
        &units::ballots(cast),
        &proxies,
        &Presence::Written,
    )
}

fn problems(outcome: &Outcome) -> Vec<(&str, Problem)> {
    outcome.listed.iter().map(|l| (l.voter.as_str(), l.problem)).collect()
}

#[test]
fn a_proxy_of_owners_casts_for_their_units() {
    let cast = ["A1 tenant y", "A2 tenant y", "A3 zhao n", "A4 qian n"];
    let outcome = by_units("", &cast, &[("li", "tenant"), ("wang", "tenant")]).unwrap();
    assert_eq!((outcome.counts.yes.heads, outcome.counts.yes.area), (2, 18_000));
    assert!(outcome.listed.is_empty());
    let over = by_units("limit = 1", &cast, &[("li", "tenant"), ("wang", "tenant")]).unwrap();
    assert_eq!(
        problems(&over),
        [("li+chen", Problem::ProxyOverLimit), ("wang", Problem::ProxyOverLimit)]
    );
    assert_eq!((over.counts.yes.heads, over.counts.not_voted.area), (0, 18_000));
    assert_eq!(over.listed[0].cast_by, Some(VoterId::from("tenant")));
}

#[test]
fn only_the_nominated_co_owners_proxy_speaks_for_the_unit() {
    let cast = ["A1 tenant y", "A2 wang n"];
    assert_eq!(
        problems(&by_units("", &cast, &[("chen", "tenant")]).unwrap()),
        [("li+chen", Problem::NotNominated)]
    );
    // a co-owner who is not nominated may hold the nominated one's proxy
    let outcome = by_units("", &["A1 chen y", "A2 wang n"], &[("li", "chen")]).unwrap();
    assert_eq!((problems(&outcome), outcome.counts.yes.heads), (vec![], 1));
}

#[test]
fn an_owner_who_casts_in_person_voids_the_proxy_for_that_unit() {
    let outcome = by_units("", &["A2 wang y", "A2 tenant n"], &[("wang", "tenant")]).unwrap();
    assert_eq!(problems(&outcome), [("wang", Problem::ProxyVoid)]);
    assert_eq!((outcome.counts.yes.heads, outcome.counts.no.heads), (1, 0));
    assert_eq!(
        by_units("", &["A2 tenant y"], &[]).unwrap_err().to_string(),
        "tenant cast a ballot for unit A2 and is neither its owner nor a proxy of one"
    );
    assert_eq!(
        by_units("", &[], &[("nobody", "tenant")]).unwrap_err().to_string(),
        "nobody gave a proxy but has no vote"
    );
}
