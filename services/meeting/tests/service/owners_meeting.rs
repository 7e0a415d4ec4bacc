use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;
use yihe_tally::CountSheet;

use crate::harness::{House, PARENT, detail, reason};
use crate::owners::get;
use crate::owners_results::{list, sha256};
use crate::owners_room::{Assembly, END, START, cast, one_each, paper};

#[tokio::test]
async fn a_change_of_use_is_put_to_the_owners_of_the_building() {
    let house = House::new().await;
    let committee = house.organization(OrganizationKind::PartyCommittee, "北站社区党委");
    let secretary = house.appoint(committee, "PARTY_COMMITTEE/SECRETARY");
    let mut assembly = Assembly::empty(house, secretary, &one_each(25)).await;
    let class = MatterClass::OwnersChangeOfUse;
    let item = assembly.propose("二栋 121 改为民宿", class, "7栋").await.unwrap();
    assembly.motion = assembly.submit(&item.name).await.unwrap().name;
    let refused = assembly.serve().await;
    assert_eq!(detail(&refused, "building"), "7栋");
    assert_eq!(reason(refused), "BUILDING_UNKNOWN");
    let withdraw = WithdrawAgendaItemRequest {
        name: item.name,
        ..Default::default()
    };
    assembly
        .secretary
        .agenda()
        .withdraw_agenda_item(withdraw)
        .await
        .unwrap();
    let item = assembly.propose("二栋 121 改为民宿", class, "2栋").await.unwrap();
    assert_eq!(item.building, "2栋");
    assembly.submit(&item.name).await.unwrap();
    let vote = assembly.begin().await;
    let outside = cast(&assembly.owner(0), &vote, Choice::No, &[]).await;
    assert_eq!(
        reason(outside),
        "NOT_AN_OWNER",
        "whose flat is in another building has no vote"
    );
    let checked = assembly
        .record(&vote, vec![paper("1栋", 101, Choice::No)], true)
        .await
        .unwrap();
    assert_eq!(checked.faults[0].kind(), PaperUnitBallotFaultKind::UnitNotInterested);
    assembly.vote_of(20..25, &vote, Choice::Yes).await;
    let tally = assembly.tally().await;
    assert_eq!(
        (tally.members, tally.yes, tally.verdict()),
        (5, 5, TallyVerdict::Adopted)
    );
}

#[tokio::test]
async fn a_draft_that_owners_could_not_vote_on_is_not_noticed() {
    let house = House::new().await;
    let committee = house.organization(OrganizationKind::PartyCommittee, "北站社区党委");
    let secretary = house.appoint(committee, "PARTY_COMMITTEE/SECRETARY");
    let assembly = Assembly::empty(house, secretary, &one_each(3)).await;
    assert_eq!(reason(assembly.serve().await), "AGENDA_EMPTY");
    let item = assembly
        .propose("使用维修资金", MatterClass::OwnersOrdinary, "")
        .await
        .unwrap();
    assert_eq!(reason(assembly.serve().await), "MOTION_MISSING");
    let owner = assembly.owner(0);
    let motion = assembly.submit_by(&owner, &item.name).await.unwrap();
    assert_eq!(motion.mover, owner.principal.to_string());
    let withdraw = WithdrawMotionRequest {
        name: motion.name,
        ..Default::default()
    };
    owner.motions().withdraw_motion(withdraw).await.unwrap();
    assert_eq!(reason(assembly.serve().await), "MOTION_MISSING");
    assembly.submit(&item.name).await.unwrap();
    let class = assembly
        .propose("共享停车位", MatterClass::ResourceSharing, "")
        .await
        .unwrap();
    assembly.submit(&class.name).await.unwrap();
    assert_eq!(reason(assembly.serve().await), "AGENDA_ITEM_NOT_FOR_DECISION");
    let withdraw = WithdrawAgendaItemRequest {
        name: class.name,
        ..Default::default()
    };
    assembly
        .secretary
        .agenda()
        .withdraw_agenda_item(withdraw)
        .await
        .unwrap();
    assembly.set("2026-03-10T01:00:00Z");
    assert_eq!(reason(assembly.serve().await), "NOTICE_TOO_SHORT");
    assembly.set("2026-03-02T01:00:00Z");
    assembly.directory.register(&assembly.compound, Vec::new());
    assert_eq!(reason(assembly.serve().await), "ROSTER_EMPTY");
    assembly.register(&one_each(3));
    assembly.serve().await.unwrap();

    assembly.set(START);
    let request = OpenSessionRequest {
        name: assembly.meeting.clone(),
        ..Default::default()
    };
    let refused = assembly.secretary.meetings().open_session(request).await;
    assert_eq!(
        (detail(&refused, "needed").as_str(), reason(refused)),
        ("SESSION", "MEETING_MODE".to_owned())
    );
    assembly.set(END);
    assert_eq!(
        reason(
            assembly
                .secretary
                .owners()
                .open_voting(OpenVotingRequest {
                    name: assembly.meeting.clone(),
                    ..Default::default()
                })
                .await
        ),
        "VOTING_OVER"
    );
}

