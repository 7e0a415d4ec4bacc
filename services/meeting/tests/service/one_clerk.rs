//! One clerk on one laptop: a council of fifteen residents none of whom holds a device, from the notice to the published minutes.

use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;

use crate::harness::{House, PARENT, Party};
use crate::persons::{add, by_name};
use crate::recorded_ballots::{hands, record_hands, records, scan};
use crate::room::{NEXT_MONDAY, Room, ballots, create_meeting, propose};

const NAMES: [&str; 15] = [
    "陈秀英",
    "李建国",
    "王桂兰",
    "张志强",
    "刘玉珍",
    "黄伟民",
    "周淑芬",
    "吴国华",
    "徐丽娟",
    "孙德明",
    "马春梅",
    "朱永福",
    "胡雪琴",
    "郭振东",
    "何美玲",
];
const PRESENT: usize = 11;

/// The council with its clerk, and its members as they were entered.
async fn council() -> (Room, Party, Vec<String>) {
    let house = House::new().await;
    let committee = house.organization(OrganizationKind::PartyCommittee, "北站社区党委");
    let head = house.appoint(committee, "PARTY_COMMITTEE/SECRETARY");
    let clerk = house.appoint(committee, "PARTY_COMMITTEE/CLERK");
    house.directory.name(clerk.principal.to_string(), "林秘书");
    let body = Body {
        kind: BodyKind::ResidentsCouncil.into(),
        display_name: "居民议事会".to_owned(),
        convener: head.name(),
        rule_pack: "cn.residents-bodies.proxies".to_owned(),
        ..Default::default()
    };
    let request = CreateBodyRequest {
        parent: PARENT.to_owned(),
        body: Some(body),
        ..Default::default()
    };
    let body = head.bodies().create_body(request).await.unwrap().into_inner().name;
    let mut members = Vec::new();
    for name in NAMES {
        members.push(add(&head, by_name(&body, name)).await.unwrap().member);
    }
    let meeting = create_meeting(&clerk, &body, NEXT_MONDAY).await.unwrap().name;
    let item = propose(&clerk, &meeting, "楼道照明", MatterClass::Coordination)
        .await
        .unwrap();
    let room = Room {
        house,
        // all that the room does, the clerk does
        secretary: clerk,
        units: Vec::new(),
        body,
        meeting,
        item: item.name,
    };
    (room, head, members)
}

async fn notice(room: &Room, members: &[String]) {
    let clerk = &room.secretary;
    room.serve().await.unwrap();
    for (place, member) in members.iter().enumerate() {
        let delivery = RecordDeliveryRequest {
            name: room.meeting.clone(),
            recipient: member.clone(),
            channel: if place < 8 {
                DeliveryChannel::Hand
            } else {
                DeliveryChannel::Phone
            }
            .into(),
            note: "本人接收".to_owned(),
            ..Default::default()
        };
        clerk.notices().record_delivery(delivery).await.unwrap();
        let acknowledgement = RecordAcknowledgementRequest {
            name: room.meeting.clone(),
            member: member.clone(),
            ..Default::default()
        };
        clerk.notices().record_acknowledgement(acknowledgement).await.unwrap();
    }
}

async fn gather(room: &Room, members: &[String]) {
    let clerk = &room.secretary;
    room.open().await.unwrap();
    for member in &members[..PRESENT] {
        let request = RecordCheckInRequest {
            name: room.meeting.clone(),
            member: member.clone(),
            evidence: scan(room, &room.meeting),
            ..Default::default()
        };
        clerk.presence().record_check_in(request).await.unwrap();
    }
    let proxy = Proxy {
        principal: members[PRESENT].clone(),
        holder: members[0].clone(),
        instruction: ProxyInstruction::Free.into(),
        evidence: scan(room, &room.meeting),
        ..Default::default()
    };
    let request = RecordProxyRequest {
        parent: room.meeting.clone(),
        proxy: Some(proxy),
        ..Default::default()
    };
    clerk.proxies().record_proxy(request).await.unwrap();
}

