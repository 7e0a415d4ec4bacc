use std::collections::HashMap;

use tonic::Request;
use yihe_kernel::{CommunityId, OrganizationName, Result};
use yihe_proto::resource::v1 as pb;

use crate::convert::name;
use crate::domain::{BookerId, Booking, BookingState, Entry, render};
use crate::lookup::{Facts, settle};
use crate::names::BookableId;
use crate::service::Service;
use crate::store;
use crate::store::booking::Wanted;
use crate::store::visible::Sight;

/// How far back a feed goes.
const DAYS_BACK: i64 = 31;
/// What stands for a person who booked for itself.
const RESIDENT: &str = "居民";
/// Bookings of one feed.
const MOST: u64 = 2_000;

pub async fn of_bookable(
    service: &Service,
    request: Request<pb::ExportBookableCalendarRequest>,
) -> Result<pb::Calendar> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (by, bookable) = service.bookable(admitted, &name("name", &request.name)?).await?;
    let wanted = Wanted {
        bookable: Some(bookable.name.bookable),
        ..Wanted::default()
    };
    let places = HashMap::from([(bookable.name.bookable, bookable.title.clone())]);
    feed(service, by.community()?, &bookable.title, &wanted, &places).await
}

pub async fn of_organization(
    service: &Service,
    request: Request<pb::ExportOrganizationCalendarRequest>,
) -> Result<pb::Calendar> {
    let (admitted, request) = service.guard.admit(request).await?;
    let OrganizationName { organization } = name("organization", &request.organization)?;
    let facts = Facts {
        caller: admitted.organization() == Some(organization),
        ..Facts::default()
    };
    let by = settle(admitted, facts)?;
    let community = by.community()?;
    let wanted = Wanted {
        booker: Some(BookerId::Organization(organization)),
        ..Wanted::default()
    };
    let everything = Sight {
        filter: yihe_authz::Filter::All,
        acting: None,
    };
    // what can be booked is known to whoever may see a booking of it
    let known = store::bookable::glance(service.reader(), community, &[], &everything, MOST).await?;
    let places = known.into_iter().map(|it| (it.id, it.title)).collect();
    feed(service, community, &request.organization, &wanted, &places).await
}

async fn feed(
    service: &Service,
    community: &CommunityId,
    title: &str,
    wanted: &Wanted,
    places: &HashMap<BookableId, String>,
) -> Result<pb::Calendar> {
    let now = service.now();
    let after = now.plus_days(-DAYS_BACK);
    let found = store::booking::for_calendar(service.reader(), community, wanted, after, MOST).await?;
    let live = found.into_iter().filter(|booking| !booking.has_lapsed(now));
    let entries: Vec<_> = live.map(|booking| entry(booking, places)).collect();
    Ok(pb::Calendar {
        media_type: "text/calendar; charset=utf-8".to_owned(),
        content: render(title, &entries, now),
    })
}

fn entry(booking: Booking, places: &HashMap<BookableId, String>) -> Entry {
    let who = match booking.booker.id {
        BookerId::Organization(_) => booking.booker.display_name,
        BookerId::Person(_) => RESIDENT.to_owned(),
    };
    let summary = match booking.purpose.as_str() {
        "" => who,
        purpose => format!("{who}: {purpose}"),
    };
    Entry {
        uid: format!("{}@{}", booking.name.booking, booking.name.community),
        sequence: booking.version,
        interval: booking.interval,
        summary,
        location: places.get(&booking.bookable).cloned().unwrap_or_default(),
        tentative: matches!(booking.state, BookingState::Held | BookingState::PendingApproval),
    }
}
