//! Votes in a session: quorum of presence, majority of those present or of all members, ties, recusal, secrecy.

use yihe_tally::{BodyKind, CastingVote, Choice, Language, MatterClass, Presence, TallyError, Verdict, Voter, VoterId};
use yihe_tally::{quorum, tally_secret};

use crate::fixtures::{amended, ballots, count, id, joint_conference, organizations, present};

#[test]
fn a_joint_conference_decides_by_more_than_half_of_those_present() {
    let pack = joint_conference();
    let vectors = [
        // members, present, ballots, verdict, reason
        (25, 14, "8y6n", Verdict::Adopted, "8 of 14 present are more than half"),
        (25, 14, "7y7n", Verdict::Tied, "exactly half for and half against"),
        (
            25,
            14,
            "7y5n2a",
            Verdict::Rejected,
            "exactly half is not more, and abstentions are not votes against",
        ),
        (
            25,
            14,
            "7y6ni",
            Verdict::Rejected,
            "an invalid ballot is among those present",
        ),
        (
            25,
            14,
            "7y7-",
            Verdict::Rejected,
            "those present who stay silent are in the denominator",
        ),
        (
            25,
            14,
            "8y6-",
            Verdict::Adopted,
            "8 of 14 are in favour whatever the others do",
        ),
        (
            25,
            15,
            "7y7na",
            Verdict::Rejected,
            "7 of 15: not even the chair could make it a majority",
        ),
        (
            25,
            13,
            "7y6n",
            Verdict::Adopted,
            "13 of 25 is a quorum, 7 of 13 more than half",
        ),
        (
            25,
            12,
            "12y",
            Verdict::NoQuorum,
            "12 of 25 decide nothing, however united",
        ),
        (
            24,
            12,
            "12y",
            Verdict::NoQuorum,
            "exactly half of the members is not more than half",
        ),
        (25, 0, "", Verdict::NoQuorum, "nobody came"),
        (1, 1, "y", Verdict::Adopted, "one of one"),
    ];
    for (members, here, letters, verdict, reason) in vectors {
        let outcome = count(
            &pack,
            MatterClass::ResourceSharing,
            &organizations(members),
            letters,
            &present(here),
        )
        .unwrap();
        assert_eq!(outcome.verdict, verdict, "{members} {here} {letters}: {reason}");
    }
}

#[test]
fn an_outcome_carries_its_numbers_and_its_rules() {
    let pack = joint_conference();
    let outcome = count(
        &pack,
        MatterClass::Coordination,
        &organizations(25),
        "8y3n2ai",
        &present(15),
    )
    .unwrap();
    let heads = |w: yihe_tally::Weight| w.heads;
    let counts = &outcome.counts;
    assert_eq!(
        [
            counts.members,
            counts.participating,
            counts.yes,
            counts.no,
            counts.abstain,
            counts.invalid,
            counts.not_voted
        ]
        .map(heads),
        [25, 14, 8, 3, 2, 1, 11]
    );
    assert_eq!(counts.present.map(heads), Some(15));
    let sentences: Vec<_> = outcome
        .tests
        .iter()
        .map(|finding| finding.sentence(Language::En))
        .collect();
    assert_eq!(
        sentences,
        [
            "present 15 of 25 members > 1/2: met",
            "in favour 8 of 15 present > 1/2: met"
        ]
    );
    assert_eq!(
        outcome.listed.iter().map(|l| l.voter.clone()).collect::<Vec<_>>(),
        [id(13)]
    );
    assert_eq!(
        (outcome.pack_id.as_str(), outcome.pack_hash.as_str()),
        (pack.id(), pack.hash())
    );
    assert_eq!(
        outcome.sentence(Language::En),
        "adopted: 8 for, 3 against, 2 abstaining, 1 invalid, 11 not voted"
    );
    assert_eq!(
        outcome.sentence(Language::Zh),
        "通过：赞成 8，反对 3，弃权 2，无效 1，未表决 11"
    );
}

