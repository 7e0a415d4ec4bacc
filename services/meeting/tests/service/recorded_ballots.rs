//! Ballots that the clerk records for others: hands and signed papers.

use tonic::{Code, Status};
use yihe_proto::meeting::v1::*;

use crate::harness::{Party, detail, fields, reason};
use crate::persons::{Council, by_name};
use crate::room::{self, Room, ballots, cast, check_in, check_out, submit};

/// Hands of those named.
pub fn hands(in_favour: &[String], against: &[String], abstaining: &[String]) -> Hands {
    Hands {
        in_favour: in_favour.to_vec(),
        against: against.to_vec(),
        abstaining: abstaining.to_vec(),
    }
}

pub async fn record_hands(by: &Party, vote: &str, hands: Hands) -> Result<Vec<Ballot>, Status> {
    let request = RecordShowOfHandsRequest {
        name: vote.to_owned(),
        hands: Some(hands),
        note: "举手清点两遍".to_owned(),
        ..Default::default()
    };
    Ok(by.clerk().record_show_of_hands(request).await?.into_inner().ballots)
}

pub async fn record_papers(
    by: &Party,
    vote: &str,
    papers: &[(String, Choice)],
    evidence: &str,
) -> Result<Vec<Ballot>, Status> {
    let paper = |(member, choice): &(String, Choice)| PaperBallot {
        member: member.clone(),
        choice: (*choice).into(),
    };
    let request = RecordPaperBallotsRequest {
        name: vote.to_owned(),
        papers: papers.iter().map(paper).collect(),
        evidence: evidence.to_owned(),
        ..Default::default()
    };
    Ok(by.clerk().record_paper_ballots(request).await?.into_inner().ballots)
}

/// A scan that belongs to an object.
pub fn scan(room: &Room, owner_object: &str) -> String {
    let name = format!("{}/files/{}", crate::harness::PARENT, room.ids.next::<uuid::Uuid>());
    room.kept.keep(&name, owner_object);
    name
}

pub async fn records(by: &Party, meeting: &str) -> Vec<Record> {
    let request = ListRecordsRequest {
        parent: meeting.to_owned(),
        page_size: 1000,
        ..Default::default()
    };
    by.records().list_records(request).await.unwrap().into_inner().records
}

pub async fn changes(by: &Party, vote: &str) -> Vec<BallotChange> {
    let request = ListBallotChangesRequest {
        parent: vote.to_owned(),
        ..Default::default()
    };
    by.ballots()
        .list_ballot_changes(request)
        .await
        .unwrap()
        .into_inner()
        .changes
}

fn names(units: &[Party]) -> Vec<String> {
    units.iter().map(Party::name).collect()
}

#[tokio::test]
async fn hands_are_recorded_for_those_present_and_each_record_says_who_made_it() {
    let (room, vote) = Room::voting(5).await;
    let (clerk, units) = (&room.secretary, names(&room.units));
    let request = RecordShowOfHandsRequest {
        name: vote.name.clone(),
        hands: Some(hands(&units[..2], &units[2..3], &[])),
        evidence: scan(&room, &room.meeting),
        note: "举手清点两遍".to_owned(),
        request_id: room.ids.next::<uuid::Uuid>().to_string(),
    };
    let recorded = clerk.clerk().record_show_of_hands(request.clone()).await.unwrap();
    let recorded = recorded.into_inner().ballots;
    assert_eq!(recorded.len(), 3);
    for ballot in &recorded {
        let at = units.iter().position(|unit| *unit == ballot.member).unwrap();
        assert_eq!(ballot.choice(), if at < 2 { Choice::Yes } else { Choice::No });
        assert_eq!(ballot.recorded_by, clerk.principal.to_string());
        assert_eq!(ballot.representative, room.units[at].principal.to_string());
        assert_eq!(ballot.display_name, format!("驻区单位 {}", at + 1));
    }
    let again = clerk.clerk().record_show_of_hands(request.clone()).await.unwrap();
    assert_eq!(again.into_inner().ballots, recorded, "once for one request id");
    let own = cast(&room.units[3], &vote.name, Choice::Abstain).await.unwrap();
    assert_eq!(own.recorded_by, "");

    let kept = records(&room.units[4], &room.meeting).await;
    assert_eq!(kept.len(), 3);
    for record in &kept {
        assert_eq!(record.act(), RecordedAct::Ballot);
        assert_eq!(record.recorded_by, clerk.principal.to_string());
        assert_eq!(
            (&record.evidence, record.note.as_str()),
            (&request.evidence, "举手清点两遍")
        );
        assert!(
            recorded
                .iter()
                .any(|ballot| ballot.name == record.subject && ballot.member == record.member)
        );
    }
    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    assert_eq!((tally.yes, tally.no, tally.abstain, tally.not_voted), (2, 1, 1, 1));
}

