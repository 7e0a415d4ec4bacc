//! Sharing through the gateway, in both wirings: two organizations want one hall at one minute, a need is claimed in parts, and a
//! project shows it whole.

use anyhow::{Result, bail};
use yihe::Wiring;
use yihe_kernel::Clock;
use yihe_proto::directory::v1::{EndMembershipRequest, GetAppointmentRequest};
use yihe_proto::ledger::v1::{ConfirmServiceRequest, RecordServiceRequest, ServiceGiver, ServiceRecord, Unit};
use yihe_proto::resource::v1::*;
use yihe_testkit::{Actor, Beizhan, Nats, Postgres, TestNode, TestNodeOptions, refused};

fn instant(text: &str) -> Option<prost_types::Timestamp> {
    text.parse::<yihe_kernel::Timestamp>()
        .ok()
        .map(yihe_kernel::Timestamp::to_proto)
}

async fn queue(actor: &Actor, hall: &Bookable) -> Result<Booking> {
    queue_at(actor, hall, "2030-03-05").await
}

async fn queue_at(actor: &Actor, hall: &Bookable, day: &str) -> Result<Booking> {
    Ok(actor.call(asking(hall, day)).await?)
}

fn asking(hall: &Bookable, day: &str) -> CreateBookingRequest {
    let booking = Booking {
        start_time: instant(&format!("{day}T19:00:00+08:00")),
        end_time: instant(&format!("{day}T21:00:00+08:00")),
        quantity: 1,
        purpose: "合唱排练".into(),
        ..Default::default()
    };
    CreateBookingRequest {
        parent: hall.name.clone(),
        booking: Some(booking),
        wait_if_full: true,
        ..Default::default()
    }
}

async fn share(options: TestNodeOptions) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let options = TestNodeOptions {
        data_dir: Some(folder.path().to_owned()),
        ..options
    };
    let node = TestNode::start(options.clone()).await?;
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

    a_resident_books(&beizhan, owner).await?;
    a_member_leaves(&beizhan, &hall).await?;

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
    let whole = GetProjectRequest {
        name: project.name.clone(),
    };
    let view = company.call(whole.clone()).await?;
    assert_eq!((view.needs[0].open_quantity, view.claims.len()), (20, 2));
    serve(&beizhan, &claimed).await?;
    let options = TestNodeOptions {
        starting_at: Some(node.clock.now()),
        ..options
    };
    // what the ledger told just before the end is heard at the latest when the node is back
    node.stop().await?;
    let node = TestNode::start(options).await?;
    let company = company.over_a_new_connection(node.address()).await?;
    let view = heard(&company, whole).await?;
    let [entry] = view.entries.as_slice() else {
        bail!("{:?}", view.entries);
    };
    assert_eq!(
        (entry.unit(), entry.amount, &entry.claim),
        (Unit::Minutes, 90, &claimed.name)
    );
    assert_eq!(view.totals.iter().map(|total| total.amount).sum::<i64>(), 90);
    node.stop().await?;
    Ok(())
}

/// Somebody of the school books for itself what is open to residents, and nothing else.
async fn a_resident_books(beizhan: &Beizhan, owner: &Actor) -> Result<()> {
    let resident = beizhan.school().person.acting_as("self");
    let register = |residents| CreateBookableRequest {
        parent: beizhan.community.clone(),
        bookable: Some(Bookable {
            kind: BookableKind::Place.into(),
            title: "乒乓球室".into(),
            capacity: 1,
            rules: Some(BookingRules {
                residents,
                ..Default::default()
            }),
            ..Default::default()
        }),
        request_id: String::new(),
    };
    let closed = owner.call(register(None)).await?;
    refused(
        resident.call(asking(&closed, "2030-03-05")).await,
        "ORGANIZATION_REQUIRED",
    )?;
    let open = owner.call(register(Some(ResidentRules::default()))).await?;
    let booked = queue(&resident, &open).await?;
    assert_eq!(booked.state(), BookingState::Confirmed);
    assert!(booked.booker.starts_with("users/"), "{booked:?}");
    let get = GetBookingRequest {
        name: booked.name.clone(),
    };
    // for the school it is somebody else's
    refused(beizhan.school().person.call(get.clone()).await, "PERMISSION_DENIED")?;
    assert_eq!(owner.call(get).await?, booked);
    let cancel = CancelBookingRequest {
        name: booked.name,
        reason: "另有安排".into(),
    };
    assert_eq!(resident.call(cancel).await?.state(), BookingState::Cancelled);
    Ok(())
}

