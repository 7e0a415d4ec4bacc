//! Party committees of regions, and secretaries appointed from above.

use yihe_kernel::Timestamp;
use yihe_proto::directory::v1::{self as pb, Post};

use crate::node::{COMMUNITY, Node, Who, reason};
use crate::world::{Person, World, activation, enrol};

pub const DISTRICT: &str = "regions/440309";
pub const STREET: &str = "regions/440309002";
const UUID: &str = "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";

fn establishment(region: &str) -> pb::EstablishRegionCommitteeRequest {
    pb::EstablishRegionCommitteeRequest {
        parent: region.into(),
        secretary_full_name: "李书记".into(),
        ..Default::default()
    }
}

/// Establishes a committee and enrols its secretary, who acts for it.
pub async fn establish(node: &Node, by: &Who, region: &str, login: &str) -> Person {
    let made: pb::EstablishRegionCommitteeResponse = node.call(by, establishment(region)).await.unwrap();
    let mut person = enrol(node, &made.enrolment_code, login).await.unwrap();
    person.who = person.who.acting_as(&made.committee.unwrap().organization);
    person
}

fn below(parent: &str, below: &str) -> pb::AppointSecretaryBelowRequest {
    pb::AppointSecretaryBelowRequest {
        parent: parent.into(),
        below: below.into(),
        full_name: "新书记".into(),
        ..Default::default()
    }
}

fn place(region: &str, post: Post) -> pb::AppointRegionPersonRequest {
    pb::AppointRegionPersonRequest {
        parent: region.into(),
        post: post.into(),
        full_name: "某人".into(),
        ..Default::default()
    }
}

async fn authority(node: &Node, region: &str) -> pb::Authority {
    let request = pb::GetAuthorityRequest {
        region: region.into(),
        ..Default::default()
    };
    node.call(&Who::service("policy"), request).await.unwrap()
}

async fn refused(node: &Node, who: &Who, request: pb::AppointSecretaryBelowRequest) -> String {
    node.refused::<pb::AppointSecretaryBelowResponse, _>(who, request).await
}

#[tokio::test]
async fn a_region_is_administered_by_the_nearest_committee() {
    for node in Node::start_both().await {
        assert_eq!(authority(&node, STREET).await.sequence, 0);
        let district = establish(&node, &Who::operator(), DISTRICT, "district").await;
        let above = authority(&node, DISTRICT).await;
        let street = authority(&node, STREET).await;
        assert_eq!(street.holdings, above.holdings, "the street has none of its own");
        assert_eq!(street.regions, [STREET, DISTRICT, "regions/4403", "regions/44"]);
        assert!(above.sequence > 0 && street.sequence == above.sequence);
        let division = authority(&node, "regions/440309002021").await;
        assert_eq!((division.sequence, division.holdings.len()), (0, 0));
        assert_eq!(authority(&node, "regions/440305").await.holdings, []);

        let own = establish(&node, &district.who, STREET, "street").await;
        let street = authority(&node, STREET).await;
        assert_eq!(street.holdings.len(), 1);
        assert_eq!(
            (street.holdings[0].user.as_str(), street.holdings[0].post()),
            (own.user.as_str(), Post::Secretary)
        );
        assert_eq!(street.holdings[0].kind(), pb::OrganizationKind::StreetPartyCommittee);
        // what the district changes is nothing to the street any more
        let member = pb::AppointRegionPersonRequest {
            user: own.user.clone(),
            full_name: String::new(),
            ..place(DISTRICT, Post::Member)
        };
        let made: pb::AppointRegionPersonResponse = node.call(&district.who, member).await.unwrap();
        let made = made.appointment.unwrap();
        assert!(made.in_force && made.full_name == "李书记");
        assert_eq!(authority(&node, DISTRICT).await.sequence, above.sequence + 1);
        assert_eq!(authority(&node, STREET).await.sequence, street.sequence);
        let ended: pb::RegionAppointment = node
            .call(
                &district.who,
                pb::EndRegionAppointmentRequest {
                    name: made.name,
                    etag: "v1".into(),
                },
            )
            .await
            .unwrap();
        assert!(!ended.in_force);
        let (scope, revision) = node.revisions.read(&ended.revision).unwrap();
        assert_eq!(
            (scope.to_string().as_str(), revision.directory),
            (DISTRICT, above.sequence + 2)
        );
    }
}