#[tokio::test]
async fn what_stands_against_a_show_of_hands_is_told_with_all_members_and_nothing_is_recorded() {
    let (room, vote) = Room::voting(5).await;
    let (clerk, units) = (&room.secretary, names(&room.units));
    let record = async |hands: Hands| record_hands(clerk, &vote.name, hands).await;
    cast(&room.units[0], &vote.name, Choice::No).await.unwrap();
    cast(&room.units[1], &vote.name, Choice::No).await.unwrap();

    let twice = record(hands(&units[2..4], &units[3..4], &units[2..3])).await;
    let mut named: Vec<_> = detail(&twice, "member").split(", ").map(str::to_owned).collect();
    named.sort();
    let mut expected = units[2..4].to_vec();
    expected.sort();
    assert_eq!((reason(twice).as_str(), named), ("HAND_TWICE", expected));
    let strangers = [clerk.name(), format!("users/{}", clerk.user())];
    let unknown = record(hands(&units[2..3], &strangers, &[])).await;
    assert!(
        strangers
            .iter()
            .all(|stranger| detail(&unknown, "member").contains(stranger))
    );
    assert_eq!(reason(unknown), "NOT_ELIGIBLE");
    let voted = record(hands(&units[..3], &[], &[])).await;
    assert!(units[..2].iter().all(|unit| detail(&voted, "member").contains(unit)));
    assert!(!detail(&voted, "member").contains(&units[2]));
    assert_eq!(reason(voted), "ALREADY_VOTED");
    check_out(&room.units[4], &room.meeting).await.unwrap();
    let gone = record(hands(&units[2..], &[], &[])).await;
    assert_eq!(detail(&gone, "member"), units[4]);
    assert_eq!(reason(gone), "HAND_NOT_PRESENT");

    let refused = record(hands(&[], &[], &[])).await;
    assert_eq!(fields(&refused), ["hands"]);
    let elsewhere = RecordShowOfHandsRequest {
        name: vote.name.clone(),
        hands: Some(hands(&units[2..3], &[], &[])),
        evidence: scan(&room, &room.item),
        ..Default::default()
    };
    assert_eq!(
        reason(clerk.clerk().record_show_of_hands(elsewhere.clone()).await),
        "FILE_ELSEWHERE"
    );
    let unknown = RecordShowOfHandsRequest {
        evidence: format!("{}/files/{}", crate::harness::PARENT, room.ids.next::<uuid::Uuid>()),
        ..elsewhere
    };
    assert_eq!(
        reason(clerk.clerk().record_show_of_hands(unknown).await),
        "FILE_UNKNOWN"
    );
    let member = record_hands(&room.units[2], &vote.name, hands(&units[2..3], &[], &[])).await;
    assert_eq!(
        member.unwrap_err().code(),
        Code::PermissionDenied,
        "members do not record"
    );

    check_out(&room.units[3], &room.meeting).await.unwrap();
    check_out(&room.units[2], &room.meeting).await.unwrap();
    assert_eq!(
        reason(record(hands(&units[2..3], &[], &[])).await),
        "MEETING_NOT_QUORATE"
    );
    check_in(&room.units[2], &room.meeting).await.unwrap();
    assert!(records(clerk, &room.meeting).await.is_empty());
    let cast = ballots(clerk, &vote.name).await;
    assert_eq!(cast.iter().filter(|ballot| ballot.cast_time.is_some()).count(), 2);

    room.close_vote(&vote.name).await.unwrap();
    assert_eq!(reason(record(hands(&units[2..3], &[], &[])).await), "VOTE_CLOSED");
}

