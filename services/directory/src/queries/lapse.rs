use yihe_authz::{Admitted, Scope};
use yihe_kernel::{Fields, Result, Timestamp, UserName};
use yihe_proto::directory::v1 as pb;

use crate::convert;
use crate::directory::Directory;
use crate::domain::lapse::{Held, days_left, lapsing};
use crate::store::{community, lapse};

const MOST_DAYS: i32 = 366;
const USUAL_DAYS: i32 = 30;

/// `ListLapsingAppointments`. A place has some hundred posts at most, so that a page is cut from all of them.
pub async fn list(
    directory: &Directory,
    admitted: Admitted,
    request: pb::ListLapsingAppointmentsRequest,
) -> Result<pb::ListLapsingAppointmentsResponse> {
    let parent = convert::place("parent", &request.parent)?;
    admitted.without_target()?;
    let days = days(request.days)?;
    let query = format!("lapsing|{parent}|{days}");
    let page = directory.store.page(&query, request.page_size, &request.page_token)?;
    let (reader, now) = (directory.reader(), directory.now());
    let held = match &parent {
        Scope::Community(id) => {
            community::require(reader, id).await?;
            lapse::of_community(reader, id, now).await?
        }
        Scope::Region(id) => {
            let mut held = lapse::of_region(reader, id, now).await?;
            held.extend(lapse::secretaries_below(reader, id, now).await?);
            held
        }
    };
    let found = lapsing(&held, now, now.plus_days(days.into()));
    let after = page.after.as_deref();
    let rest = found
        .into_iter()
        .skip_while(|held| after.is_some_and(|after| key(held).as_str() <= after));
    let wanted = usize::try_from(page.limit).unwrap_or(usize::MAX).saturating_add(1);
    let (rows, next_page_token) = page.next(rest.take(wanted).collect(), key);
    Ok(pb::ListLapsingAppointmentsResponse {
        appointments: rows.iter().map(|held| shown(held, now)).collect(),
        next_page_token,
    })
}

fn days(asked: i32) -> Result<i32> {
    let mut fields = Fields::new();
    if !(0..=MOST_DAYS).contains(&asked) {
        fields.refuse("days", "is not of 0 to 366", "应为 0 至 366");
    }
    fields.finish()?;
    Ok(if asked == 0 { USUAL_DAYS } else { asked })
}

/// In the order of the list: micros of a year to come have 16 digits.
fn key(held: &Held) -> String {
    let end = held.term.end().map_or(0, Timestamp::micros);
    format!("{end:020}|{}", held.id)
}

fn shown(held: &Held, now: Timestamp) -> pb::LapsingAppointment {
    let end = held.term.end();
    pb::LapsingAppointment {
        appointment: held.name(),
        user: UserName { user: held.user }.to_string(),
        organization: convert::organization_name(held.organization),
        kind: held.kind.into(),
        post: held.post.into(),
        lapse_time: end.map(Timestamp::to_proto),
        days_left: end.map_or(0, |end| days_left(end, now)),
    }
}
