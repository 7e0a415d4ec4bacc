//! The speakers' list of a meeting that switched it on.

use tonic::Status;
use yihe_proto::meeting::v1::*;

use crate::harness::{Party, detail, fields, reason};
use crate::invited::{delegate, invite};
use crate::mandates::outsider;
use crate::room::{Room, check_in};

async fn rules(room: &Room, rules: Option<DebateRules>) -> Result<Meeting, Status> {
    let request = UpdateMeetingRequest {
        meeting: Some(Meeting {
            name: room.meeting.clone(),
            debate_rules: rules,
            ..Default::default()
        }),
        update_mask: vec!["debate_rules".to_owned()],
        ..Default::default()
    };
    Ok(room.secretary.meetings().update_meeting(request).await?.into_inner())
}

async fn ask(by: &Party, room: &Room, side: SpeechSide) -> Result<Speech, Status> {
    let request = RequestToSpeakRequest {
        parent: room.meeting.clone(),
        agenda_item: room.item.clone(),
        side: side.into(),
        ..Default::default()
    };
    Ok(by.speakers().request_to_speak(request).await?.into_inner())
}

async fn point(by: &Party, room: &Room) -> Result<Speech, Status> {
    let request = RaisePointOfOrderRequest {
        parent: room.meeting.clone(),
        agenda_item: room.item.clone(),
        ..Default::default()
    };
    Ok(by.speakers().raise_point_of_order(request).await?.into_inner())
}

async fn floor(by: &Party, speech: &Speech) -> Result<Speech, Status> {
    let request = GrantFloorRequest {
        name: speech.name.clone(),
    };
    Ok(by.speakers().grant_floor(request).await?.into_inner())
}

async fn end(by: &Party, speech: &Speech) -> Result<Speech, Status> {
    let request = EndSpeechRequest {
        name: speech.name.clone(),
    };
    Ok(by.speakers().end_speech(request).await?.into_inner())
}

async fn withdraw(by: &Party, speech: &Speech) -> Result<Speech, Status> {
    let request = WithdrawRequestRequest {
        name: speech.name.clone(),
    };
    Ok(by.speakers().withdraw_request(request).await?.into_inner())
}

async fn list(by: &Party, room: &Room) -> Result<Vec<Speech>, Status> {
    let request = ListSpeakersRequest {
        name: room.item.clone(),
    };
    Ok(by.speakers().list_speakers(request).await?.into_inner().speeches)
}

fn two_minutes_once() -> DebateRules {
    DebateRules {
        speech_seconds: 120,
        speeches_per_item: 1,
        alternate_sides: true,
    }
}

async fn debating() -> (Room, Party) {
    let room = Room::draft(4).await;
    let guest = outsider(&room.house);
    invite(&room.secretary, &room.meeting, delegate(&guest)).await.unwrap();
    let updated = rules(&room, Some(two_minutes_once())).await.unwrap();
    assert_eq!(updated.debate_rules, Some(two_minutes_once()));
    room.serve().await.unwrap();
    room.open().await.unwrap();
    for party in room.units[..3].iter().chain([&guest]) {
        check_in(party, &room.meeting).await.unwrap();
    }
    (room, guest)
}

