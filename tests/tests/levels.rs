//! Levels above a community: a district forbids, and no community below can loosen it; elsewhere nothing changes.

use std::time::Duration;

use anyhow::{Context, Result};
use tonic::{Code, Status};
use yihe::Wiring;
use yihe_kernel::Clock;
use yihe_proto::Guarded;
use yihe_proto::directory::v1::{
    ActivateCommunityRequest, AppointRegionPersonRequest, AppointSecretaryBelowRequest,
    EstablishRegionCommitteeRequest, ListAppointmentsRequest, ListMembershipsRequest, ListRegionAppointmentsRequest,
    Post, WhoAmIRequest,
};
use yihe_proto::policy::v1::{ExplainRequest, Verdict};
use yihe_testkit::{Actor, Beizhan, TestNode, TestNodeOptions, establish, refused, secretary_below};

const DISTRICT: &str = "regions/440309";
const STREET: &str = "regions/440309002";
const NEXT_STREET: &str = "regions/440309003";
const COMMUNITY: &str = "communities/440309002020";

async fn district_forbids(wiring: Wiring) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let grants = folder.path().join("grants.csv");
    // Longhua district (440309) keeps everybody from the lists of appointments; a grant for Beizhan does not help;
    // a denial of Nanshan district (440305) does not reach it; one that has ended is none
    std::fs::write(
        &grants,
        "role,domain,permission,effect,condition,effective,expire\n\
         */*,440309,directory.appointment.list,deny,,,\n\
         PARTY_COMMITTEE/*,440309002021,directory.appointment.list,allow,,,\n\
         */*,440305,directory.membership.list,deny,,,\n\
         */*,440309,directory.membership.list,deny,,,2026-01-01T00:00:00Z\n",
    )?;
    let options = TestNodeOptions {
        wiring,
        grants_file: Some(grants),
        ..TestNodeOptions::default()
    };
    let node = TestNode::start(options).await?;
    let beizhan = Beizhan::set_up(&node).await?;
    let secretary = &beizhan.committee.person;
    let request = ListAppointmentsRequest {
        parent: beizhan.community.clone(),
        ..Default::default()
    };
    refused(secretary.call(request).await, "PERMISSION_DENIED")?;
    let request = ListMembershipsRequest {
        parent: beizhan.community.clone(),
        ..Default::default()
    };
    secretary
        .call(request)
        .await
        .context("another district's denial, and one that has ended, deny nothing here")?;
    let request = ExplainRequest {
        parent: beizhan.community.clone(),
        permission: "directory.appointment.list".into(),
        ..Default::default()
    };
    let explained = secretary.call(request).await?;
    assert_eq!(explained.verdict(), Verdict::Deny);
    assert!(
        explained.grants.first().is_some_and(|grant| grant.domain == "440309"),
        "{:?}",
        explained.grants
    );
    node.stop().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_district_forbids_in_process() -> Result<()> {
    district_forbids(Wiring::Direct).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_district_forbids_over_sockets() -> Result<()> {
    district_forbids(Wiring::Tcp).await
}

/// Waits for what the levels above a place have changed: a token tells of the place itself alone.
async fn soon<R: Guarded + Clone>(actor: &Actor, request: R) -> Result<R::Response, Status> {
    let mut answer = actor.call(request.clone()).await;
    for _ in 0..100 {
        match &answer {
            Err(status) if matches!(status.code(), Code::PermissionDenied | Code::Unavailable) => {}
            _ => break,
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        answer = actor.call(request.clone()).await;
    }
    answer
}

async fn activate(node: &TestNode, community: &str) -> Result<()> {
    let request = ActivateCommunityRequest {
        region: community.replace("communities/", "regions/"),
        ..Default::default()
    };
    let made = node.operator()?.call(request).await?;
    node.stranger().saw(&made.name, &made.revision);
    Ok(())
}

fn members(community: &str) -> ListMembershipsRequest {
    ListMembershipsRequest {
        parent: community.to_owned(),
        ..Default::default()
    }
}

fn people(region: &str) -> ListRegionAppointmentsRequest {
    ListRegionAppointmentsRequest {
        parent: region.to_owned(),
        ..Default::default()
    }
}

async fn three_levels(wiring: Wiring) -> Result<()> {
    let node = TestNode::start(TestNodeOptions {
        wiring,
        ..TestNodeOptions::default()
    })
    .await?;
    let operator = node.operator()?;
    let district = establish(&node, &operator, DISTRICT, "district").await?;
    // from now on the district acts, and the operator does not
    let street = EstablishRegionCommitteeRequest {
        parent: STREET.into(),
        secretary_full_name: "甲".into(),
        ..Default::default()
    };
    refused(operator.call(street.clone()).await, "REGION_ADMINISTERED_FROM_ABOVE")?;
    soon(&district.person, people(STREET))
        .await
        .context("a street without a committee is administered by the district")?;
    let street = establish(&node, &district.person, STREET, "street").await?;
    let next_street = establish(&node, &district.person, NEXT_STREET, "next").await?;
    let who = street.person.call(WhoAmIRequest {}).await?;
    assert_eq!(who.capacities.len(), 1);
    assert_eq!(
        (who.capacities[0].region.as_str(), who.capacities[0].post()),
        (STREET, Post::Secretary)
    );

    // who sits where: each in its own, and the district no longer in the street that has its own committee
    let listed = street.person.call(people(STREET)).await?;
    assert_eq!(listed.appointments.len(), 1);
    refused(street.person.call(people(NEXT_STREET)).await, "NOT_YOUR_CAPACITY")?;
    refused(street.person.call(people(DISTRICT)).await, "NOT_YOUR_CAPACITY")?;
    let plain = node.stranger().with_token(&street.person.token().context("a token")?);
    refused(plain.call(people(NEXT_STREET)).await, "PERMISSION_DENIED")?;
    refused(district.person.call(people(STREET)).await, "NOT_YOUR_CAPACITY")?;
    let request = AppointRegionPersonRequest {
        parent: STREET.into(),
        full_name: "街道干事".into(),
        post: Post::Clerk.into(),
        ..Default::default()
    };
    let invited = street.person.call(request.clone()).await?;
    assert!(invited.appointment.is_none() && !invited.enrolment_code.is_empty());
    let request = AppointRegionPersonRequest {
        post: Post::Secretary.into(),
        ..request
    };
    refused(street.person.call(request).await, "SECRETARY_FROM_ABOVE")?;

    secretary_from_above(&node, [&district.person, &street.person, &next_street.person]).await?;
    node.stop().await?;
    Ok(())
}

async fn secretary_from_above(node: &TestNode, [district, street, next_street]: [&Actor; 3]) -> Result<()> {
    activate(node, COMMUNITY).await?;
    let until = node.clock.now().plus_days(40);
    let request = |parent: &str| AppointSecretaryBelowRequest {
        parent: parent.to_owned(),
        below: COMMUNITY.into(),
        full_name: "书记".into(),
        ..Default::default()
    };
    refused(next_street.call(request(NEXT_STREET)).await, "NOT_DIRECTLY_BELOW")?;
    refused(district.call(request(DISTRICT)).await, "NOT_DIRECTLY_BELOW")?;
    let operator = node.operator()?;
    refused(operator.call(request(STREET)).await, "REGION_ADMINISTERED_FROM_ABOVE")?;
    let first = secretary_below(node, street, (STREET, COMMUNITY), "first", Some(until)).await?;
    first.call(members(COMMUNITY)).await.context("the secretary acts")?;
    refused(street.call(request(STREET)).await, "SECRETARY_IN_OFFICE")?;
    refused(street.call(members(COMMUNITY)).await, "NOT_YOUR_CAPACITY")
        .context("who appoints a secretary holds nothing in the community")?;

    // the term is honoured to the instant, nobody acting; and a lapsed last secretary is no lock-out
    node.clock.set(until);
    refused(first.call(members(COMMUNITY)).await, "PERMISSION_DENIED")?;
    let second = secretary_below(node, street, (STREET, COMMUNITY), "second", None).await?;
    second
        .call(members(COMMUNITY))
        .await
        .context("the next secretary acts")?;

    // by choice, in place of the one in office
    let user = first.call(WhoAmIRequest {}).await?.principal;
    let back = AppointSecretaryBelowRequest {
        user,
        full_name: String::new(),
        replace: true,
        ..request(STREET)
    };
    let appointed = street.call(back).await?;
    street.saw(COMMUNITY, &appointed.revision);
    first.call(members(COMMUNITY)).await.context("back in office")?;
    refused(second.call(members(COMMUNITY)).await, "PERMISSION_DENIED")?;

    // the district replaces the street's secretary the same way
    let below = AppointSecretaryBelowRequest {
        below: STREET.into(),
        replace: true,
        ..request(DISTRICT)
    };
    let invited = district.call(below).await?;
    district.saw(STREET, &invited.revision);
    refused(street.call(request(STREET)).await, "NOT_YOUR_CAPACITY")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_levels_in_process() -> Result<()> {
    three_levels(Wiring::Direct).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_levels_over_sockets() -> Result<()> {
    three_levels(Wiring::Tcp).await
}
