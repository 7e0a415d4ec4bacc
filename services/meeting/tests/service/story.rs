use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;

use crate::harness::{PARENT, reason};
use crate::room::{Room, ballots, cast, check_in, quorum};

#[tokio::test]
async fn a_joint_conference_adopts_a_resolution_with_exact_numbers() {
    let room = Room::noticed(5).await;
    let notice = GetNoticeRequest {
        name: room.meeting.clone(),
    };
    let notice = room.units[0].meetings().get_notice(notice).await.unwrap().into_inner();
    assert_eq!(notice.rule_pack, "cn.joint-conference.default");
    assert_eq!(
        (notice.agenda.len(), notice.roster.len(), notice.rule_pack_sha256.len()),
        (1, 5, 64)
    );
    assert!(notice.agenda[0].noticed && notice.rule_pack_text.contains("[presence_quorum]"));

    room.open().await.unwrap();
    for unit in &room.units[..2] {
        check_in(unit, &room.meeting).await.unwrap();
    }
    let before = quorum(&room.secretary, &room.meeting).await.unwrap();
    assert_eq!(
        (before.met, before.text_en.as_str()),
        (false, "present 2 of 5 members > 1/2: not met")
    );
    let motion = room.submit(&room.units[0]).await.unwrap();
    assert_eq!(reason(room.open_vote(&motion.name).await), "MEETING_NOT_QUORATE");

    for unit in &room.units[2..4] {
        check_in(unit, &room.meeting).await.unwrap();
    }
    let vote = room.open_vote(&motion.name).await.unwrap();
    let certificate = vote.quorum.clone().unwrap();
    assert_eq!(
        (
            certificate.present,
            certificate.members,
            vote.eligible,
            vote.ballots_cast
        ),
        (4, 5, 4, 0)
    );
    for (unit, choice) in room
        .units
        .iter()
        .zip([Choice::Yes, Choice::Yes, Choice::Yes, Choice::Abstain])
    {
        let ballot = cast(unit, &vote.name, choice).await.unwrap();
        assert_eq!((ballot.choice(), ballot.organization), (choice, unit.name()));
    }
    let closed = room.close_vote(&vote.name).await.unwrap();
    let tally = closed.tally.unwrap();
    assert_eq!(tally.verdict(), TallyVerdict::Adopted);
    assert_eq!(
        (tally.yes, tally.no, tally.abstain, tally.invalid, tally.not_voted),
        (3, 0, 1, 0, 1)
    );
    let sentences: Vec<_> = tally.tests.iter().map(|test| test.text_en.as_str()).collect();
    assert_eq!(
        sentences,
        [
            "present 4 of 5 members > 1/2: met",
            "in favour 3 of 4 present > 1/2: met"
        ]
    );
    assert_eq!(room.motion(&motion.name).await.state(), MotionState::Adopted);

    let request = GetResolutionRequest {
        name: closed.resolution,
    };
    let resolution = room.units[4]
        .resolutions()
        .get_resolution(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (resolution.number.as_str(), resolution.text.as_str()),
        ("2026-1", "试行一学期")
    );
    assert_eq!((resolution.motion, resolution.vote), (motion.name, vote.name.clone()));
    let request = ListResolutionsRequest {
        parent: PARENT.to_owned(),
        ..Default::default()
    };
    let listed = room.units[0]
        .resolutions()
        .list_resolutions(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(listed.resolutions.len(), 1);

    let cast: Vec<_> = ballots(&room.units[1], &vote.name).await;
    assert_eq!(cast.iter().filter(|ballot| ballot.choice() == Choice::Yes).count(), 3);
    let closed = room.close().await.unwrap();
    assert_eq!(closed.state(), MeetingState::Closed);
    assert_eq!(quorum(&room.secretary, &room.meeting).await.unwrap().present, 0);
}

#[tokio::test]
async fn a_motion_that_misses_the_majority_is_rejected_and_ties_stay_ties() {
    for (choices, verdict) in [
        ([Choice::Yes, Choice::No, Choice::No], TallyVerdict::Rejected),
        ([Choice::Yes, Choice::Abstain, Choice::Abstain], TallyVerdict::Rejected),
    ] {
        let (room, vote) = Room::voting(3).await;
        for (unit, choice) in room.units.iter().zip(choices) {
            cast(unit, &vote.name, choice).await.unwrap();
        }
        let closed = room.close_vote(&vote.name).await.unwrap();
        assert_eq!(closed.tally.unwrap().verdict(), verdict);
        assert_eq!(closed.resolution, "");
        assert_eq!(room.motion(&vote.motion).await.state(), MotionState::Rejected);
    }
    let (room, vote) = Room::voting(2).await;
    cast(&room.units[0], &vote.name, Choice::Yes).await.unwrap();
    cast(&room.units[1], &vote.name, Choice::No).await.unwrap();
    let closed = room.close_vote(&vote.name).await.unwrap();
    assert_eq!(closed.tally.unwrap().verdict(), TallyVerdict::Tied);
    assert_eq!(room.motion(&vote.motion).await.state(), MotionState::Rejected);
}

#[tokio::test]
async fn what_the_law_reserves_to_the_owners_is_only_recommended() {
    let room = Room::draft(3).await;
    let item = crate::room::propose(
        &room.units[1],
        &room.meeting,
        "使用维修资金",
        MatterClass::OwnersOrdinary,
    )
    .await
    .unwrap();
    room.serve().await.unwrap();
    room.open().await.unwrap();
    for unit in &room.units {
        check_in(unit, &room.meeting).await.unwrap();
    }
    let motion = crate::room::submit(&room.units[1], &room.meeting, &item.name)
        .await
        .unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    for unit in &room.units {
        cast(unit, &vote.name, Choice::Yes).await.unwrap();
    }
    let closed = room.close_vote(&vote.name).await.unwrap();
    assert_eq!(closed.tally.unwrap().verdict(), TallyVerdict::Adopted);
    assert_eq!(closed.resolution, "");
    assert_eq!(
        room.motion(&motion.name).await.state(),
        MotionState::PendingRatification
    );
}

#[tokio::test]
async fn the_roster_holds_the_names_of_the_day_of_the_notice_and_leaves_out_who_left_the_community() {
    let room = Room::draft(3).await;
    room.directory.rename(&room.units[1].name(), "深圳北站");
    room.directory.end(&room.units[2].name());
    let notice = room.serve().await.unwrap();
    let names: Vec<_> = notice.roster.iter().map(|entry| entry.display_name.as_str()).collect();
    assert_eq!(names, ["驻区单位 1", "深圳北站"]);
    assert!(
        notice
            .roster
            .iter()
            .all(|entry| entry.heads == 1 && entry.kind() == OrganizationKind::ResidentUnit)
    );
    assert_eq!(reason(check_in(&room.units[2], &room.meeting).await), "TOO_EARLY");
    room.open().await.unwrap();
    assert_eq!(reason(check_in(&room.units[2], &room.meeting).await), "NOT_ON_ROSTER");
}

#[tokio::test]
async fn resolutions_are_numbered_in_the_community_and_year() {
    let (room, vote) = Room::voting(1).await;
    cast(&room.units[0], &vote.name, Choice::Yes).await.unwrap();
    room.close_vote(&vote.name).await.unwrap();
    let motion = room.submit(&room.units[0]).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    cast(&room.units[0], &vote.name, Choice::Yes).await.unwrap();
    room.close_vote(&vote.name).await.unwrap();
    let request = ListResolutionsRequest {
        parent: PARENT.to_owned(),
        ..Default::default()
    };
    let listed = room
        .secretary
        .resolutions()
        .list_resolutions(request)
        .await
        .unwrap()
        .into_inner();
    let numbers: Vec<_> = listed
        .resolutions
        .iter()
        .map(|resolution| resolution.number.as_str())
        .collect();
    assert_eq!(numbers, ["2026-2", "2026-1"]);
}
