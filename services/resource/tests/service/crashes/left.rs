use std::collections::BTreeMap;

use yihe_proto::resource::v1::*;
use yihe_testkit::crash::Asked;

use super::work::{Act, Scene};
use crate::harness::{PARENT, told};

/// Everything that was asked for is there once and whole, nothing else is, and the events tell the same.
pub async fn compare(world: &Scene, asked: &Asked<Act>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut found: BTreeMap<u64, usize> = BTreeMap::new();
    for booking in bookings(world).await {
        *found.entry(booking.purpose.parse().unwrap()).or_default() += 1;
    }
    for (number, act) in asked.made() {
        let wanted = match act {
            Act::Book | Act::Hold => 1,
            Act::Series => 3,
            _ => 0,
        };
        let is = found.remove(&number).unwrap_or_default();
        if is != wanted {
            wrong.push(format!("{number} has {is} bookings, not {wanted}"));
        }
    }
    if !found.is_empty() {
        wrong.push(format!("nobody asked for {found:?}"));
    }
    let request = GetNeedRequest {
        name: world.need.clone(),
    };
    let need = told(world.center.needs().get_need(request)).await.unwrap();
    let events = world.house.started.feed.after(0, u64::from(u32::MAX)).await.unwrap();
    let told = |kind: &str| {
        let of_kind = events.iter().filter(|event| event.kind.ends_with(kind));
        i64::try_from(of_kind.count()).unwrap()
    };
    let count = |act| asked.count(act);
    let booked = count(Act::Book) + 3 * count(Act::Series) + count(Act::Confirm);
    let sums = [
        ("committed", count(Act::Accept), need.committed_quantity),
        ("bookings told of", booked, told(".BookingMade")),
        ("holds told of", count(Act::Hold), told(".BookingHeld")),
        ("cancellations told of", count(Act::Cancel), told(".BookingCancelled")),
        ("claims told of", count(Act::Claim), told(".ClaimProposed")),
        ("acceptances told of", count(Act::Accept), told(".ClaimAccepted")),
        ("projects told of", count(Act::Project), told(".ProjectCreated")),
    ];
    for (what, wanted, is) in sums {
        if wanted != is {
            wrong.push(format!("{what}: {is}, not {wanted}"));
        }
    }
    wrong
}

async fn bookings(world: &Scene) -> Vec<Booking> {
    let mut request = ListBookingsRequest {
        parent: PARENT.to_owned(),
        page_size: 1_000,
        ..Default::default()
    };
    let mut found = Vec::new();
    loop {
        let page = told(world.center.bookings().list_bookings(request.clone()))
            .await
            .unwrap();
        found.extend(page.bookings);
        if page.next_page_token.is_empty() {
            return found;
        }
        request.page_token = page.next_page_token;
    }
}