#[tokio::test]
async fn by_hand_or_by_name_nothing_is_recorded_in_a_secret_vote_and_no_box_in_an_open_one() {
    let (room, vote) = Room::voting(3).await;
    let units = names(&room.units);
    let evidence = scan(&room, &room.meeting);
    let request = RecordBallotBoxRequest {
        name: vote.name.clone(),
        voters: units.clone(),
        yes: 3,
        evidence: evidence.clone(),
        ..Default::default()
    };
    let refused = room.secretary.clerk().record_ballot_box(request).await;
    assert_eq!(detail(&refused, "needed"), "SECRET");
    assert_eq!(reason(refused), "VOTE_METHOD");
    room.close_vote(&vote.name).await.unwrap();
    let motion = room.submit(&room.units[1]).await.unwrap();
    let request = OpenVoteRequest {
        parent: motion.name,
        method: BallotMethod::Secret.into(),
        ..Default::default()
    };
    let secret = room.secretary.votes().open_vote(request).await.unwrap().into_inner();
    let refused = record_hands(&room.secretary, &secret.name, hands(&units, &[], &[])).await;
    assert_eq!(reason(refused), "VOTE_METHOD");
    let papers = [(units[0].clone(), Choice::Yes)];
    let refused = record_papers(&room.secretary, &secret.name, &papers, &evidence).await;
    assert_eq!(reason(refused), "VOTE_METHOD");
}

#[tokio::test]
async fn papers_are_recorded_with_their_scan_and_an_invalid_one_is_in_favour_of_nothing() {
    let (room, vote) = Room::voting(5).await;
    let (clerk, units) = (&room.secretary, names(&room.units));
    let evidence = scan(&room, &room.meeting);
    // who has handed in a paper may go
    check_out(&room.units[1], &room.meeting).await.unwrap();
    let papers = [
        (units[0].clone(), Choice::Yes),
        (units[1].clone(), Choice::Invalid),
        (units[2].clone(), Choice::Abstain),
    ];
    let bare = record_papers(clerk, &vote.name, &papers, "").await;
    assert_eq!(fields(&bare), ["evidence"]);
    let unread = [
        (units[0].clone(), Choice::Sealed),
        (units[1].clone(), Choice::Unspecified),
    ];
    let refused = record_papers(clerk, &vote.name, &unread, &evidence).await;
    assert_eq!(fields(&refused), ["papers[0].choice", "papers[1].choice"]);
    let nobody = [("units/1".to_owned(), Choice::Yes)];
    let refused = record_papers(clerk, &vote.name, &nobody, &evidence).await;
    assert_eq!(fields(&refused), ["papers[0].member"]);
    assert_eq!(
        fields(&record_papers(clerk, &vote.name, &[], &evidence).await),
        ["papers"]
    );

    let recorded = record_papers(clerk, &vote.name, &papers, &evidence).await.unwrap();
    assert_eq!(recorded.len(), 3);
    let invalid = recorded.iter().find(|ballot| ballot.member == units[1]).unwrap();
    assert_eq!(
        (invalid.choice(), &invalid.representative),
        (Choice::Invalid, &room.units[1].principal.to_string())
    );
    assert_eq!(
        reason(record_papers(clerk, &vote.name, &papers[..1], &evidence).await),
        "ALREADY_VOTED"
    );
    let refused = cast(&room.units[3], &vote.name, Choice::Invalid).await;
    assert_eq!(fields(&refused), ["choice"], "a voter casts no invalid ballot");
    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    assert_eq!(
        (tally.yes, tally.no, tally.abstain, tally.invalid, tally.not_voted),
        (1, 0, 1, 1, 2)
    );
    assert_eq!(tally.verdict(), TallyVerdict::Rejected);
}