#[test]
fn recusal_changes_quorum_numerator_and_denominator() {
    let pack = joint_conference();
    let recuse = |who: &[usize]| -> Vec<Voter> {
        let voters = organizations(25).into_iter().enumerate();
        voters
            .map(|(i, voter)| if who.contains(&i) { voter.recused() } else { voter })
            .collect()
    };
    // 13 of 25 would do; with one of the thirteen recused they are 12 of 24, which is not more than half
    let broken = count(&pack, MatterClass::PublicFundUse, &recuse(&[12]), "12y", &present(13)).unwrap();
    assert_eq!(broken.verdict, Verdict::NoQuorum);
    assert_eq!((broken.tests[0].counted, broken.tests[0].of), (12, 24));
    // one who is not even there, recused: 13 of 24
    let kept = count(&pack, MatterClass::PublicFundUse, &recuse(&[20]), "7y6n", &present(13)).unwrap();
    assert_eq!(kept.verdict, Verdict::Adopted);
    // 7 of 14 present is a tie; with two recused who would have been against it is 7 of 12
    let tied = count(
        &pack,
        MatterClass::PublicFundUse,
        &organizations(25),
        "7y7n",
        &present(14),
    )
    .unwrap();
    let decided = count(
        &pack,
        MatterClass::PublicFundUse,
        &recuse(&[12, 13]),
        "7y5n",
        &present(14),
    )
    .unwrap();
    assert_eq!((tied.verdict, decided.verdict), (Verdict::Tied, Verdict::Adopted));
}

#[test]
fn quorum_alone_gives_the_certificate_of_a_vote() {
    let pack = joint_conference();
    let finding = quorum(&pack, 25, 14).unwrap().unwrap();
    assert!(finding.met);
    assert_eq!(
        finding.sentence(Language::Zh),
        "到会 14 名，成员 25 名，要求过半数：满足"
    );
    assert!(!quorum(&pack, 25, 12).unwrap().unwrap().met);
    assert!(!quorum(&pack, 24, 12).unwrap().unwrap().met);
    assert_eq!(quorum(&pack, 0, 0), Err(TallyError::EmptyRoster));
    assert_eq!(
        quorum(&pack, 3, 4),
        Err(TallyError::MorePresentThanMembers { present: 4, members: 3 })
    );
    assert_eq!(quorum(&crate::fixtures::owners_assembly(), 3, 3), Ok(None));

    let outcome = count(
        &pack,
        MatterClass::Coordination,
        &organizations(25),
        "8y6n",
        &present(14),
    )
    .unwrap();
    assert_eq!(outcome.tests[0], finding);
}

#[test]
fn a_majority_of_all_members_counts_the_absent() {
    let all = amended(&joint_conference(), "base = \"PRESENT\"", "base = \"ALL_MEMBERS\"");
    let roster = organizations(25);
    let verdict = |letters, here| {
        count(&all, MatterClass::Coordination, &roster, letters, &present(here))
            .unwrap()
            .verdict
    };
    assert_eq!(verdict("13y", 13), Verdict::Adopted);
    assert_eq!(verdict("12yn", 13), Verdict::Rejected);
    assert_eq!(verdict("12y13n", 25), Verdict::Rejected);
}

#[test]
fn a_majority_of_participants_leaves_out_the_silent_and_keeps_the_abstaining() {
    let taking_part = amended(&joint_conference(), "base = \"PRESENT\"", "base = \"PARTICIPATING\"");
    let roster = organizations(25);
    let verdict = |letters| {
        count(&taking_part, MatterClass::Coordination, &roster, letters, &present(20))
            .unwrap()
            .verdict
    };
    assert_eq!(verdict("2yn17-"), Verdict::Adopted);
    assert_eq!(verdict("2yna17-"), Verdict::Rejected);
    assert_eq!(verdict("2yni17-"), Verdict::Rejected);
    assert_eq!(
        verdict("20-"),
        Verdict::Rejected,
        "nobody takes part: nothing of nothing is no majority"
    );
}

#[test]
fn a_tie_is_the_chairs_only_where_the_pack_says_so() {
    let (default, class) = (joint_conference(), MatterClass::Coordination);
    let chaired = amended(&default, "casting_vote = false", "casting_vote = true");
    let roster = organizations(4);
    let outcome = |pack, letters| count(pack, class, &roster, letters, &present(4)).unwrap();
    let decide = |pack, letters, vote| outcome(pack, letters).decide_tie(pack.rules_for(class).unwrap(), vote);

    let adopted = decide(&chaired, "2y2n", CastingVote::Yes).unwrap();
    assert_eq!(
        (adopted.verdict, adopted.casting_vote),
        (Verdict::Adopted, Some(CastingVote::Yes))
    );
    assert_eq!(
        adopted.counts,
        outcome(&chaired, "2y2n").counts,
        "the casting vote is not one more ballot"
    );
    assert_eq!(
        adopted.sentence(Language::En),
        "adopted: 2 for, 2 against, 0 abstaining, 0 invalid, 0 not voted, the chair's casting vote for"
    );
    let rejected = decide(&chaired, "2y2n", CastingVote::No).unwrap();
    assert_eq!(
        (rejected.verdict, rejected.casting_vote),
        (Verdict::Rejected, Some(CastingVote::No))
    );

    assert_eq!(outcome(&chaired, "2y2n").verdict, Verdict::Tied);
    assert_eq!(decide(&chaired, "3yn", CastingVote::No), Err(TallyError::NotTied));
    assert_eq!(decide(&chaired, "2yn-", CastingVote::Yes), Err(TallyError::NotTied));
    assert_eq!(
        decide(&default, "2y2n", CastingVote::Yes),
        Err(TallyError::NoCastingVote {
            pack: "cn.joint-conference.default".into()
        })
    );
    let other = chaired.rules_for(MatterClass::Election).unwrap();
    assert_eq!(
        outcome(&chaired, "2y2n").decide_tie(other, CastingVote::Yes),
        Err(TallyError::OtherRules)
    );
    assert_eq!(
        outcome(&default, "2y2n").decide_tie(chaired.rules_for(class).unwrap(), CastingVote::Yes),
        Err(TallyError::OtherRules)
    );
}