#[tokio::test]
async fn an_owners_assembly_meets_in_writing_with_an_end_and_others_do_not() {
    let assembly = Assembly::draft(&one_each(3)).await;
    assert_eq!(reason(assembly.convene(START, "").await), "VOTING_END");
    assert_eq!(reason(assembly.convene(START, START).await), "VOTING_END");
    let session = Meeting {
        mode: MeetingMode::Session.into(),
        ..get(&assembly.secretary, &assembly.meeting).await.unwrap()
    };
    assert_eq!(reason(assembly.create(session).await), "MEETING_MODE");
    let update = UpdateMeetingRequest {
        meeting: Some(Meeting {
            name: assembly.meeting.clone(),
            voting_end_time: Some(crate::room::instant("2026-04-10T10:00:00Z")),
            ..Default::default()
        }),
        ..Default::default()
    };
    let changed = assembly
        .secretary
        .meetings()
        .update_meeting(update)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        changed.voting_end_time,
        Some(crate::room::instant("2026-04-10T10:00:00Z"))
    );
    assert_eq!(changed.mode(), MeetingMode::Written);
    let council = crate::room::create_body(&assembly.secretary, "联席会议").await.unwrap();
    let written = Meeting {
        body: council.name,
        title: "书面联席会议".to_owned(),
        mode: MeetingMode::Written.into(),
        start_time: Some(crate::room::instant(START)),
        voting_end_time: Some(crate::room::instant(END)),
        ..Default::default()
    };
    assert_eq!(reason(assembly.create(written).await), "MEETING_MODE");
}

#[tokio::test]
async fn a_voting_that_is_postponed_lapses_and_begins_anew() {
    let (assembly, vote) = Assembly::voting(&one_each(3)).await;
    assembly.vote_of(0..1, &vote, Choice::No).await;
    let request = PostponeMeetingRequest {
        name: assembly.meeting.clone(),
        start_time: Some(crate::room::instant("2026-04-20T01:00:00Z")),
        reason: "印制有误".to_owned(),
        ..Default::default()
    };
    assembly.secretary.procedure().postpone_meeting(request).await.unwrap();
    let lapsed = GetVoteRequest { name: vote.clone() };
    let lapsed = assembly.secretary.votes().get_vote(lapsed).await.unwrap().into_inner();
    assert_eq!(lapsed.state(), VoteState::Lapsed);
    assert_eq!(
        reason(assembly.serve().await),
        "VOTING_END",
        "the end is before the new start"
    );
    let update = UpdateMeetingRequest {
        meeting: Some(Meeting {
            name: assembly.meeting.clone(),
            voting_end_time: Some(crate::room::instant("2026-05-10T10:00:00Z")),
            ..Default::default()
        }),
        ..Default::default()
    };
    assembly.secretary.meetings().update_meeting(update).await.unwrap();
    assembly.serve().await.unwrap();
    assembly.set("2026-04-20T01:00:00Z");
    let request = OpenVotingRequest {
        name: assembly.meeting.clone(),
        ..Default::default()
    };
    let opened = assembly
        .secretary
        .owners()
        .open_voting(request)
        .await
        .unwrap()
        .into_inner();
    cast(&assembly.owner(0), &opened.votes[0].name, Choice::Yes, &[])
        .await
        .unwrap();
    let cancel = CancelMeetingRequest {
        name: assembly.meeting.clone(),
        reason: "业主撤回请求".to_owned(),
        ..Default::default()
    };
    let cancelled = assembly
        .secretary
        .meetings()
        .cancel_meeting(cancel)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(cancelled.state(), MeetingState::Cancelled);
}

#[tokio::test]
async fn owners_find_the_meetings_of_their_compound_in_lists() {
    let (assembly, vote) = Assembly::voting(&one_each(3)).await;
    let owner = assembly.owner(0);
    let meetings = ListMeetingsRequest {
        parent: PARENT.to_owned(),
        ..Default::default()
    };
    let found = owner
        .meetings()
        .list_meetings(meetings.clone())
        .await
        .unwrap()
        .into_inner()
        .meetings;
    assert_eq!(found.len(), 1);
    let bodies = ListBodiesRequest {
        parent: PARENT.to_owned(),
        ..Default::default()
    };
    assert_eq!(
        owner
            .bodies()
            .list_bodies(bodies)
            .await
            .unwrap()
            .into_inner()
            .bodies
            .len(),
        1
    );
    let votes = ListVotesRequest {
        parent: assembly.meeting.clone(),
        ..Default::default()
    };
    let votes = owner.votes().list_votes(votes).await.unwrap().into_inner().votes;
    assert_eq!(votes[0].name, vote);
    let stranger = assembly.person(assembly.ids.next(), "COMPOUND/OWNER");
    let found = stranger
        .meetings()
        .list_meetings(meetings)
        .await
        .unwrap()
        .into_inner()
        .meetings;
    assert_eq!(found, []);
}

