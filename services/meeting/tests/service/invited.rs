//! Persons who are invited: a voice, no vote.

use tonic::Status;
use yihe_proto::meeting::v1::*;

use crate::harness::{Party, fields, reason};
use crate::mandates::outsider;
use crate::room::{Room, cast, check_in, check_out, propose, quorum, submit};

fn name(party: &Party) -> String {
    party.principal.to_string()
}

pub async fn invite(by: &Party, meeting: &str, invited_person: InvitedPerson) -> Result<InvitedPerson, Status> {
    let request = InvitePersonRequest {
        parent: meeting.to_owned(),
        invited_person: Some(invited_person),
        ..Default::default()
    };
    Ok(by.invited().invite_person(request).await?.into_inner())
}

pub fn delegate(party: &Party) -> InvitedPerson {
    InvitedPerson {
        person: name(party),
        role: "人大代表".to_owned(),
        ..Default::default()
    }
}

async fn withdraw(by: &Party, invited: &str) -> Result<InvitedPerson, Status> {
    let request = WithdrawInvitationRequest {
        name: invited.to_owned(),
    };
    Ok(by.invited().withdraw_invitation(request).await?.into_inner())
}

async fn presence(by: &Party, meeting: &str) -> Vec<Presence> {
    let request = ListPresenceRequest {
        parent: meeting.to_owned(),
        ..Default::default()
    };
    by.presence()
        .list_presence(request)
        .await
        .unwrap()
        .into_inner()
        .presence
}

#[tokio::test]
async fn who_is_invited_is_there_sees_and_counts_for_nothing() {
    let room = Room::draft(3).await;
    let guest = outsider(&room.house);
    let agenda = ListAgendaItemsRequest {
        parent: room.meeting.clone(),
        ..Default::default()
    };
    assert_eq!(
        reason(guest.agenda().list_agenda_items(agenda.clone()).await),
        "PERMISSION_DENIED"
    );
    let invited = invite(&room.secretary, &room.meeting, delegate(&guest)).await.unwrap();
    assert_eq!((invited.role.as_str(), invited.display_name.as_str()), ("人大代表", ""));
    let items = guest.agenda().list_agenda_items(agenda).await.unwrap().into_inner();
    assert_eq!(items.agenda_items.len(), 1);
    assert_eq!(
        reason(propose(&guest, &room.meeting, "另议", MatterClass::Coordination).await),
        "PERMISSION_DENIED"
    );
    let notice = room.serve().await.unwrap();
    assert_eq!(notice.roster.len(), 3, "never on the roster");
    room.open().await.unwrap();
    let there = check_in(&guest, &room.meeting).await.unwrap();
    assert_eq!(
        (&there.member, &there.representative, &there.invited_person),
        (&name(&guest), &name(&guest), &invited.name)
    );
    assert_eq!(check_in(&guest, &room.meeting).await.unwrap(), there);
    let now = quorum(&guest, &room.meeting).await.unwrap();
    assert_eq!((now.members, now.present, now.met), (3, 0, false));
    for unit in &room.units[..2] {
        check_in(unit, &room.meeting).await.unwrap();
    }
    let now = quorum(&room.units[0], &room.meeting).await.unwrap();
    assert_eq!((now.present, now.present_members.len()), (2, 2));
    assert_eq!(
        reason(submit(&guest, &room.meeting, &room.item).await),
        "PERMISSION_DENIED"
    );
    let motion = submit(&room.units[0], &room.meeting, &room.item).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    assert_eq!(vote.eligible, 2);
    assert_eq!(reason(cast(&guest, &vote.name, Choice::Yes).await), "PERMISSION_DENIED");
    let left = check_out(&guest, &room.meeting).await.unwrap();
    assert!(left.end_time.is_some());
    assert_eq!(reason(check_out(&guest, &room.meeting).await), "NOT_CHECKED_IN");
    let listed = presence(&guest, &room.meeting).await;
    assert_eq!(listed.iter().filter(|one| !one.invited_person.is_empty()).count(), 1);
    assert_eq!(listed.len(), 3);
}

#[tokio::test]
async fn the_clerk_invites_by_name_and_records_who_came() {
    let room = Room::noticed(2).await;
    let clerk = &room.secretary;
    let lawyer = InvitedPerson {
        display_name: "赵六".to_owned(),
        role: "律师".to_owned(),
        items: vec![room.item.clone()],
        ..Default::default()
    };
    let invited = invite(clerk, &room.meeting, lawyer).await.unwrap();
    assert_eq!(
        (invited.display_name.as_str(), &invited.items),
        ("赵六", &vec![room.item.clone()])
    );
    room.open().await.unwrap();
    let record = RecordCheckInRequest {
        name: room.meeting.clone(),
        member: invited.person.clone(),
        ..Default::default()
    };
    let there = clerk.presence().record_check_in(record).await.unwrap().into_inner();
    assert_eq!(
        (&there.invited_person, &there.recorded_by),
        (&invited.name, &name(clerk))
    );
    assert_eq!(quorum(clerk, &room.meeting).await.unwrap().present, 0);
    let withdrawn = withdraw(clerk, &invited.name).await.unwrap();
    assert!(withdrawn.withdraw_time.is_some());
    assert!(
        presence(clerk, &room.meeting).await[0].end_time.is_some(),
        "who is no longer invited is no longer there"
    );
    assert_eq!(reason(withdraw(clerk, &invited.name).await), "INVITATION_WITHDRAWN");
    let list = ListInvitedPersonsRequest {
        parent: room.meeting.clone(),
        ..Default::default()
    };
    let listed = room.units[0]
        .invited()
        .list_invited_persons(list)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(listed.invited_persons, [withdrawn]);
}

#[tokio::test]
async fn who_cannot_be_invited_is_refused() {
    let room = Room::draft(2).await;
    let clerk = &room.secretary;
    let guest = outsider(&room.house);
    let bad = InvitedPerson {
        items: vec!["communities/440309002021/meetings/00000000-0000-0000-0000-000000000001/agendaItems/00000000-0000-0000-0000-000000000002".to_owned()],
        ..Default::default()
    };
    assert_eq!(
        fields(&invite(clerk, &room.meeting, bad).await),
        ["invited_person.person", "invited_person.role", "invited_person.items"]
    );
    assert_eq!(
        reason(invite(&room.units[0], &room.meeting, delegate(&guest)).await),
        "PERMISSION_DENIED"
    );
    let invited = invite(clerk, &room.meeting, delegate(&guest)).await.unwrap();
    assert_eq!(
        reason(invite(clerk, &room.meeting, delegate(&guest)).await),
        "INVITED_ALREADY"
    );
    withdraw(clerk, &invited.name).await.unwrap();
    invite(clerk, &room.meeting, delegate(&guest)).await.unwrap();
    room.serve().await.unwrap();
    room.open().await.unwrap();
    room.close().await.unwrap();
    assert_eq!(
        reason(invite(clerk, &room.meeting, delegate(&outsider(&room.house))).await),
        "MEETING_STATE"
    );

    let (council, members) = crate::persons::Council::of(2).await.in_session(1).await;
    assert_eq!(
        reason(invite(&council.secretary, &council.meeting, delegate(&members[1])).await),
        "INVITED_IS_MEMBER"
    );
}