#[test]
fn what_the_law_reserves_is_carried_but_pending() {
    let pack = joint_conference();
    let vote = |class, letters| count(&pack, class, &organizations(3), letters, &present(3)).unwrap();
    let carried = vote(MatterClass::OwnersSpecial, "2yn");
    assert_eq!(
        (carried.verdict, carried.pending_ratification()),
        (Verdict::Adopted, Some(BodyKind::OwnersAssembly))
    );
    assert_eq!(
        carried.sentence(Language::En),
        "adopted: 2 for, 1 against, 0 abstaining, 0 invalid, 0 not voted, pending ratification by the owners' assembly"
    );
    assert_eq!(vote(MatterClass::OwnersSpecial, "y2n").pending_ratification(), None);
    assert_eq!(
        vote(MatterClass::ResidentsReserved, "3y").pending_ratification(),
        Some(BodyKind::ResidentsMeeting)
    );
    assert_eq!(vote(MatterClass::ResourceSharing, "3y").pending_ratification(), None);
}

#[test]
fn a_secret_vote_comes_to_the_same_numbers_without_names() {
    let pack = joint_conference();
    let rules = pack.rules_for(MatterClass::Election).unwrap();
    let roster = organizations(9);
    let participants: Vec<VoterId> = (0..7).map(id).collect();
    let choices: Vec<Choice> = ballots("5yni").into_iter().map(|ballot| ballot.choice).rev().collect();
    let secret = tally_secret(rules, &roster, &participants, &choices, &present(8)).unwrap();
    let open = count(&pack, MatterClass::Election, &roster, "5yni", &present(8)).unwrap();
    assert_eq!(
        (secret.verdict, &secret.counts, &secret.tests),
        (open.verdict, &open.counts, &open.tests)
    );
    assert!(secret.listed.is_empty() && open.listed.len() == 1);

    assert_eq!(
        tally_secret(rules, &roster, &participants, &choices[1..], &present(8)),
        Err(TallyError::SecretCount {
            participants: 7,
            ballots: 6
        })
    );
    assert_eq!(
        tally_secret(rules, &roster, &[id(0), id(8)], &choices[..2], &present(8)),
        Err(TallyError::AbsentVoter { voter: id(8) })
    );
    let mut uneven = roster.clone();
    uneven[3].weight.heads = 2;
    assert_eq!(
        tally_secret(rules, &uneven, &participants, &choices, &present(8)),
        Err(TallyError::SecretWeight { voter: id(3), heads: 2 })
    );
    let owners = crate::fixtures::owners_assembly();
    let by_area = owners.rules_for(MatterClass::OwnersOrdinary).unwrap();
    assert!(matches!(
        tally_secret(by_area, &roster, &participants, &choices, &Presence::Written),
        Err(TallyError::SecretByArea { .. })
    ));
}

#[test]
fn a_secret_outcome_shows_no_area() {
    let pack = joint_conference();
    let roster: Vec<Voter> = (0..3)
        .map(|i| Voter::owner(id(i), 8_000 + u64::try_from(i).unwrap()))
        .collect();
    let rules = pack.rules_for(MatterClass::Election).unwrap();
    let choices = [Choice::Yes, Choice::Yes, Choice::No];
    let outcome = tally_secret(rules, &roster, &[id(0), id(1), id(2)], &choices, &present(3)).unwrap();
    let json = String::from_utf8(outcome.canonical_bytes().unwrap()).unwrap();
    assert!(
        !json.contains("\"area\":8") && !json.contains("\"area\":1") && !json.contains("\"area\":2"),
        "{json}"
    );
    assert_eq!(outcome.counts.members.area, 0);
}