#[tokio::test]
async fn committees_are_established_from_above_once() {
    let node = Node::start().await;
    let missing = "regions/449999";
    assert_eq!(
        node.refused::<pb::EstablishRegionCommitteeResponse, _>(&Who::operator(), establishment(missing))
            .await,
        "REGION_NOT_FOUND"
    );
    let request = pb::EstablishRegionCommitteeRequest {
        request_id: UUID.into(),
        display_name: "中共龙华区委".into(),
        ..establishment(DISTRICT)
    };
    let made: pb::EstablishRegionCommitteeResponse = node.call(&Who::operator(), request.clone()).await.unwrap();
    let again: pb::EstablishRegionCommitteeResponse = node.call(&Who::operator(), request).await.unwrap();
    assert_eq!((again.invitation, again.enrolment_code.as_str()), (made.invitation, ""));
    assert_eq!(made.committee.unwrap().display_name, "中共龙华区委");
    for (region, reason) in [
        (DISTRICT, "REGION_COMMITTEE_EXISTS"),
        (STREET, "REGION_ADMINISTERED_FROM_ABOVE"),
        ("regions/440309002021", "REGION_IS_A_COMMUNITY"),
    ] {
        let refused = node
            .refused::<pb::EstablishRegionCommitteeResponse, _>(&Who::operator(), establishment(region))
            .await;
        assert_eq!(refused, reason, "{region}");
    }
    let bare = pb::EstablishRegionCommitteeRequest {
        secretary_full_name: String::new(),
        ..establishment("regions/440305")
    };
    let refused = node
        .refused::<pb::EstablishRegionCommitteeResponse, _>(&Who::operator(), bare)
        .await;
    assert_eq!(refused, "INVALID_REQUEST");
    let over = pb::EstablishRegionCommitteeRequest {
        secretary_end_time: Some(node.now().to_proto()),
        ..establishment("regions/440305")
    };
    let refused = node
        .refused::<pb::EstablishRegionCommitteeResponse, _>(&Who::operator(), over)
        .await;
    assert_eq!(refused, "TERM_EMPTY");
    let request = pb::GetRegionCommitteeRequest { parent: STREET.into() };
    let district = enrol(&node, &made.enrolment_code, "district").await.unwrap();
    let district = district
        .who
        .acting_as(&authority(&node, DISTRICT).await.holdings[0].organization);
    assert_eq!(
        node.refused::<pb::RegionCommittee, _>(&district, request).await,
        "REGION_COMMITTEE_MISSING",
        "what was refused has left nothing"
    );
    assert_eq!(
        node.events().await[1..],
        ["RegionCommitteeEstablished", "PersonInvited", "RegionAppointmentMade"]
    );
}

#[tokio::test]
async fn posts_in_a_region_are_given_and_ended() {
    let node = Node::start().await;
    let street = establish(&node, &Who::operator(), STREET, "street").await;
    let refused = async |request: pb::AppointRegionPersonRequest| {
        node.refused::<pb::AppointRegionPersonResponse, _>(&street.who, request)
            .await
    };
    assert_eq!(refused(place(STREET, Post::Secretary)).await, "SECRETARY_FROM_ABOVE");
    assert_eq!(refused(place(STREET, Post::Manager)).await, "POST_NOT_IN_KIND");
    let both = pb::AppointRegionPersonRequest {
        user: street.user.clone(),
        ..place(STREET, Post::Member)
    };
    assert_eq!(refused(both.clone()).await, "INVALID_REQUEST");
    let unknown = pb::AppointRegionPersonRequest {
        user: format!("users/{UUID}"),
        full_name: String::new(),
        ..both.clone()
    };
    assert_eq!(refused(unknown).await, "USER_NOT_FOUND");
    let member = pb::AppointRegionPersonRequest {
        full_name: String::new(),
        ..both
    };
    let over = pb::AppointRegionPersonRequest {
        end_time: Some(node.now().to_proto()),
        ..member.clone()
    };
    assert_eq!(refused(over).await, "TERM_EMPTY");
    let _: pb::AppointRegionPersonResponse = node.call(&street.who, member.clone()).await.unwrap();
    assert_eq!(refused(member).await, "POST_FILLED");

    let deputy = pb::AppointRegionPersonRequest {
        request_id: UUID.into(),
        ..place(STREET, Post::DeputySecretary)
    };
    let invited: pb::AppointRegionPersonResponse = node.call(&street.who, deputy.clone()).await.unwrap();
    let again: pb::AppointRegionPersonResponse = node.call(&street.who, deputy).await.unwrap();
    assert_eq!(
        (&again.invitation, again.enrolment_code.as_str()),
        (&invited.invitation, "")
    );
    let end = |name: &str, etag: &str| pb::EndRegionAppointmentRequest {
        name: name.into(),
        etag: etag.into(),
    };
    let refused = async |request: pb::EndRegionAppointmentRequest| {
        node.refused::<pb::RegionAppointment, _>(&street.who, request).await
    };
    assert_eq!(refused(end(&street.appointment, "")).await, "LAST_SECRETARY");
    let deputy = enrol(&node, &invited.enrolment_code, "deputy").await.unwrap();
    assert_eq!(
        reason(&enrol(&node, &invited.enrolment_code, "twice").await.unwrap_err()),
        "ENROLMENT_CODE_WRONG"
    );
    assert_eq!(refused(end(&deputy.appointment, "v7")).await, "ETAG_MISMATCH");
    let _: pb::RegionAppointment = node.call(&street.who, end(&deputy.appointment, "v1")).await.unwrap();
    assert_eq!(refused(end(&deputy.appointment, "")).await, "APPOINTMENT_ENDED");
    assert_eq!(
        refused(end(&format!("{STREET}/appointments/{UUID}"), "")).await,
        "RESOURCE_NOT_FOUND"
    );
    let list = |page_token: String| pb::ListRegionAppointmentsRequest {
        parent: STREET.into(),
        page_size: 2,
        page_token,
    };
    let first: pb::ListRegionAppointmentsResponse = node.call(&street.who, list(String::new())).await.unwrap();
    let rest: pb::ListRegionAppointmentsResponse = node.call(&street.who, list(first.next_page_token)).await.unwrap();
    assert_eq!((first.appointments.len(), rest.appointments.len()), (2, 1));
    assert_eq!(rest.appointments[0].name, deputy.appointment);
    let get = pb::GetRegionAppointmentRequest {
        name: deputy.appointment.clone(),
    };
    let got: pb::RegionAppointment = node.call(&street.who, get).await.unwrap();
    assert_eq!((got.full_name.as_str(), got.in_force), ("某人", false));
}

