use std::time::{Duration, Instant};

use tokio::time::timeout;
use yihe_proto::directory::v1::authority_service_client::AuthorityServiceClient;
use yihe_proto::directory::v1::{self as pb, OrganizationKind, Post};

use crate::node::{COMMUNITY, Node, Who, fields};
use crate::sessions::sign_in;
use crate::world::{World, activation};

async fn authority(node: &Node) -> pb::Authority {
    let request = pb::GetAuthorityRequest {
        community: COMMUNITY.into(),
        ..Default::default()
    };
    node.call(&Who::service("policy"), request).await.unwrap()
}

async fn next(changes: &mut tonic::Streaming<pb::AuthorityChange>) -> pb::AuthorityChange {
    timeout(Duration::from_secs(20), changes.message())
        .await
        .unwrap()
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn authority_is_the_regions_the_posts_and_the_clients() {
    let world = World::start().await;
    let node = &world.node;
    let end = node.now().plus_days(2);
    let request = pb::CreateInvitationRequest {
        end_time: Some(end.to_proto()),
        ..crate::world::invitation(&world.committee, Post::Member, "李委员")
    };
    let invited: pb::CreateInvitationResponse = node.call(&world.secretary, request).await.unwrap();
    let member = crate::world::enrol(node, &invited.enrolment_code, "li.si")
        .await
        .unwrap();
    let (_, collected) = world.partner("深圳北站").await;

    let told = authority(node).await;
    assert_eq!(
        told.regions,
        [
            "regions/440309002021",
            "regions/440309002",
            "regions/440309",
            "regions/4403",
            "regions/44"
        ]
    );
    assert_eq!(told.holdings.len(), 2);
    let holding = told
        .holdings
        .iter()
        .find(|holding| holding.user == member.user)
        .unwrap();
    assert_eq!(
        (holding.kind(), holding.post()),
        (OrganizationKind::PartyCommittee, Post::Member)
    );
    assert_eq!(holding.end_time, Some(end.to_proto()));
    let id = collected.client.rsplit('/').next().unwrap();
    assert_eq!(told.clients[0].client, format!("clients/{id}"));
    assert_eq!(told.clients[0].kind(), OrganizationKind::ResidentUnit);
    assert!(told.cutoffs.is_empty());

    node.clock.advance_seconds(2 * 86_400);
    assert_eq!(
        authority(node).await.holdings.len(),
        1,
        "a term that is over says nothing"
    );
    let request = pb::GetAuthorityRequest {
        community: "communities/440305006013".into(),
        ..Default::default()
    };
    let reason = node.refused::<pb::Authority, _>(&Who::service("policy"), request).await;
    assert_eq!(reason, "COMMUNITY_NOT_FOUND");
}

#[tokio::test]
async fn only_named_services_of_the_node_may_ask() {
    let world = World::start().await;
    let node = &world.node;
    let request = || pb::GetAuthorityRequest {
        community: COMMUNITY.into(),
        ..Default::default()
    };
    for who in [
        Who::service("meeting"),
        Who::operator(),
        Who::stranger(),
        world.secretary.clone(),
    ] {
        assert_eq!(
            node.refused::<pb::Authority, _>(&who, request()).await,
            "PERMISSION_DENIED",
            "{who:?}"
        );
    }
    let request = pb::LookupOrganizationsRequest {
        community: COMMUNITY.into(),
        organizations: vec![world.committee.clone(); 1001],
    };
    let answer = node
        .call::<_, pb::LookupOrganizationsResponse>(&Who::service("meeting"), request)
        .await;
    assert_eq!(fields(&answer.unwrap_err()), ["organizations"]);
}

#[tokio::test]
async fn a_watcher_hears_of_all_communities_and_then_of_changes_at_once() {
    let world = World::start().await;
    let node = &world.node;
    let mut client = AuthorityServiceClient::new(node.service("policy"));
    let mut changes = client
        .watch_authority(pb::WatchAuthorityRequest {})
        .await
        .unwrap()
        .into_inner();
    let first = next(&mut changes).await;
    assert_eq!(
        (first.community.as_str(), first.sequence),
        (COMMUNITY, node.sequence().await)
    );
    assert!(next(&mut changes).await.caught_up);

    let mut slowest = Duration::ZERO;
    for index in 0..10 {
        let code = world.invite(&world.committee, Post::Member, "某人").await;
        let enrolled = crate::world::enrol(node, &code, &format!("member{index}"))
            .await
            .unwrap();
        let request = pb::EndAppointmentRequest {
            name: enrolled.appointment,
            etag: String::new(),
        };
        // the enrolment is told first
        let made = next(&mut changes).await;
        assert_eq!(made.community, COMMUNITY);
        let _: pb::Appointment = node.call(&world.secretary, request).await.unwrap();
        let begun = Instant::now();
        let ended = next(&mut changes).await;
        slowest = slowest.max(begun.elapsed());
        assert_eq!(ended.sequence, made.sequence + 1);
    }
    // the promise is 50 ms; a machine under load is given more
    assert!(slowest < Duration::from_millis(500), "{slowest:?}");

    let other = pb::ActivateCommunityRequest {
        region: "regions/440305006013".into(),
        ..activation()
    };
    let _: pb::Community = node.call(&Who::operator(), other).await.unwrap();
    let new = next(&mut changes).await;
    assert_eq!((new.community.as_str(), new.sequence), ("communities/440305006013", 1));

    let begun = Instant::now();
    let idle = next(&mut changes).await;
    assert_eq!(idle, pb::AuthorityChange::default(), "a keep-alive");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn names_of_persons_are_told_to_the_meeting_service_alone() {
    let world = World::start().await;
    let node = &world.node;
    let person = world.enrol(&world.committee, Post::Member, "zhang").await;
    let unknown = "users/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f".to_owned();
    let ask = |users: Vec<String>| pb::LookupPersonsRequest { users };
    let request = ask(vec![person.user.clone(), unknown]);
    let found: pb::LookupPersonsResponse = node.call(&Who::service("meeting"), request).await.unwrap();
    assert_eq!(found.persons.len(), 1);
    assert_eq!(found.persons[0].user, person.user);
    assert!(!found.persons[0].full_name.is_empty());
    for who in [
        Who::service("policy"),
        Who::operator(),
        person.who.clone(),
        world.secretary.clone(),
    ] {
        let refused = node
            .refused::<pb::LookupPersonsResponse, _>(&who, ask(vec![person.user.clone()]))
            .await;
        assert_eq!(refused, "PERMISSION_DENIED", "{who:?}");
    }
    let request = ask(vec![person.user.clone(); 1001]);
    let answer = node
        .call::<_, pb::LookupPersonsResponse>(&Who::service("meeting"), request)
        .await;
    assert_eq!(fields(&answer.unwrap_err()), ["users"]);
}

#[tokio::test]
async fn an_organization_is_told_with_its_heads_and_the_community_with_its_secretary() {
    let world = World::start().await;
    let node = &world.node;
    let school = world.register(OrganizationKind::ResidentUnit, "深圳高级中学").await;
    let manager = world.enrol(&school, Post::Manager, "manager").await;
    world.enrol(&school, Post::Representative, "delegate").await;
    let lookup = async || -> pb::LookupOrganizationsResponse {
        let request = pb::LookupOrganizationsRequest {
            community: COMMUNITY.into(),
            organizations: vec![school.clone()],
        };
        node.call(&Who::service("meeting"), request).await.unwrap()
    };
    let found = lookup().await;
    assert_eq!(found.organizations[0].heads, std::slice::from_ref(&manager.user));
    assert_eq!(found.secretaries, [world.secretary.principal.to_string()]);
    let request = pb::EndAppointmentRequest {
        name: manager.appointment,
        etag: String::new(),
    };
    let _: pb::Appointment = node.call(&world.secretary, request).await.unwrap();
    assert!(
        lookup().await.organizations[0].heads.is_empty(),
        "a post that ended heads nothing"
    );
}

#[tokio::test]
async fn commits_that_change_no_authority_do_not_put_off_the_keep_alive() {
    let world = World::start().await;
    let node = &world.node;
    let mut client = AuthorityServiceClient::new(node.service("policy"));
    let mut changes = client
        .watch_authority(pb::WatchAuthorityRequest {})
        .await
        .unwrap()
        .into_inner();
    while !next(&mut changes).await.caught_up {}
    let sign_in_again_and_again = async {
        loop {
            sign_in(node, "secretary").await;
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    tokio::select! {
        change = timeout(Duration::from_secs(10), next(&mut changes)) => {
            assert_eq!(change.unwrap(), pb::AuthorityChange::default());
        }
        () = sign_in_again_and_again => {}
    }
}
