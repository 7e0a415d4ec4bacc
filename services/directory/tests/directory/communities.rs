use yihe_proto::directory::v1 as pb;

use crate::node::{COMMUNITY, Node, Who, fields, reason};
use crate::world::{World, activation, enrol};

const UUID: &str = "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";

fn first_secretary(request_id: &str) -> pb::InviteFirstSecretaryRequest {
    pb::InviteFirstSecretaryRequest {
        community: COMMUNITY.into(),
        full_name: "王书记".into(),
        request_id: request_id.into(),
    }
}

#[tokio::test]
async fn a_community_comes_with_its_party_committee() {
    let node = Node::start().await;
    let operator = Who::operator();
    let request = pb::ActivateCommunityRequest {
        request_id: UUID.into(),
        ..activation()
    };
    let made: pb::Community = node.call(&operator, request.clone()).await.unwrap();
    assert_eq!(made.name, COMMUNITY);
    assert_eq!(made.display_name, "北站社区居委会");
    assert_eq!(made.time_zone, "Asia/Shanghai");
    let (community, revision) = node.revisions.read(&made.revision).unwrap();
    assert_eq!((community.to_string().as_str(), revision.directory), (COMMUNITY, 1));

    let again: pb::Community = node.call(&operator, request).await.unwrap();
    assert_eq!(again, made, "the same request_id has one effect");
    assert_eq!(
        node.events().await,
        ["DivisionsImported", "CommunityActivated", "MembershipRegistered"]
    );

    let request = pb::LookupOrganizationsRequest {
        community: COMMUNITY.into(),
        organizations: vec![made.party_committee.clone(), format!("organizations/{UUID}")],
    };
    let found: pb::LookupOrganizationsResponse = node.call(&Who::service("meeting"), request).await.unwrap();
    assert_eq!(found.organizations.len(), 1);
    assert_eq!(found.organizations[0].display_name, "北站社区党委");
    assert!(found.organizations[0].active);
}

#[tokio::test]
async fn activation_is_refused_with_its_reason_and_writes_nothing() {
    let node = Node::start().await;
    let operator = Who::operator();
    let on = |region: &str| pb::ActivateCommunityRequest {
        region: region.into(),
        ..Default::default()
    };
    let refused = async |request| node.refused::<pb::Community, _>(&operator, request).await;
    assert_eq!(refused(on("regions/440309002099")).await, "REGION_NOT_FOUND");
    assert_eq!(refused(on("regions/440309002")).await, "REGION_NOT_A_COMMUNITY");
    assert_eq!(refused(on("regions/x")).await, "MALFORMED_NAME");
    assert_eq!(refused(on("")).await, "INVALID_REQUEST");
    assert_eq!(
        node.refused::<pb::Community, _>(&Who::stranger(), activation()).await,
        "UNAUTHENTICATED"
    );
    let bad = pb::ActivateCommunityRequest {
        display_name: "a\u{0}b".into(),
        party_committee_display_name: "长".repeat(101),
        request_id: "1".into(),
        ..activation()
    };
    let status = node.call::<_, pb::Community>(&operator, bad).await.unwrap_err();
    assert_eq!(
        fields(&status),
        ["display_name", "party_committee_display_name", "request_id"]
    );
    assert_eq!(node.events().await, ["DivisionsImported"], "nothing was written");

    let request = pb::ActivateCommunityRequest {
        request_id: UUID.into(),
        ..activation()
    };
    let _: pb::Community = node.call(&operator, request.clone()).await.unwrap();
    assert_eq!(refused(activation()).await, "COMMUNITY_ALREADY_ACTIVE");
    let other = pb::ActivateCommunityRequest {
        display_name: "北站".into(),
        ..request
    };
    assert_eq!(refused(other).await, "REQUEST_ID_REUSED");
}

#[tokio::test]
async fn the_first_secretary_is_invited_once() {
    let node = Node::start().await;
    let operator = Who::operator();
    let refused = async |request| {
        node.refused::<pb::InviteFirstSecretaryResponse, _>(&operator, request)
            .await
    };
    assert_eq!(refused(first_secretary("")).await, "RESOURCE_NOT_FOUND");
    let _: pb::Community = node.call(&operator, activation()).await.unwrap();

    let invited: pb::InviteFirstSecretaryResponse = node.call(&operator, first_secretary(UUID)).await.unwrap();
    assert!(invited.enrolment_code.starts_with("440309002021-"));
    let again: pb::InviteFirstSecretaryResponse = node.call(&operator, first_secretary(UUID)).await.unwrap();
    assert_eq!(
        (again.invitation, again.enrolment_code.as_str()),
        (invited.invitation, ""),
        "a replay omits the code"
    );
    assert_eq!(refused(first_secretary("")).await, "SECRETARY_ALREADY_APPOINTED");

    // an invitation that nobody took up lapses, and another may follow
    node.clock.advance_seconds(14 * 86_400);
    assert_eq!(
        reason(&enrol(&node, &invited.enrolment_code, "secretary").await.unwrap_err()),
        "ENROLMENT_CODE_WRONG"
    );
    let invited: pb::InviteFirstSecretaryResponse = node.call(&operator, first_secretary("")).await.unwrap();
    enrol(&node, &invited.enrolment_code, "secretary").await.unwrap();
    assert_eq!(refused(first_secretary("")).await, "SECRETARY_ALREADY_APPOINTED");
    node.clock.advance_seconds(100 * 86_400);
    assert_eq!(refused(first_secretary("")).await, "SECRETARY_ALREADY_APPOINTED");
}

#[tokio::test]
async fn communities_are_public_and_their_details_are_not() {
    let world = World::start().await;
    let listed: pb::ListCommunitiesResponse = world
        .node
        .call(&Who::stranger(), pb::ListCommunitiesRequest::default())
        .await
        .unwrap();
    assert_eq!(listed.communities.len(), 1);
    assert_eq!(listed.communities[0].revision, "");
    let get = |name: &str| pb::GetCommunityRequest { name: name.into() };
    let got: pb::Community = world.node.call(&world.secretary, get(COMMUNITY)).await.unwrap();
    assert_eq!(got.party_committee, world.committee);
    let refused = async |who, name| world.node.refused::<pb::Community, _>(who, get(name)).await;
    let stranger = Who::stranger();
    assert_eq!(refused(&stranger, COMMUNITY).await, "UNAUTHENTICATED");
    // to whom nothing is granted there, an unknown community looks like a known one
    assert_eq!(
        refused(&world.secretary, "communities/440305006013").await,
        "PERMISSION_DENIED"
    );
}
