use tonic::Request;
use yihe_kernel::{Error, Fields, Result};
use yihe_proto::resource::v1 as pb;

use crate::convert::{interval, name};
use crate::domain::{Interval, Span, profile};
use crate::lookup::sight;
use crate::names::{BookableId, BookableName};
use crate::service::Service;
use crate::store::bookable::Glance;
use crate::{reasons, store};

const MOST_DAYS: i64 = 92;
/// Bookables that one answer tells of.
const MOST_BOOKABLES: u64 = 1_000;

pub async fn list(service: &Service, request: Request<pb::ListFreeBusyRequest>) -> Result<pb::ListFreeBusyResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let sight = sight(&admitted);
    let by = admitted.authorized_list();
    let community = by.community()?;
    let window = window(&request)?;
    let named: Vec<BookableId> = request
        .bookables
        .iter()
        .map(|text| name("bookables", text).map(|name: BookableName| name.bookable))
        .collect::<Result<_>>()?;
    let bookables = store::bookable::glance(service.reader(), community, &named, &sight, MOST_BOOKABLES).await?;
    let longest = bookables.iter().map(|it| it.longest_span).max().unwrap_or(0);
    let now = service.now();
    let mut taken = store::occupancy::of_community(service.reader(), community, window, longest, now).await?;
    let free_busy = |glance: Glance| {
        let taken = taken.remove(&glance.id).unwrap_or_default();
        let bookable = BookableName {
            community: community.clone(),
            bookable: glance.id,
        };
        pb::FreeBusy {
            bookable: bookable.to_string(),
            busy: profile(&taken, window)
                .into_iter()
                .map(|span| busy(span, glance.capacity))
                .collect(),
            title: glance.title,
            capacity: glance.capacity,
        }
    };
    Ok(pb::ListFreeBusyResponse {
        bookables: bookables.into_iter().map(free_busy).collect(),
    })
}

fn window(request: &pb::ListFreeBusyRequest) -> Result<Interval> {
    let mut fields = Fields::new();
    let window = interval(&mut fields, "", request.start_time.as_ref(), request.end_time.as_ref());
    if request.bookables.len() > 1_000 {
        fields.refuse("bookables", "must be at most 1,000", "至多 1000 个");
    }
    let window = fields.finish_with("start_time", window)?;
    if window.minutes() > MOST_DAYS * 24 * 60 {
        return Err(Error::new(&reasons::WINDOW_TOO_LONG).with("days", MOST_DAYS));
    }
    Ok(window)
}

fn busy(span: Span, capacity: i64) -> pb::Busy {
    pb::Busy {
        start_time: Some(span.interval.from().to_proto()),
        end_time: Some(span.interval.until().to_proto()),
        taken: span.quantity,
        free: capacity.saturating_sub(span.quantity).max(0),
    }
}