#[tokio::test]
async fn a_lapsed_last_secretary_is_replaced_from_above() {
    let world = World::start().await;
    let node = &world.node;
    let district = establish(node, &Who::operator(), DISTRICT, "district").await;
    // the street has no committee: the district is the level above the community
    assert_eq!(
        refused(node, &district.who, below(STREET, COMMUNITY)).await,
        "SECRETARY_IN_OFFICE"
    );
    let until = node.now().plus_days(10);
    let request = pb::AppointSecretaryBelowRequest {
        replace: true,
        end_time: Some(until.to_proto()),
        request_id: UUID.into(),
        ..below(STREET, COMMUNITY)
    };
    let invited: pb::AppointSecretaryBelowResponse = node.call(&district.who, request.clone()).await.unwrap();
    let again: pb::AppointSecretaryBelowResponse = node.call(&district.who, request).await.unwrap();
    assert_eq!(
        (&again.invitation, again.enrolment_code.as_str()),
        (&invited.invitation, "")
    );
    assert_eq!(
        refused(node, &district.who, below(DISTRICT, COMMUNITY)).await,
        "SECRETARY_IN_OFFICE",
        "somebody is invited"
    );
    let second = enrol(node, &invited.enrolment_code, "second").await.unwrap();
    assert!(second.appointment.starts_with(COMMUNITY));
    let list = pb::ListAppointmentsRequest {
        parent: COMMUNITY.into(),
        ..Default::default()
    };
    let committee = second.who.clone().acting_as(&world.committee);
    let _: pb::ListAppointmentsResponse = node.call(&committee, list.clone()).await.unwrap();
    assert_eq!(
        node.refused::<pb::ListAppointmentsResponse, _>(&world.secretary, list.clone())
            .await,
        "PERMISSION_DENIED"
    );
    node.clock.set(until);
    assert_eq!(
        node.refused::<pb::ListAppointmentsResponse, _>(&committee, list.clone())
            .await,
        "PERMISSION_DENIED",
        "the term is over"
    );
    let unknown = pb::AppointSecretaryBelowRequest {
        user: format!("users/{UUID}"),
        full_name: String::new(),
        ..below(DISTRICT, COMMUNITY)
    };
    assert_eq!(refused(node, &district.who, unknown.clone()).await, "USER_NOT_FOUND");
    let enrolled = pb::AppointSecretaryBelowRequest {
        user: second.user.clone(),
        ..unknown
    };
    let over = pb::AppointSecretaryBelowRequest {
        end_time: Some(node.now().to_proto()),
        ..enrolled.clone()
    };
    assert_eq!(refused(node, &district.who, over).await, "TERM_EMPTY");
    let made: pb::AppointSecretaryBelowResponse = node.call(&district.who, enrolled).await.unwrap();
    assert!(made.appointment.starts_with(COMMUNITY) && made.invitation.is_empty());
    let _: pb::ListAppointmentsResponse = node.call(&committee, list).await.unwrap();
    let told = node.events().await;
    let told = told.iter().filter(|kind| *kind == "SecretaryAppointedFromAbove");
    assert_eq!(told.count(), 2);
}