#[tokio::test]
async fn the_holder_of_a_proxy_raises_a_hand_for_its_principal_too() {
    let (room, members) = Council::under("cn.residents-bodies.proxies", 5)
        .await
        .in_session(3)
        .await;
    let member = |at: usize| members[at].principal.to_string();
    let proxy = Proxy {
        holder: member(0),
        instruction: ProxyInstruction::Against.into(),
        ..Default::default()
    };
    let request = GrantProxyRequest {
        parent: room.meeting.clone(),
        proxy: Some(proxy),
        ..Default::default()
    };
    members[3].proxies().grant_proxy(request).await.unwrap();
    let motion = submit(&members[0], &room.meeting, &room.item).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    let record = async |hands: Hands| record_hands(&room.secretary, &vote.name, hands).await;
    let against_its_will = record(hands(&[member(0), member(3)], &[], &[])).await;
    assert_eq!(reason(against_its_will), "PROXY_INSTRUCTION");
    let recorded = record(hands(&[member(0), member(1)], &[member(3)], &[])).await.unwrap();
    let ballot = recorded.iter().find(|ballot| ballot.member == member(3)).unwrap();
    assert_eq!(
        (&ballot.proxy_holder, &ballot.representative, ballot.choice()),
        (&member(0), &member(0), Choice::No)
    );
    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    assert_eq!((tally.yes, tally.no, tally.not_voted), (2, 1, 2));
}

#[tokio::test]
async fn a_recorded_ballot_is_taken_back_when_its_contest_is_upheld_before_the_close() {
    let (room, vote) = Room::voting(4).await;
    let (clerk, units) = (&room.secretary, names(&room.units));
    record_hands(clerk, &vote.name, hands(&units[..3], &[], &[]))
        .await
        .unwrap();
    let kept = records(clerk, &room.meeting).await;
    let record_of = |member: &str| kept.iter().find(|record| record.member == member).unwrap();
    let settle = async |unit: &Party, upheld: bool| {
        let name = record_of(&unit.name()).name.clone();
        let contest = ContestRecordRequest {
            name: name.clone(),
            reason: "我举的是反对".to_owned(),
        };
        unit.records().contest_record(contest).await.unwrap();
        let answer = AnswerContestRequest {
            name,
            upheld,
            reason: "核对影像".to_owned(),
        };
        clerk.records().answer_contest(answer).await.unwrap();
    };
    settle(&room.units[1], false).await;
    assert!(
        changes(clerk, &vote.name).await.is_empty(),
        "a rejected contest changes nothing"
    );
    settle(&room.units[0], true).await;
    let listed = ballots(clerk, &vote.name).await;
    let own = listed.iter().find(|ballot| ballot.member == units[0]).unwrap();
    assert_eq!((own.choice(), own.recorded_by.as_str()), (Choice::Unspecified, ""));
    let [taken] = &changes(&room.units[2], &vote.name).await[..] else {
        panic!()
    };
    assert_eq!(
        (taken.kind(), taken.choice(), &taken.member, &taken.ballot),
        (BallotChangeKind::TakenBack, Choice::Yes, &units[0], &own.name)
    );
    assert_eq!(taken.recorded_by, clerk.principal.to_string());
    cast(&room.units[0], &vote.name, Choice::No).await.unwrap();
    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    assert_eq!((tally.yes, tally.no), (2, 1));
    // a count stands: what is upheld after it is noted, and undone by what the members decide next
    settle(&room.units[2], true).await;
    assert_eq!(changes(clerk, &vote.name).await.len(), 1);
    assert_eq!(room.vote(&vote.name).await.tally.unwrap().yes, 2);
}

#[tokio::test]
async fn the_clerk_notes_a_contest_raised_aloud() {
    let (room, vote) = Room::voting(3).await;
    let (clerk, units) = (&room.secretary, names(&room.units));
    record_hands(clerk, &vote.name, hands(&units[..1], &[], &[]))
        .await
        .unwrap();
    let record = records(clerk, &room.meeting).await.remove(0);
    let request = RecordContestRequest {
        name: record.name.clone(),
        reason: "我未举手".to_owned(),
    };
    let refused = room.units[1].clerk().record_contest(request.clone()).await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    let contested = clerk
        .clerk()
        .record_contest(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (contested.contest_state(), &contested.contest_recorded_by),
        (ContestState::Open, &clerk.principal.to_string())
    );
    assert_eq!(reason(clerk.clerk().record_contest(request).await), "RECORD_CONTESTED");
}