async fn moved(room: &Room, item: &str, mover: &str, candidate: &str) -> Motion {
    let request = RecordMotionRequest {
        parent: room.meeting.clone(),
        motion: Some(Motion {
            agenda_item: item.to_owned(),
            text: "每层加装声控灯".to_owned(),
            candidate: candidate.to_owned(),
            ..Default::default()
        }),
        mover: mover.to_owned(),
        ..Default::default()
    };
    room.secretary
        .clerk()
        .record_motion(request)
        .await
        .unwrap()
        .into_inner()
}

/// Hands are shown; one of them was read wrongly, is contested aloud, taken back and read again.
async fn show_of_hands(room: &Room, head: &Party, members: &[String]) -> Vote {
    let clerk = &room.secretary;
    let motion = moved(room, &room.item, &members[1], "").await;
    let vote = room.open_vote(&motion.name).await.unwrap();
    assert_eq!(vote.eligible, 12, "eleven present and one represented");
    let mut in_favour = members[..9].to_vec();
    in_favour.push(members[PRESENT].clone());
    record_hands(clerk, &vote.name, hands(&in_favour, &members[9..PRESENT], &[]))
        .await
        .unwrap();
    let kept = records(clerk, &room.meeting).await;
    let wrong = kept
        .iter()
        .find(|record| record.act() == RecordedAct::Ballot && record.member == members[8]);
    let name = wrong.unwrap().name.clone();
    let contest = RecordContestRequest {
        name: name.clone(),
        reason: "我举的是反对".to_owned(),
    };
    clerk.clerk().record_contest(contest).await.unwrap();
    // nobody answers for its own record: that is the head's
    let answer = AnswerContestRequest {
        name,
        upheld: true,
        reason: "当场重新清点属实".to_owned(),
    };
    assert!(clerk.records().answer_contest(answer.clone()).await.is_err());
    head.records().answer_contest(answer).await.unwrap();
    record_hands(clerk, &vote.name, hands(&[], &members[8..9], &[]))
        .await
        .unwrap();
    room.close_vote(&vote.name).await.unwrap()
}

async fn election(room: &Room, members: &[String], item: &str) -> Vote {
    let clerk = &room.secretary;
    let motion = moved(room, item, &members[2], &members[0]).await;
    let request = OpenVoteRequest {
        parent: motion.name,
        method: BallotMethod::Secret.into(),
        ..Default::default()
    };
    let vote = clerk.votes().open_vote(request).await.unwrap().into_inner();
    let request = RecordBallotBoxRequest {
        name: vote.name.clone(),
        voters: members[..PRESENT].to_vec(),
        yes: 8,
        no: 2,
        invalid: 1,
        evidence: scan(room, &room.meeting),
        ..Default::default()
    };
    clerk.clerk().record_ballot_box(request).await.unwrap();
    room.close_vote(&vote.name).await.unwrap()
}

async fn signed(room: &Room, members: &[String]) -> Minutes {
    let clerk = &room.secretary;
    room.draft_minutes().await.unwrap();
    let minutes = room.request_signatures("").await.unwrap();
    for (member, name) in members[..PRESENT].iter().zip(NAMES) {
        let request = RecordSignatureRequest {
            name: room.meeting.clone(),
            member: member.clone(),
            version: minutes.version,
            sha256: minutes.sha256.clone(),
            person_name: name.to_owned(),
            post: "居民议事会成员".to_owned(),
            evidence: scan(room, &format!("{}/minutes", room.meeting)),
        };
        let signature = clerk.minutes().record_signature(request).await.unwrap().into_inner();
        assert_eq!((signature.display_name.as_str(), signature.person.as_str()), (name, ""));
    }
    minutes
}

