use yihe_authz::Principal;
use yihe_proto::directory::v1::{self as pb, MembershipState, OrganizationKind, Post};

use crate::node::{COMMUNITY, Who, fields};
use crate::world::{World, registration};

const UUID: &str = "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";

fn known(organization: &str) -> pb::CreateMembershipRequest {
    pb::CreateMembershipRequest {
        parent: COMMUNITY.into(),
        organization: Some(pb::Organization {
            name: organization.into(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn named(organization: &str) -> String {
    format!("{COMMUNITY}/memberships/{}", organization.rsplit('/').next().unwrap())
}

fn end(organization: &str, etag: &str) -> pb::EndMembershipRequest {
    pb::EndMembershipRequest {
        name: named(organization),
        etag: etag.into(),
    }
}

#[tokio::test]
async fn members_are_registered_in_a_tree_and_listed_page_by_page() {
    let world = World::start().await;
    let node = &world.node;
    let request = pb::CreateMembershipRequest {
        superior: world.committee.clone(),
        external_ref: "BZ-1".into(),
        request_id: UUID.into(),
        ..registration(OrganizationKind::PartyBranch, " 第一党支部 ")
    };
    let branch: pb::Membership = node.call(&world.secretary, request.clone()).await.unwrap();
    assert_eq!(branch.organization.as_ref().unwrap().display_name, "第一党支部");
    assert_eq!(
        (branch.superior.as_str(), branch.external_ref.as_str()),
        (world.committee.as_str(), "BZ-1")
    );
    let again: pb::Membership = node.call(&world.secretary, request).await.unwrap();
    assert_eq!(again.name, branch.name);
    for index in 2..=16 {
        world
            .register(OrganizationKind::PartyBranch, &format!("第{index}党支部"))
            .await;
    }
    let mut token = String::new();
    let mut seen = Vec::new();
    loop {
        let request = pb::ListMembershipsRequest {
            parent: COMMUNITY.into(),
            page_size: 5,
            page_token: token,
            kind: OrganizationKind::PartyBranch.into(),
        };
        let page: pb::ListMembershipsResponse = node.call(&world.secretary, request).await.unwrap();
        seen.extend(
            page.memberships
                .into_iter()
                .map(|membership| membership.organization.unwrap().display_name),
        );
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(seen.len(), 16);
    assert_eq!((seen[0].as_str(), seen[15].as_str()), ("第一党支部", "第16党支部"));
    let request = pb::ListMembershipsRequest {
        parent: COMMUNITY.into(),
        page_token: "AAAA".into(),
        ..Default::default()
    };
    assert_eq!(
        node.refused::<pb::ListMembershipsResponse, _>(&world.secretary, request)
            .await,
        "PAGE_TOKEN_INVALID"
    );
}

#[tokio::test]
async fn registration_is_refused_with_its_reason() {
    let world = World::start().await;
    let node = &world.node;
    let refused = async |request| node.refused::<pb::Membership, _>(&world.secretary, request).await;
    let unit = world.register(OrganizationKind::ResidentUnit, "深圳北站").await;
    assert_eq!(refused(known(&unit)).await, "ORGANIZATION_ALREADY_MEMBER");
    assert_eq!(
        refused(known(&format!("organizations/{UUID}"))).await,
        "ORGANIZATION_NOT_FOUND"
    );
    assert_eq!(refused(known("organizations/1")).await, "MALFORMED_NAME");
    assert_eq!(
        refused(registration(OrganizationKind::PartyCommittee, "第二党委")).await,
        "PARTY_COMMITTEE_EXISTS"
    );
    let below_nobody = pb::CreateMembershipRequest {
        superior: format!("organizations/{UUID}"),
        ..registration(OrganizationKind::PartyBranch, "党支部")
    };
    assert_eq!(refused(below_nobody).await, "PARENT_NOT_A_MEMBER");
    let with_ref = |name| pb::CreateMembershipRequest {
        external_ref: "R1".into(),
        ..registration(OrganizationKind::ResidentUnit, name)
    };
    let _: pb::Membership = node.call(&world.secretary, with_ref("甲")).await.unwrap();
    assert_eq!(refused(with_ref("乙")).await, "EXTERNAL_REF_TAKEN");
    let mut bad = registration(OrganizationKind::Unspecified, "");
    bad.external_ref = "a\tb".into();
    let status = node.call::<_, pb::Membership>(&world.secretary, bad).await.unwrap_err();
    assert_eq!(
        fields(&status),
        ["organization.kind", "organization.display_name", "external_ref"]
    );
    let mut elsewhere = registration(OrganizationKind::ResidentUnit, "丙");
    elsewhere.parent = "communities/440305006013".into();
    assert_eq!(refused(elsewhere).await, "PERMISSION_DENIED");
}

#[tokio::test]
async fn a_membership_ends_with_posts_clients_and_invitations() {
    let world = World::start().await;
    let node = &world.node;
    let (admitted, collected) = world.partner("深圳北站").await;
    let unit = format!("organizations/{}", admitted.membership.rsplit('/').next().unwrap());
    let staff = world.enrol(&unit, Post::Staff, "zhan.yuan").await;
    let before = node.sequence().await;
    let refused = async |request| node.refused::<pb::Membership, _>(&world.secretary, request).await;
    assert_eq!(refused(end(&unit, "v7")).await, "ETAG_MISMATCH");
    assert_eq!(refused(end(&world.committee, "")).await, "PARTY_COMMITTEE_REQUIRED");
    assert_eq!(
        refused(end(&format!("organizations/{UUID}"), "")).await,
        "RESOURCE_NOT_FOUND"
    );

    let ended: pb::Membership = node.call(&world.secretary, end(&unit, "v1")).await.unwrap();
    assert_eq!((ended.state(), ended.etag.as_str()), (MembershipState::Ended, "v2"));
    assert_eq!(node.revisions.read(&ended.revision).unwrap().1.directory, before + 1);
    assert_eq!(refused(end(&unit, "")).await, "MEMBERSHIP_ENDED");
    let events = node.events().await;
    assert_eq!(
        events[events.len() - 3..],
        ["MembershipEnded", "AppointmentEnded", "ClientRevoked"]
    );

    let request = pb::GetAppointmentRequest {
        name: staff.appointment,
    };
    let appointment: pb::Appointment = node.call(&world.secretary, request).await.unwrap();
    assert!(!appointment.in_force && appointment.end_time.is_some());
    let request = pb::IssueClientTokenRequest {
        client: collected.client,
        client_secret: collected.client_secret,
    };
    assert_eq!(
        node.refused::<pb::ClientToken, _>(&Who::stranger(), request).await,
        "SIGN_IN_FAILED"
    );
    let status = crate::world::enrol(node, &collected.enrolment_code, "zhan.zhang")
        .await
        .unwrap_err();
    assert_eq!(crate::node::reason(&status), "ENROLMENT_CODE_WRONG");

    let back: pb::Membership = node.call(&world.secretary, known(&unit)).await.unwrap();
    assert_eq!(
        (back.state(), back.etag.as_str(), back.end_time),
        (MembershipState::Active, "v3", None)
    );
    let me: pb::WhoAmIResponse = node.call(&staff.who, pb::WhoAmIRequest {}).await.unwrap();
    assert!(me.capacities.is_empty(), "posts do not come back by themselves");
}

#[tokio::test]
async fn a_returning_member_is_not_put_below_its_own_branch() {
    let world = World::start().await;
    let node = &world.node;
    let upper = world.register(OrganizationKind::SocialOrganization, "协会").await;
    let request = pb::CreateMembershipRequest {
        superior: upper.clone(),
        ..registration(OrganizationKind::SocialOrganization, "分会")
    };
    let lower: pb::Membership = node.call(&world.secretary, request).await.unwrap();
    let _: pb::Membership = node.call(&world.secretary, end(&upper, "")).await.unwrap();
    let request = pb::CreateMembershipRequest {
        superior: lower.organization.unwrap().name,
        ..known(&upper)
    };
    assert_eq!(
        node.refused::<pb::Membership, _>(&world.secretary, request).await,
        "PARENT_NOT_A_MEMBER"
    );
}

#[tokio::test]
async fn members_are_seen_by_those_who_hold_a_post_or_a_client() {
    let world = World::start().await;
    let node = &world.node;
    let (_, collected) = world.partner("深圳北站").await;
    let list = || pb::ListMembershipsRequest {
        parent: COMMUNITY.into(),
        ..Default::default()
    };
    let client: Principal = format!("clients/{}", collected.client.rsplit('/').next().unwrap())
        .parse()
        .unwrap();
    let client = Who::new(client);
    let request = pb::GetClientRequest {
        name: collected.client.clone(),
    };
    let organization = node
        .call::<_, pb::Client>(&world.secretary, request)
        .await
        .unwrap()
        .organization;
    let seen: pb::ListMembershipsResponse = node
        .call(&client.clone().acting_as(&organization), list())
        .await
        .unwrap();
    assert_eq!(seen.memberships.len(), 2);
    let in_no_capacity = node.refused::<pb::ListMembershipsResponse, _>(&client, list()).await;
    assert_eq!(in_no_capacity, "PERMISSION_DENIED");
    let stranger = node
        .refused::<pb::ListMembershipsResponse, _>(&Who::stranger(), list())
        .await;
    assert_eq!(stranger, "UNAUTHENTICATED");
}
