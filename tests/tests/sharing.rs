//! Sharing through the gateway, in both wirings: two organizations want one hall at one minute, a need is claimed in parts, and a
//! project shows it whole.

use anyhow::Result;
use yihe::Wiring;
use yihe_proto::resource::v1::*;
use yihe_testkit::{Actor, Beizhan, TestNode, TestNodeOptions, refused};

fn instant(text: &str) -> Option<prost_types::Timestamp> {
    text.parse::<yihe_kernel::Timestamp>()
        .ok()
        .map(yihe_kernel::Timestamp::to_proto)
}

async fn queue(actor: &Actor, hall: &Bookable) -> Result<Booking> {
    let booking = Booking {
        start_time: instant("2030-03-05T19:00:00+08:00"),
        end_time: instant("2030-03-05T21:00:00+08:00"),
        quantity: 1,
        purpose: "合唱排练".into(),
        ..Default::default()
    };
    let request = CreateBookingRequest {
        parent: hall.name.clone(),
        booking: Some(booking),
        wait_if_full: true,
        ..Default::default()
    };
    Ok(actor.call(request).await?)
}

async fn share(wiring: Wiring) -> Result<()> {
    let options = TestNodeOptions {
        wiring,
        ..TestNodeOptions::default()
    };
    let node = TestNode::start(options).await?;
    let beizhan = Beizhan::set_up(&node).await?;
    let (station, school) = (&beizhan.station().person, &beizhan.school().person);
    let owner = &beizhan.resident_committee.person;
    let hall = CreateBookableRequest {
        parent: beizhan.community.clone(),
        bookable: Some(Bookable {
            kind: BookableKind::Place.into(),
            title: "多功能厅".into(),
            capacity: 1,
            ..Default::default()
        }),
        request_id: String::new(),
    };
    let hall = owner.call(hall).await?;
    let (first, second) = tokio::join!(queue(station, &hall), queue(school, &hall));
    let mut both = [(first?, station), (second?, school)];
    both.sort_by_key(|(booking, _)| booking.state());
    let [(booked, booker), (waits, waiter)] = both;
    assert_eq!(
        (booked.state(), waits.state()),
        (BookingState::Confirmed, BookingState::Waiting)
    );
    // nobody else's booking is to be seen, and the core sees all
    let get = |name: &str| GetBookingRequest { name: name.to_owned() };
    refused(waiter.call(get(&booked.name)).await, "PERMISSION_DENIED")?;
    assert_eq!(beizhan.committee.person.call(get(&booked.name)).await?, booked);
    let cancel = CancelBookingRequest {
        name: booked.name.clone(),
        reason: "另有安排".into(),
    };
    booker.call(cancel).await?;
    assert_eq!(waiter.call(get(&waits.name)).await?.state(), BookingState::Confirmed);

    let project = CreateProjectRequest {
        parent: beizhan.community.clone(),
        project: Some(Project {
            title: "小小文明劝导员".into(),
            ..Default::default()
        }),
        request_id: String::new(),
    };
    let project = station.call(project).await?;
    let need = CreateNeedRequest {
        parent: beizhan.community.clone(),
        need: Some(Need {
            category: "people.volunteers".into(),
            title: "文明劝导志愿者".into(),
            quantity: 100,
            unit: QuantityUnit::Hour.into(),
            project: project.name.clone(),
            ..Default::default()
        }),
        request_id: String::new(),
    };
    let need = station.call(need).await?;
    let claim = |quantity| ClaimNeedRequest {
        name: need.name.clone(),
        claim: Some(Claim {
            quantity,
            ..Default::default()
        }),
        request_id: String::new(),
    };
    let claimed = school.call(claim(80)).await?;
    let accept = AcceptClaimRequest {
        name: claimed.name.clone(),
    };
    station.call(accept).await?;
    let company = &beizhan.property_company.person;
    let above = refused(company.call(claim(21)).await, "CLAIM_ABOVE_OPEN")?;
    assert_eq!(above.metadata["open"], "20");
    company.call(claim(20)).await?;
    let whole = GetProjectRequest { name: project.name };
    let whole = company.call(whole).await?;
    assert_eq!((whole.needs[0].open_quantity, whole.claims.len()), (20, 2));
    node.stop().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_process() -> Result<()> {
    share(Wiring::Direct).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_service_behind_its_own_socket() -> Result<()> {
    share(Wiring::Tcp).await
}