#[tokio::test]
async fn speakers_take_turns_within_their_time_and_a_point_of_order_interrupts() {
    let (room, guest) = debating().await;
    let [first, second, third, absent] = &room.units[..] else {
        panic!()
    };
    let chair = &room.secretary;
    assert_eq!(reason(ask(absent, &room, SpeechSide::For).await), "NOT_CHECKED_IN");
    let yes = ask(first, &room, SpeechSide::For).await.unwrap();
    let too = ask(second, &room, SpeechSide::For).await.unwrap();
    let neutral = ask(&guest, &room, SpeechSide::Neutral).await.unwrap();
    let no = ask(third, &room, SpeechSide::Against).await.unwrap();
    assert_eq!(reason(ask(first, &room, SpeechSide::Against).await), "SPEECH_ASKED");
    let order: Vec<_> = list(second, &room)
        .await
        .unwrap()
        .into_iter()
        .map(|one| one.name)
        .collect();
    assert_eq!(order, [&yes, &no, &too, &neutral].map(|one| one.name.clone()));
    assert_eq!(
        reason(floor(first, &yes).await),
        "PERMISSION_DENIED",
        "nobody gives itself the floor"
    );
    let refused = floor(chair, &no).await;
    assert_eq!(detail(&refused, "next"), yes.name);
    assert_eq!(reason(refused), "SPEAKER_NOT_NEXT");
    let speaking = floor(chair, &yes).await.unwrap();
    assert_eq!(speaking.state(), SpeechState::Speaking);
    assert!(speaking.limit_time.is_some());
    assert_eq!(reason(floor(chair, &no).await), "FLOOR_TAKEN");

    room.wait(60);
    let order = point(second, &room).await.unwrap();
    floor(chair, &order).await.unwrap();
    let states: Vec<_> = list(chair, &room).await.unwrap().iter().map(Speech::state).collect();
    assert_eq!(states[..2], [SpeechState::Speaking, SpeechState::Interrupted]);
    end(second, &order).await.unwrap();
    room.wait(300);
    floor(chair, &yes).await.unwrap();
    room.wait(59);
    assert_eq!(reason(end(chair, &yes).await), "SPEECH_NOT_OVER");
    assert_eq!(reason(end(second, &yes).await), "PERMISSION_DENIED");
    room.wait(1);
    assert_eq!(end(chair, &yes).await.unwrap().state(), SpeechState::Ended);
    assert_eq!(reason(end(chair, &yes).await), "SPEECH_STATE");
    assert_eq!(reason(ask(first, &room, SpeechSide::Neutral).await), "SPEECH_LIMIT");
    floor(chair, &no).await.unwrap();
    end(third, &no).await.unwrap();
    assert_eq!(reason(withdraw(first, &too).await), "PERMISSION_DENIED");
    assert_eq!(withdraw(second, &too).await.unwrap().state(), SpeechState::Withdrawn);
    floor(chair, &neutral).await.unwrap();
    let ended = end(&guest, &neutral).await.unwrap();
    assert_eq!(ended.member, guest.principal.to_string(), "who is invited has a voice");
}

#[tokio::test]
async fn a_meeting_that_does_not_switch_it_on_keeps_no_list() {
    let room = Room::in_session(2).await;
    assert_eq!(reason(ask(&room.units[0], &room, SpeechSide::For).await), "DEBATE_OFF");
    assert_eq!(reason(point(&room.units[0], &room).await), "DEBATE_OFF");
    assert_eq!(reason(list(&room.units[0], &room).await), "DEBATE_OFF");
    assert_eq!(reason(rules(&room, Some(two_minutes_once())).await), "MEETING_STATE");
    let draft = Room::draft(1).await;
    let bad = DebateRules {
        speech_seconds: 3601,
        speeches_per_item: -1,
        alternate_sides: false,
    };
    assert_eq!(
        fields(&rules(&draft, Some(bad)).await),
        [
            "meeting.debate_rules.speech_seconds",
            "meeting.debate_rules.speeches_per_item"
        ]
    );
    rules(&draft, Some(two_minutes_once())).await.unwrap();
    assert_eq!(rules(&draft, None).await.unwrap().debate_rules, None, "and off again");
    assert_eq!(
        reason(ask(&draft.units[0], &draft, SpeechSide::For).await),
        "MEETING_STATE"
    );
}

#[tokio::test]
async fn who_is_invited_for_an_item_speaks_on_that_item_only() {
    let room = Room::draft(2).await;
    let other = crate::room::propose(&room.units[1], &room.meeting, "另一议题", MatterClass::Coordination)
        .await
        .unwrap()
        .name;
    let guest = outsider(&room.house);
    let for_other = InvitedPerson {
        items: vec![other],
        ..delegate(&guest)
    };
    invite(&room.secretary, &room.meeting, for_other).await.unwrap();
    rules(&room, Some(two_minutes_once())).await.unwrap();
    room.serve().await.unwrap();
    room.open().await.unwrap();
    check_in(&guest, &room.meeting).await.unwrap();
    assert_eq!(reason(ask(&guest, &room, SpeechSide::Neutral).await), "NOT_INVITED_FOR");
}