#[tokio::test]
async fn what_is_by_units_is_not_voted_on_as_in_a_session() {
    let (assembly, vote) = Assembly::voting(&one_each(3)).await;
    let owner = assembly.owner(0);
    let refused = crate::room::cast(&owner, &vote, Choice::Yes).await;
    assert!(refused.is_err());
    let close = CloseVoteRequest { name: vote };
    assert_eq!(
        reason(assembly.secretary.votes().close_vote(close).await),
        "MEETING_STATE"
    );
    let quorum = crate::room::quorum(&assembly.secretary, &assembly.meeting)
        .await
        .unwrap();
    assert_eq!((quorum.members, quorum.met), (3, true));
    let (room, session) = crate::room::Room::voting(3).await;
    assert_eq!(reason(list(&room.secretary, &session.name).await), "NOT_BY_UNITS");
    for unit in &room.units {
        crate::room::cast(unit, &session.name, Choice::Yes).await.unwrap();
    }
    let closed = room.close_vote(&session.name).await.unwrap();
    let export = ExportCountRequest { name: session.name };
    let sheet = room.secretary.owners().export_count(export).await.unwrap().into_inner();
    let recounted = CountSheet::from_json(&sheet.content).unwrap().count().unwrap();
    assert_eq!(
        sha256(&recounted.canonical_bytes().unwrap()),
        closed.tally.unwrap().sha256
    );
}

/// A joint conference adopted what the law reserves to the owners, and the owners are asked in writing.
#[tokio::test]
async fn what_a_joint_conference_recommended_is_settled_when_the_owners_have_voted() {
    for (voters, state, original) in [
        (4, RatificationState::Ratified, MotionState::Ratified),
        (3, RatificationState::Pending, MotionState::PendingRatification),
    ] {
        let (room, motion, ratification) = crate::ratification::pending().await;
        let crate::room::Room { house, secretary, .. } = room;
        let mut assembly = Assembly::empty(house, secretary, &one_each(6)).await;
        let (start, end) = ("2026-04-13T01:00:00Z", "2026-04-27T10:00:00Z");
        assembly.meeting = assembly.convene(start, end).await.unwrap().name;
        let by = assembly.secretary.clone();
        let routed = crate::ratification::route(&by, &ratification.name, &assembly.meeting).await;
        assert_eq!(routed.unwrap().state(), RatificationState::Routed);
        assembly.serve().await.unwrap();
        assembly.set(start);
        let request = OpenVotingRequest {
            name: assembly.meeting.clone(),
            ..Default::default()
        };
        let opened = by.owners().open_voting(request).await.unwrap().into_inner();
        let vote = opened.votes[0].name.clone();
        assembly.vote_of(0..voters, &vote, Choice::Yes).await;
        assembly.set(end);
        let request = CloseVotingRequest {
            name: assembly.meeting.clone(),
            ..Default::default()
        };
        by.owners().close_voting(request).await.unwrap();
        let request = GetRatificationRequest {
            name: ratification.name,
        };
        let settled = by.ratifications().get_ratification(request).await.unwrap().into_inner();
        assert_eq!(settled.state(), state, "{voters} of 6 took part");
        assert_eq!(settled.resolution.is_empty(), state == RatificationState::Pending);
        let request = GetMotionRequest { name: motion.name };
        let motion = by.motions().get_motion(request).await.unwrap().into_inner();
        assert_eq!(motion.state(), original);
    }
}

#[tokio::test]
async fn minutes_of_a_meeting_in_writing_tell_numbers_and_no_ballots() {
    let (assembly, vote) = Assembly::voting(&one_each(6)).await;
    let owner = assembly.owner(0);
    cast(&owner, &vote, Choice::Yes, &[]).await.unwrap();
    assembly.vote_of(1..5, &vote, Choice::Yes).await;
    assembly.tally().await;
    let request = DraftMinutesRequest {
        name: assembly.meeting.clone(),
    };
    let drafted = assembly
        .secretary
        .minutes()
        .draft_minutes(request)
        .await
        .unwrap()
        .into_inner();
    for told in [
        "房屋 6 套，业主 6 人（按户计），专有部分面积 600.00 平方米",
        "业主 5 人（共 6 人），专有部分面积 500.00 平方米（共 600.00 平方米）",
        "按户记名书面表决",
        "应送达业主：6 名",
    ] {
        assert!(drafted.text.contains(told), "{told} in {}", drafted.text);
    }
    let user = owner.principal.to_string();
    assert!(!drafted.text.contains(&user) && !drafted.text.contains("1栋"));
    let export = ExportMinutesRequest {
        name: assembly.meeting.clone(),
    };
    // the convener's file recounts; an owner's is verified without the sheet that tells how the others voted
    for (by, withheld) in [(&assembly.secretary, false), (&owner, true)] {
        let file = by.minutes().export_minutes(export.clone()).await.unwrap().into_inner();
        let verified = yihe_meeting::verify_minutes(&file.content, None).unwrap();
        assert_eq!(verified.votes.len(), 1);
        assert_eq!(verified.votes[0].1.contains("未重新计票"), withheld);
        let text = String::from_utf8(file.content).unwrap();
        let unit = assembly.units[0].rsplit('/').next().unwrap().to_owned();
        assert_eq!(text.contains(&unit), !withheld);
    }
}
