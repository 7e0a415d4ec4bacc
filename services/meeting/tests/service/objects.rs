//! What other services are told of objects: how a caller stands to each.

use tonic::Code;
use yihe_authz::Principal;
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;

use crate::harness::{PARENT, Party};
use crate::room::{Room, cast, propose};

async fn facts(service: &Party, name: &str, of: &Party) -> ObjectFacts {
    let request = GetObjectFactsRequest {
        name: name.to_owned(),
        principal: of.principal.to_string(),
        capacity: of.name(),
    };
    service.objects().get_object_facts(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn the_facts_are_those_by_which_this_service_decides() {
    let (room, vote) = Room::voting(2).await;
    for unit in &room.units {
        cast(unit, &vote.name, Choice::Yes).await.unwrap();
    }
    let resolution = room.close_vote(&vote.name).await.unwrap().resolution;
    let service = room.party(Principal::Service("file".into()), None);
    let company = room.organization(OrganizationKind::PropertyCompany, "物业公司");
    let company = room.appoint(company, "PROPERTY_COMPANY/MANAGER");
    let nothing = ObjectFacts {
        exists: true,
        ..Default::default()
    };
    for name in [
        &room.body,
        &room.meeting,
        &room.item,
        &vote.motion,
        &vote.name,
        &resolution,
    ] {
        assert_eq!(facts(&service, name, &company).await, nothing, "{name}");
        let unit = facts(&service, name, &room.units[1]).await;
        let participant = ObjectFacts {
            participant: true,
            ..nothing
        };
        assert_eq!((unit.participant, unit.convener), (true, false), "{name}");
        assert!(unit.owner || unit == participant, "{name}");
        assert!(facts(&service, name, &room.secretary).await.convener, "{name}");
        let (collection, _) = name.rsplit_once('/').unwrap();
        let missing = format!("{collection}/{}", room.ids.next::<uuid::Uuid>());
        assert_eq!(
            facts(&service, &missing, &room.secretary).await,
            ObjectFacts::default(),
            "{name}"
        );
    }
    assert!(
        facts(&service, &room.item, &room.units[0]).await.owner,
        "it proposed the item"
    );
    assert_eq!(facts(&service, PARENT, &room.secretary).await, ObjectFacts::default());

    let request = GetObjectFactsRequest {
        name: room.meeting.clone(),
        principal: room.secretary.principal.to_string(),
        capacity: room.secretary.name(),
    };
    for other in [&room.secretary, &room.party(Principal::Service("policy".into()), None)] {
        let refused = other.objects().get_object_facts(request.clone()).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
    }
}

#[tokio::test]
async fn minutes_are_an_object_of_those_of_their_meeting_once_they_are_drafted() {
    let room = Room::over().await;
    let service = room.party(Principal::Service("file".into()), None);
    let name = format!("{}/minutes", room.meeting);
    assert_eq!(facts(&service, &name, &room.secretary).await, ObjectFacts::default());
    room.draft_minutes().await.unwrap();
    assert!(facts(&service, &name, &room.secretary).await.convener);
    let unit = facts(&service, &name, &room.units[1]).await;
    assert_eq!((unit.exists, unit.participant, unit.convener), (true, true, false));
}

#[tokio::test]
async fn what_concerns_a_person_is_sealed() {
    let room = Room::draft(1).await;
    let personal = propose(&room.units[0], &room.meeting, "邻里纠纷", MatterClass::PersonalMatter);
    let personal = personal.await.unwrap().name;
    let service = room.party(Principal::Service("file".into()), None);
    for (name, sealed) in [(&personal, true), (&room.item, false), (&room.meeting, false)] {
        assert_eq!(facts(&service, name, &room.secretary).await.sealed, sealed, "{name}");
    }
}
