//! The record through the gateway, in both wirings and over a bus: an organization admitted from outside follows it with its own
//! system, is cut off, and comes again; nobody sees what is another's.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::timeout;
use yihe::Wiring;
use yihe_proto::directory::v1::*;
use yihe_proto::record::v1::*;
use yihe_proto::resource::v1::*;
use yihe_testkit::{Actor, Beizhan, Nats, TestNode, TestNodeOptions, refused};

const PATIENCE: Duration = Duration::from_secs(20);

/// The own system of a social organization that applied and was admitted.
async fn partner(node: &TestNode, beizhan: &Beizhan) -> Result<Actor> {
    let request = ApplyForMembershipRequest {
        community: beizhan.community.clone(),
        kind: OrganizationKind::SocialOrganization.into(),
        display_name: "社工站".into(),
        contact_name: "联系人".into(),
        ..Default::default()
    };
    let applied = node.stranger().call(request).await?;
    let request = AdmitApplicationRequest {
        name: applied.application.clone(),
    };
    let admitted = beizhan.committee.person.call(request).await?;
    node.stranger().saw(&admitted.name, &admitted.revision);
    let request = CollectCredentialsRequest {
        application: applied.application,
        claim_code: applied.claim_code,
    };
    let credentials = node.stranger().call(request).await?;
    let client = node.stranger();
    Ok(client
        .sign_in_client(&credentials.client, &credentials.client_secret)
        .await?)
}

async fn hall(beizhan: &Beizhan) -> Result<Bookable> {
    let request = CreateBookableRequest {
        parent: beizhan.community.clone(),
        bookable: Some(Bookable {
            kind: BookableKind::Place.into(),
            title: "多功能厅".into(),
            capacity: 1,
            ..Default::default()
        }),
        request_id: String::new(),
    };
    Ok(beizhan.resident_committee.person.call(request).await?)
}

