use std::sync::Arc;

use yihe_kernel::{CommunityId, OrganizationId, SystemClock, Timestamp};
use yihe_store::{Backend, Event, Store, StoreConfig};

use super::*;
use crate::domain::{
    BodyMember, Changed, Commitment, CommitmentPart, CommitmentState, Escalation, Holder, Member, NewCommitment,
    OrganizationKind, Origin,
};
use crate::names::{BodyName, CommitmentName};

fn event(subject: &str) -> Event {
    Event {
        sequence: 1,
        id: uuid::Uuid::from_u128(7),
        community: Some("440309002021".parse().unwrap()),
        kind: KIND.to_owned(),
        stream: subject.to_owned(),
        subject: subject.to_owned(),
        actor: "users/someone".to_owned(),
        organization: None,
        payload: Vec::new(),
        at: Timestamp::from_seconds(2_000),
        trace: None,
    }
}

#[tokio::test]
async fn who_leaves_the_community_leaves_its_bodies_and_no_others() {
    let files = tempfile::tempdir().unwrap();
    let config = StoreConfig::new(
        Backend::Sqlite {
            file: files.path().join("meeting.db"),
        },
        [1; 32],
    );
    let store = Store::open(&config, crate::migrations, Arc::new(SystemClock))
        .await
        .unwrap();
    let here: CommunityId = "440309002021".parse().unwrap();
    let elsewhere: CommunityId = "440309002022".parse().unwrap();
    let (leaving, staying): (OrganizationId, OrganizationId) = (store.ids().next(), store.ids().next());
    let body = |community: &CommunityId| BodyName {
        community: community.clone(),
        body: store.ids().next(),
    };
    let bodies = [body(&here), body(&here), body(&elsewhere)];
    let joined = store.transaction(
        "test.join",
        (bodies.clone(), leaving, staying),
        |tx, (bodies, leaving, staying)| {
            Box::pin(async move {
                for (body, organization) in bodies.iter().flat_map(|body| [(body, leaving), (body, staying)]) {
                    let member = BodyMember {
                        name: body.member(*organization),
                        member: Member::Organization(*organization),
                        kind: OrganizationKind::ResidentUnit,
                        display_name: "单位".to_owned(),
                        group: String::new(),
                        joined_at: Timestamp::from_seconds(1_000),
                        ended_at: None,
                    };
                    let by = Authorized::by_event("test", uuid::Uuid::from_u128(1), body.community.clone());
                    store::body::join(tx, &by, &member).await?;
                }
                Ok(())
            })
        },
    );
    joined.await.unwrap();

    let ended = event(&format!("communities/{here}/memberships/{leaving}"));
    for _ in 0..2 {
        let ended = ended.clone();
        store
            .transaction("test.end", ended, |tx, event| Box::pin(membership_ended(tx, event)))
            .await
            .unwrap();
    }
    for (body, members) in bodies
        .iter()
        .zip([vec![staying], vec![staying], vec![leaving, staying]])
    {
        let members: Vec<_> = members
            .into_iter()
            .map(|member| (Member::Organization(member), String::new()))
            .collect();
        assert_eq!(store::body::members_now(store.reader(), body).await.unwrap(), members);
    }
    let member = store::body::find_member(store.reader(), &bodies[0].member(leaving))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(member.ended_at, Some(ended.at), "at the instant it left the community");
    let told = store.feed().after(0, 100).await.unwrap();
    assert_eq!(told.len(), 2, "once for each body, however often the event comes");
    assert!(
        told.iter()
            .all(|event| event.kind == events::BodyMemberRemoved && event.actor == "services/meeting")
    );
}

#[tokio::test]
async fn a_subject_that_is_no_membership_is_an_error() {
    let files = tempfile::tempdir().unwrap();
    let config = StoreConfig::new(
        Backend::Sqlite {
            file: files.path().join("meeting.db"),
        },
        [1; 32],
    );
    let store = Store::open(&config, crate::migrations, Arc::new(SystemClock))
        .await
        .unwrap();
    let broken = event("communities/440309002021/memberships/x");
    let refused = store
        .transaction("test.end", broken, |tx, event| Box::pin(membership_ended(tx, event)))
        .await;
    assert!(refused.unwrap_err().is(&yihe_kernel::reasons::INTERNAL));
}

#[tokio::test]
async fn what_a_leaving_organization_held_goes_back_to_the_convener() {
    let files = tempfile::tempdir().unwrap();
    let backend = Backend::Sqlite {
        file: files.path().join("meeting.db"),
    };
    let config = StoreConfig::new(backend, [1; 32]);
    let store = Store::open(&config, crate::migrations, Arc::new(SystemClock))
        .await
        .unwrap();
    let here: CommunityId = "440309002021".parse().unwrap();
    let (leaving, convener): (OrganizationId, OrganizationId) = (store.ids().next(), store.ids().next());
    let name = CommitmentName {
        community: here.clone(),
        commitment: store.ids().next(),
    };
    let made = made(&name, leaving, convener);
    store
        .transaction("test.make", made, |tx, made| {
            Box::pin(async move {
                let by = Authorized::by_event("test", uuid::Uuid::from_u128(1), "440309002021".parse().unwrap());
                store::commitment::insert(tx, &by, made).await
            })
        })
        .await
        .unwrap();
    let ended = event(&format!("communities/{here}/memberships/{leaving}"));
    for _ in 0..2 {
        let ended = ended.clone();
        store
            .transaction("test.end", ended, |tx, event| Box::pin(membership_ended(tx, event)))
            .await
            .unwrap();
    }
    let back = store::commitment::find(store.reader(), &name).await.unwrap().unwrap();
    assert_eq!(
        (back.state, back.holder.organization),
        (CommitmentState::Declined, convener)
    );
    let told = store.feed().after(0, 100).await.unwrap();
    assert_eq!(told.len(), 1, "once, however often the event comes");
    assert_eq!(told[0].kind, events::CommitmentHolderLeft);
}

fn made(name: &CommitmentName, holder: OrganizationId, convener: OrganizationId) -> Changed {
    let of = |organization| Holder {
        organization,
        display_name: "单位".to_owned(),
    };
    let origin = Origin {
        body: uuid::Uuid::from_u128(10).into(),
        meeting: uuid::Uuid::from_u128(11).into(),
        resolution: None,
        agenda_item: None,
        convener: of(convener),
        escalation: Escalation {
            days: 7,
            unit: yihe_tally::DayUnit::Calendar,
        },
    };
    let new = NewCommitment {
        part: CommitmentPart::Lead,
        text: "桥洞挂灯".to_owned(),
        due_on: "2026-03-20".parse().unwrap(),
        external_ref: String::new(),
        problem: None,
    };
    let doing = Doing {
        actor: "users/someone".to_owned(),
        organization: None,
        at: Timestamp::from_seconds(1_000),
    };
    let calendar = yihe_tally::Calendar::shipped().unwrap();
    Commitment::make(
        (name.clone(), name.commitment),
        origin,
        of(holder),
        (new, &calendar),
        doing,
    )
    .unwrap()
}