#[tokio::test]
async fn one_clerk_runs_a_council_of_fifteen_residents_without_a_device() {
    let (room, head, members) = council().await;
    let clerk = room.secretary.clone();
    let election_item = propose(&clerk, &room.meeting, "推选召集人", MatterClass::Election)
        .await
        .unwrap()
        .name;
    notice(&room, &members).await;
    gather(&room, &members).await;

    let adopted = show_of_hands(&room, &head, &members).await;
    let tally = adopted.tally.unwrap();
    assert_eq!(
        (tally.verdict(), tally.yes, tally.no, tally.not_voted),
        (TallyVerdict::Adopted, 9, 3, 3)
    );
    assert!(
        ballots(&clerk, &adopted.name)
            .await
            .iter()
            .all(|ballot| ballot.recorded_by == clerk.principal.to_string() && !ballot.display_name.is_empty())
    );
    let elected = election(&room, &members, &election_item).await.tally.unwrap();
    assert_eq!(
        (
            elected.verdict(),
            elected.yes,
            elected.no,
            elected.invalid,
            elected.not_voted
        ),
        (TallyVerdict::Adopted, 8, 2, 1, 4)
    );
    room.wait(3600);
    room.close().await.unwrap();

    let minutes = signed(&room, &members).await;
    room.publish().await.unwrap();
    assert_eq!(room.get().await.state(), MeetingState::Published);

    let text = &minutes.text;
    for told in [
        "| 陈秀英 | 陈秀英 |",
        "- 缺席名单：何美玲、朱永福、胡雪琴、郭振东",
        "| 李建国 | 赞成（代录）\n",
        "| 徐丽娟 | 反对（代录）\n",
        "徐丽娟 被代录为赞成，因异议成立于",
        "| 送达通知 | 何美玲 | 林秘书 |",
        "| 委托投票 | 朱永福 | 林秘书 |",
        "| 提出议案 | 王桂兰 | 林秘书 |",
        "徐丽娟 于 2026-03-09 15:00:00 对代录的表决提出异议，经答复成立：",
        "> 我举的是反对",
        "> 当场重新清点属实",
    ] {
        assert!(text.contains(told), "{told} in\n{text}");
    }
    assert!(!text.contains("姓名已删除"), "{text}");
    let published = room.publication(&clerk).await.unwrap().text;
    assert!(published.contains("经答复成立") && !published.contains("我举的是反对"));

    let kept = records(&clerk, &room.meeting).await;
    assert!(
        kept.iter()
            .all(|record| record.recorded_by == clerk.principal.to_string())
    );
    let number = |act: RecordedAct| kept.iter().filter(|record| record.act() == act).count();
    let acts = [
        (RecordedAct::Delivery, 15),
        (RecordedAct::Acknowledgement, 15),
        (RecordedAct::CheckIn, PRESENT),
        (RecordedAct::Proxy, 1),
        (RecordedAct::Motion, 2),
        // twelve hands, one of them twice, and eleven papers
        (RecordedAct::Ballot, 24),
        (RecordedAct::Signature, PRESENT),
    ];
    for (act, expected) in acts {
        assert_eq!(number(act), expected, "{act:?}");
    }
    assert_eq!(kept.len(), acts.iter().map(|(_, number)| number).sum::<usize>());
}

#[tokio::test]
async fn a_name_that_was_erased_is_printed_as_erased() {
    let (room, head, members) = council().await;
    notice(&room, &members).await;
    gather(&room, &members).await;
    room.wait(60);
    room.close().await.unwrap();
    let request = EraseBodyMemberNameRequest {
        name: format!("{}/members/{}", room.body, members[3].trim_start_matches("users/")),
    };
    head.bodies().erase_body_member_name(request).await.unwrap();
    let text = room.draft_minutes().await.unwrap().text;
    assert!(
        !text.contains(NAMES[3]) && text.contains("| （姓名已删除） | （姓名已删除） |"),
        "{text}"
    );
    assert!(text.contains("| 陈秀英 | 陈秀英 |"));
}