#[tokio::test]
async fn only_the_level_directly_above_appoints() {
    let world = World::start().await;
    let node = &world.node;
    // with nothing recorded above the operator breaks the glass, and for a vacant seat only
    assert_eq!(
        refused(node, &Who::operator(), below(STREET, COMMUNITY)).await,
        "SECRETARY_IN_OFFICE"
    );
    let replace = pb::AppointSecretaryBelowRequest {
        replace: true,
        ..below(STREET, COMMUNITY)
    };
    assert_eq!(refused(node, &Who::operator(), replace).await, "NOT_DIRECTLY_BELOW");
    let end = node.now().plus_days(1);
    let made: pb::EstablishRegionCommitteeResponse = node
        .call(
            &Who::operator(),
            pb::EstablishRegionCommitteeRequest {
                secretary_end_time: Some(end.to_proto()),
                ..establishment(DISTRICT)
            },
        )
        .await
        .unwrap();
    let first = enrol(node, &made.enrolment_code, "district").await.unwrap();
    let first = first.who.acting_as(&made.committee.unwrap().organization);
    let street = establish(node, &first, STREET, "street").await;
    for (who, parent, target) in [
        (&first, DISTRICT, COMMUNITY),
        (&first, "regions/440309003", COMMUNITY),
        (&street.who, STREET, DISTRICT),
        (&street.who, STREET, STREET),
    ] {
        assert_eq!(
            refused(node, who, below(parent, target)).await,
            "NOT_DIRECTLY_BELOW",
            "{parent} {target}"
        );
    }
    assert_eq!(
        refused(node, &street.who, below(STREET, "communities/440309002020")).await,
        "COMMUNITY_NOT_FOUND"
    );
    assert_eq!(
        refused(node, &first, below(DISTRICT, "regions/440309003")).await,
        "REGION_COMMITTEE_MISSING"
    );
    assert_eq!(
        refused(node, &first, below(DISTRICT, "organizations/x")).await,
        "MALFORMED_NAME"
    );
    assert_eq!(
        refused(node, &Who::operator(), below(DISTRICT, STREET)).await,
        "REGION_ADMINISTERED_FROM_ABOVE"
    );
    // the last of the top has lapsed: nobody is left but the operator
    node.clock.set(end);
    let invited: pb::AppointSecretaryBelowResponse =
        node.call(&Who::operator(), below(DISTRICT, DISTRICT)).await.unwrap();
    let next = enrol(node, &invited.enrolment_code, "next").await.unwrap();
    assert!(next.appointment.starts_with(DISTRICT));
}

#[tokio::test]
async fn a_sign_out_counts_in_regions_too() {
    let node = Node::start().await;
    let street = establish(&node, &Who::operator(), STREET, "street").await;
    let before = authority(&node, STREET).await;
    assert_eq!(before.cutoffs, []);
    let _: pb::SignOutResponse = node.call(&street.who, pb::SignOutRequest {}).await.unwrap();
    let after = authority(&node, STREET).await;
    assert_eq!(after.sequence, before.sequence + 1);
    let cutoff = Timestamp::from_proto(after.cutoffs[0].cutoff_time.as_ref().unwrap());
    assert_eq!(
        (after.cutoffs[0].principal.as_str(), cutoff.is_some()),
        (street.user.as_str(), true)
    );
}

#[tokio::test]
async fn a_person_of_a_community_takes_a_post_above() {
    let world = World::start().await;
    let node = &world.node;
    let street = establish(node, &Who::operator(), STREET, "street").await;
    let invited: pb::AppointRegionPersonResponse = node.call(&street.who, place(STREET, Post::Member)).await.unwrap();
    let request = pb::AcceptInvitationRequest {
        enrolment_code: invited.enrolment_code,
    };
    let accepted: pb::AcceptInvitationResponse = node.call(&world.secretary, request).await.unwrap();
    assert!(accepted.appointment.starts_with(STREET));
    let who: pb::WhoAmIResponse = node.call(&world.secretary, pb::WhoAmIRequest {}).await.unwrap();
    let places: Vec<_> = who
        .capacities
        .iter()
        .map(|capacity| format!("{}{}", capacity.community, capacity.region))
        .collect();
    assert_eq!(places, [COMMUNITY, STREET]);
    assert_eq!(who.full_name, "王书记");
    let activation = activation();
    assert_eq!(
        node.refused::<pb::Community, _>(&street.who, activation).await,
        "PERMISSION_DENIED",
        "what the operator does no level above may"
    );
}