#[tokio::test]
async fn a_motion_moved_aloud_is_recorded_for_a_member_present() {
    let room = Room::in_session(3).await;
    let clerk = &room.secretary;
    let request = |mover: String| RecordMotionRequest {
        parent: room.meeting.clone(),
        motion: Some(Motion {
            agenda_item: room.item.clone(),
            text: "试行一学期".to_owned(),
            ..Default::default()
        }),
        mover,
        ..Default::default()
    };
    let motion = clerk.clerk().record_motion(request(room.units[1].name())).await;
    let motion = motion.unwrap().into_inner();
    assert_eq!(
        (motion.mover.clone(), motion.mover_display_name.clone(), motion.state()),
        (room.units[1].name(), "驻区单位 2".to_owned(), MotionState::Submitted)
    );
    let kept = records(clerk, &room.meeting).await;
    assert_eq!(
        (kept.len(), kept[0].act(), &kept[0].subject),
        (1, RecordedAct::Motion, &motion.name)
    );
    let refused = room.units[0].clerk().record_motion(request(room.units[1].name())).await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    assert_eq!(
        reason(clerk.clerk().record_motion(request(clerk.name())).await),
        "NOT_ON_ROSTER"
    );
    check_out(&room.units[0], &room.meeting).await.unwrap();
    assert_eq!(
        reason(clerk.clerk().record_motion(request(room.units[0].name())).await),
        "NOT_CHECKED_IN"
    );
    assert_eq!(
        fields(&clerk.clerk().record_motion(request(String::new())).await),
        ["mover"]
    );
}

/// The hands of a full hall, in one request.
#[tokio::test]
async fn two_hundred_hands_are_recorded_at_once_or_not_at_all() {
    const MEMBERS: usize = 200;
    let council = Council::of(1).await;
    let mut members = vec![council.members[0].principal.to_string()];
    for number in 1..MEMBERS {
        let request = by_name(&council.body, &format!("居民 {number}"));
        let added = crate::persons::add(&council.secretary, request).await.unwrap();
        members.push(added.member);
    }
    let (room, own) = council.in_session(1).await;
    for member in &members[1..] {
        let request = RecordCheckInRequest {
            name: room.meeting.clone(),
            member: member.clone(),
            ..Default::default()
        };
        room.secretary.presence().record_check_in(request).await.unwrap();
    }
    let motion = room::submit(&own[0], &room.meeting, &room.item).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    let stranger = vec![room.secretary.name()];
    let refused = record_hands(&room.secretary, &vote.name, hands(&members, &stranger, &[])).await;
    assert_eq!(detail(&refused, "member"), stranger[0]);
    assert_eq!(reason(refused), "NOT_ELIGIBLE");
    assert_eq!(room.vote(&vote.name).await.ballots_cast, 0, "all or nothing");
    let recorded = record_hands(
        &room.secretary,
        &vote.name,
        hands(&members[..120], &members[120..190], &members[190..]),
    );
    let recorded = recorded.await.unwrap();
    assert_eq!(recorded.len(), MEMBERS);
    assert!(recorded.iter().any(|ballot| ballot.display_name == "居民 7"));
    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    assert_eq!((tally.yes, tally.no, tally.abstain), (120, 70, 10));
}

#[tokio::test]
async fn the_hand_of_a_recused_member_is_not_recorded_and_the_others_decide_without_it() {
    let room = Room::in_session(3).await;
    let units = names(&room.units);
    let declare = DeclareRecusalRequest {
        parent: room.item.clone(),
        reason: "本单位为投标方".to_owned(),
        ..Default::default()
    };
    room.units[2].recusals().declare_recusal(declare).await.unwrap();
    let motion = room.submit(&room.units[0]).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    let refused = record_hands(&room.secretary, &vote.name, hands(&units, &[], &[])).await;
    assert_eq!(detail(&refused, "member"), units[2]);
    assert_eq!(reason(refused), "MEMBER_RECUSED");
    // who is recused may go: the quorum is that of the others
    check_out(&room.units[2], &room.meeting).await.unwrap();
    record_hands(&room.secretary, &vote.name, hands(&units[..2], &[], &[]))
        .await
        .unwrap();
    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    assert_eq!((tally.yes, tally.verdict()), (2, TallyVerdict::Adopted));
}