/// What a member had booked goes to who waits for it, when the member leaves.
async fn a_member_leaves(beizhan: &Beizhan, hall: &Bookable) -> Result<()> {
    let (leaver, waiter) = (&beizhan.units[2], &beizhan.units[3].person);
    let booked = queue_at(&leaver.person, hall, "2030-03-06").await?;
    let waits = queue_at(waiter, hall, "2030-03-06").await?;
    assert_eq!(
        (booked.state(), waits.state()),
        (BookingState::Confirmed, BookingState::Waiting)
    );
    let (_, id) = leaver.organization.split_once('/').unwrap_or_default();
    let end = EndMembershipRequest {
        name: format!("{}/memberships/{id}", beizhan.community),
        ..Default::default()
    };
    beizhan.committee.person.call(end).await?;
    let get = GetBookingRequest { name: waits.name };
    for _ in 0..200 {
        if waiter.call(get.clone()).await?.state() == BookingState::Confirmed {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    bail!("who waited never moved up")
}

/// A pupil serves what the school claimed, and the station confirms it.
async fn serve(beizhan: &Beizhan, claim: &Claim) -> Result<()> {
    let (school, station) = (beizhan.school(), beizhan.station());
    let appointment = GetAppointmentRequest {
        name: school.appointment.clone(),
    };
    let user = beizhan.committee.person.call(appointment).await?.user;
    let record = |claim: &str, request_id: &str| RecordServiceRequest {
        parent: beizhan.community.clone(),
        service_record: Some(ServiceRecord {
            givers: vec![ServiceGiver {
                user: user.clone(),
                ..Default::default()
            }],
            receiver: station.organization.clone(),
            organizer: school.organization.clone(),
            minutes: 90,
            summary: "文明劝导".into(),
            claim: claim.to_owned(),
            ..Default::default()
        }),
        request_id: request_id.to_owned(),
    };
    let unknown = format!("{}/claims/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f", beizhan.community);
    let asked = record(&unknown, "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e02");
    refused(school.person.call(asked).await, "CLAIM_UNKNOWN")?;
    let asked = record(&claim.name, "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e01");
    let recorded = school.person.call(asked).await?;
    assert_eq!(recorded.project, claim.project);
    let confirm = ConfirmServiceRequest { name: recorded.name };
    station.person.call(confirm).await?;
    Ok(())
}

async fn heard(actor: &Actor, request: GetProjectRequest) -> Result<ProjectView> {
    for _ in 0..250 {
        let view = actor.call(request.clone()).await?;
        if !view.entries.is_empty() {
            return Ok(view);
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    bail!("what was credited never came to the project")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_process() -> Result<()> {
    share(TestNodeOptions::default()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_service_behind_its_own_socket() -> Result<()> {
    share(TestNodeOptions {
        wiring: Wiring::Tcp,
        ..TestNodeOptions::default()
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql() -> Result<()> {
    let server = Postgres::start()?;
    share(TestNodeOptions {
        database: Some(server.url()),
        ..TestNodeOptions::default()
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_two_processes_over_a_bus() -> Result<()> {
    let bus = Nats::start()?;
    share(TestNodeOptions {
        bus: Some(bus.url()),
        spread: true,
        ..TestNodeOptions::default()
    })
    .await
}