async fn book(actor: &Actor, hall: &Bookable, day: u32) -> Result<Booking> {
    let instant = |hour: u32| -> Result<_> {
        let text = format!("2030-03-{day:02}T{hour}:00:00+08:00");
        Ok(text.parse::<yihe_kernel::Timestamp>()?.to_proto())
    };
    let request = CreateBookingRequest {
        parent: hall.name.clone(),
        booking: Some(Booking {
            start_time: Some(instant(19)?),
            end_time: Some(instant(21)?),
            quantity: 1,
            purpose: "排练".into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    Ok(actor.call(request).await?)
}

/// Events about bookings and bookables after a cursor, until so many came; and where to go on.
async fn follow(actor: &Actor, community: &str, cursor: &str, count: usize) -> Result<(Vec<Event>, String)> {
    let request = SubscribeRequest {
        parent: community.to_owned(),
        cursor: cursor.to_owned(),
        filter: Some(EventFilter {
            types: vec!["yihe.resource.v1.*".into()],
            ..Default::default()
        }),
        ..Default::default()
    };
    let mut stream = actor.watch(request).await?;
    let (mut events, mut cursor) = (Vec::new(), cursor.to_owned());
    while events.len() < count {
        let message = timeout(PATIENCE, stream.message())
            .await
            .context("nothing was told")??;
        let message = message.context("the stream has ended")?;
        events.extend(message.events);
        cursor = message.cursor;
    }
    Ok((events, cursor))
}

fn subjects(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.subject.as_str()).collect()
}

async fn journey(options: TestNodeOptions) -> Result<()> {
    let node = TestNode::start(options).await?;
    let beizhan = Beizhan::set_up(&node).await?;
    let (partner, school) = (partner(&node, &beizhan).await?, &beizhan.school().person);
    let community = beizhan.community.as_str();
    let hall = hall(&beizhan).await?;
    let first = book(&partner, &hall, 5).await?;
    let (events, cursor) = follow(&partner, community, "", 2).await?;
    assert_eq!(subjects(&events), [&hall.name, &first.name]);
    // what happens while it is cut off is told when it comes again, and what is another's is not
    let of_others = book(school, &hall, 6).await?;
    let second = book(&partner, &hall, 7).await?;
    let third = book(&partner, &hall, 8).await?;
    let (events, _) = follow(&partner, community, &cursor, 2).await?;
    assert_eq!(subjects(&events), [&second.name, &third.name]);
    let of_owner = EventFilter {
        subject: hall.name.clone(),
        ..Default::default()
    };
    let list = ListEventsRequest {
        parent: community.to_owned(),
        filter: Some(of_owner),
        order: EventOrder::OldestFirst.into(),
        ..Default::default()
    };
    let owner = beizhan.resident_committee.person.call(list.clone()).await?.events;
    assert_eq!(
        subjects(&owner),
        [&hall.name, &first.name, &of_others.name, &second.name, &third.name]
    );
    let seen = school.call(list).await?.events;
    assert_eq!(subjects(&seen), [&hall.name, &of_others.name]);
    let hidden = owner
        .iter()
        .find(|event| event.subject == first.name)
        .context("is recorded")?;
    let get = GetEventRequest {
        name: hidden.name.clone(),
    };
    refused(school.call(get.clone()).await, "RESOURCE_NOT_FOUND")?;
    ensure!(partner.call(get).await?.name == hidden.name, "its own is not found");
    whole(&beizhan).await?;
    a_webhook_hears_of_a_booking(&beizhan, &partner, &hall).await?;
    let history = GetHistoryRequest {
        parent: community.to_owned(),
    };
    refused(partner.call(history).await, "PERMISSION_DENIED")?;
    node.stop().await?;
    Ok(())
}

/// The partner's own system is posted its booking, and not another's.
async fn a_webhook_hears_of_a_booking(beizhan: &Beizhan, partner: &Actor, hall: &Bookable) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let create = CreateWebhookRequest {
        parent: beizhan.community.clone(),
        webhook: Some(Webhook {
            url: format!("http://{}/yihe", listener.local_addr()?),
            filter: Some(EventFilter {
                types: vec!["yihe.resource.v1.BookingMade".into()],
                ..Default::default()
            }),
            ..Default::default()
        }),
        ..Default::default()
    };
    let webhook = partner.call(create).await?;
    ensure!(webhook.secret.starts_with("whsec_"), "no secret was told");
    let get = GetWebhookRequest {
        name: webhook.name.clone(),
    };
    refused(beizhan.school().person.call(get).await, "PERMISSION_DENIED")?;
    book(&beizhan.school().person, hall, 11).await?;
    let own = book(partner, hall, 12).await?;
    let (mut stream, _) = timeout(PATIENCE, listener.accept())
        .await
        .context("nothing was posted")??;
    let mut posted = Vec::new();
    while !posted.ends_with(b"}") {
        ensure!(stream.read_buf(&mut posted).await? > 0, "the post was cut off");
    }
    stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await?;
    let posted = String::from_utf8(posted)?;
    for expected in [
        "POST /yihe HTTP/1.1",
        "webhook-signature: v1,",
        "webhook-id: ",
        &own.name,
    ] {
        ensure!(posted.contains(expected), "{expected} is not in {posted}");
    }
    Ok(())
}

/// What other services told stands in the history too, and names nobody.
async fn whole(beizhan: &Beizhan) -> Result<()> {
    let secretary = &beizhan.committee.person;
    for source in ["directory", "resource"] {
        let list = ListEventsRequest {
            parent: beizhan.community.clone(),
            filter: Some(EventFilter {
                sources: vec![source.into()],
                ..Default::default()
            }),
            page_size: 1000,
            ..Default::default()
        };
        let events = secretary.call(list).await?.events;
        if events.is_empty() {
            bail!("nothing of the {source} service is recorded");
        }
        for event in events {
            let told = String::from_utf8_lossy(&event.data);
            ensure!(!told.contains("联系人"), "{} tells a person's name", event.r#type);
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partner_follows_the_record_in_process() -> Result<()> {
    journey(TestNodeOptions::default()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partner_follows_the_record_over_sockets_and_a_bus() -> Result<()> {
    let nats = Nats::start()?;
    journey(TestNodeOptions {
        wiring: Wiring::Tcp,
        bus: Some(nats.url()),
        spread: true,
        ..TestNodeOptions::default()
    })
    .await
}
