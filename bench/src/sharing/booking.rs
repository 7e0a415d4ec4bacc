//! Who books what, and how fast it is booked through the gateway.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::{Context, Result};
use uuid::Uuid;
use yihe_kernel::{AdjustableClock, Clock, Ids, Timestamp};
use yihe_proto::resource::v1::{Bookable, BookableKind, Booking, CreateBookableRequest, CreateBookingRequest};
use yihe_testkit::Actor;

use super::load::{Callers, MANY, Rates, SOME, Spread, parts};
use super::{Arguments, raw_booking};
use crate::figures::Report;
use crate::room::{Community, Voter, last_id};

/// Minutes of one booking; one begins where another ends.
const MINUTES: i64 = 5;

/// Something that can be booked as a whole, and the next time at which nobody has it yet.
pub struct Hall {
    pub name: String,
    pub id: Uuid,
    pub owner: Uuid,
    next: AtomicI64,
}

/// One booking to make.
pub struct Stay<'a> {
    pub booker: &'a Voter,
    pub hall: &'a Hall,
    pub from: Timestamp,
    pub until: Timestamp,
    pub request_id: Uuid,
}

pub async fn measure(
    community: &Community,
    callers: &Callers,
    arguments: &Arguments,
    report: &Report,
) -> Result<Rates> {
    let halls = Halls::open(community).await.context("preparing")?;
    let copy = community.copy_of("resource").await.context("copying the data file")?;
    let mut rates = Rates::default();
    for round in 1..=arguments.rounds {
        let alone = halls.stays(arguments.alone, 1, Spread::Own);
        for part in parts(&alone, 1) {
            let raw = raw_booking::book(&copy, part, 1).await?;
            rates.one.push(raw, callers.call(requests(part), 1).await?);
        }
        let together = halls.stays(arguments.together, MANY, Spread::Own);
        for part in parts(&together, MANY) {
            let raw = raw_booking::book(&copy, part, MANY).await?;
            rates.many.push(raw, callers.call(requests(part), MANY).await?);
        }
        for (clients, spread, rates) in [
            (MANY, Spread::Same, &mut rates.many_contended),
            (SOME, Spread::Own, &mut rates.some),
            (SOME, Spread::Same, &mut rates.some_contended),
        ] {
            let stays = halls.stays(arguments.together, clients, spread);
            rates.push(callers.call(requests(&stays), clients).await?);
        }
        report.line(&format!("bookings, round {round}: {}", rates.last()));
    }
    Ok(rates)
}

/// A hall for each client, and one for all.
struct Halls<'a> {
    community: &'a Community,
    halls: Vec<Hall>,
    ids: Ids,
    first: Timestamp,
}

impl<'a> Halls<'a> {
    async fn open(community: &'a Community) -> Result<Self> {
        let clock = Arc::<AdjustableClock>::clone(&community.node.clock);
        let first = clock.now().plus_days(1);
        let ids = Ids::new(clock);
        let owner = community.voters.first().context("an owner")?;
        let mut halls = Vec::new();
        for index in 0..=MANY {
            halls.push(open(community, owner, &format!("会议室{index}"), &ids).await?);
        }
        Ok(Self {
            community,
            halls,
            ids,
            first,
        })
    }

    /// So many bookings of so many clients, in turn: each of the client's own hall, or all of the same.
    fn stays(&self, count: usize, clients: usize, spread: Spread) -> Vec<Stay<'_>> {
        let stay = |index: usize| {
            let client = index % clients;
            let hall = match spread {
                Spread::Own => &self.halls[client],
                Spread::Same => &self.halls[MANY],
            };
            let place = hall.next.fetch_add(1, Ordering::Relaxed);
            let at = |place: i64| self.first.plus_seconds(place * MINUTES * 60);
            Stay {
                booker: &self.community.voters[client],
                hall,
                from: at(place),
                until: at(place + 1),
                request_id: self.ids.next(),
            }
        };
        (0..count).map(stay).collect()
    }
}

fn requests<'a>(stays: &[Stay<'a>]) -> Vec<(&'a Actor, CreateBookingRequest)> {
    let request = |stay: &Stay<'a>| {
        let booking = Booking {
            start_time: Some(stay.from.to_proto()),
            end_time: Some(stay.until.to_proto()),
            quantity: 1,
            purpose: PURPOSE.to_owned(),
            ..Default::default()
        };
        let request = CreateBookingRequest {
            parent: stay.hall.name.clone(),
            booking: Some(booking),
            request_id: stay.request_id.to_string(),
            ..Default::default()
        };
        (&stay.booker.actor, request)
    };
    stays.iter().map(request).collect()
}

/// What every booking is for.
pub const PURPOSE: &str = "排练";

/// Registers a place that one can have at a time.
pub async fn open(community: &Community, owner: &Voter, title: &str, ids: &Ids) -> Result<Hall> {
    let bookable = Bookable {
        kind: BookableKind::Place.into(),
        title: title.to_owned(),
        capacity: 1,
        ..Default::default()
    };
    let request = CreateBookableRequest {
        parent: community.name.clone(),
        bookable: Some(bookable),
        request_id: ids.next::<Uuid>().to_string(),
    };
    let name = owner.actor.call(request).await.context("registering a hall")?.name;
    Ok(Hall {
        id: last_id(&name)?,
        owner: owner.organization,
        name,
        next: AtomicI64::new(0),
    })
}
