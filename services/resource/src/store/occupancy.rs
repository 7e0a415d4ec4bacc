//! What is taken when. Every query here is answered by an index that ends in all columns read.

use std::collections::HashMap;

use sea_orm::sea_query::{Cond, Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;
use yihe_kernel::{CommunityId, Timestamp};
use yihe_store::Failure;

use super::entity::{bookable, booking};
use super::row;
use crate::domain::{Bookable, Interval, Taken};
use crate::names::{BookableId, BookableName, BookingId};

/// A booking that takes capacity.
#[derive(Debug, Clone, Copy)]
pub struct Occupied {
    /// Its id.
    pub booking: BookingId,
    /// What it takes.
    pub taken: Taken,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

impl Occupied {
    /// Whether it still counts.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|at| at > now)
    }
}

/// Everything that takes capacity of a bookable in a window, holds that ran out included.
pub async fn within(
    conn: &impl ConnectionTrait,
    bookable: &Bookable,
    window: Interval,
) -> Result<Vec<Occupied>, Failure> {
    use booking::Column;
    let rows: Vec<(Uuid, i64, i64, i64, Option<i64>)> = booking::Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::OccupiesFrom,
            Column::OccupiesUntil,
            Column::Quantity,
            Column::ExpiresAt,
        ])
        .filter(Column::Community.eq(bookable.name.community.as_str()))
        .filter(Column::Bookable.eq(bookable.name.bookable.uuid()))
        .filter(overlaps(window, longest_span(&bookable.name)))
        .into_tuple()
        .all(conn)
        .await?;
    let occupied = |(id, from, until, quantity, expires_at)| {
        let interval = row::interval(from, until)?;
        Ok(Occupied {
            booking: BookingId::from(id),
            taken: Taken { interval, quantity },
            expires_at: row::instant(expires_at),
        })
    };
    rows.into_iter().map(occupied).collect()
}

/// What takes capacity in a window, in everything of a community that can be booked, in one query. The spans of each come as one
/// text: a week of a whole community is thousands of them, and each row costs more than what it says.
pub async fn of_community(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    window: Interval,
    longest_span: i64,
    now: Timestamp,
) -> Result<HashMap<BookableId, Vec<Taken>>, Failure> {
    use booking::Column;
    let spans = match conn.get_database_backend() {
        DbBackend::Postgres => "string_agg(occupies_from || ' ' || occupies_until || ' ' || quantity, ',')",
        _ => "group_concat(occupies_from || ' ' || occupies_until || ' ' || quantity)",
    };
    let rows: Vec<(Uuid, String)> = booking::Entity::find()
        .select_only()
        .column(Column::Bookable)
        .expr_as(Expr::cust(spans), "spans")
        .filter(Column::Community.eq(community.as_str()))
        .filter(overlaps(window, Expr::value(longest_span)))
        .filter(Column::ExpiresAt.is_null().or(Column::ExpiresAt.gt(now.micros())))
        .group_by(Column::Bookable)
        .into_tuple()
        .all(conn)
        .await?;
    let of_each = |(bookable, spans): (Uuid, String)| {
        let taken = spans.split(',').map(|span| row::read(taken(span), "spans", span));
        Ok((BookableId::from(bookable), taken.collect::<Result<_, Failure>>()?))
    };
    rows.into_iter().map(of_each).collect()
}

fn taken(span: &str) -> Option<Taken> {
    let mut numbers = span.split(' ').map(str::parse);
    let mut next = || numbers.next()?.ok();
    let (from, until, quantity) = (next()?, next()?, next()?);
    let interval = Interval::new(Timestamp::from_micros(from), Timestamp::from_micros(until))?;
    Some(Taken { interval, quantity })
}

/// Overlap as a range of the first column: nothing that overlaps begins longer before the window than the longest there is.
fn overlaps(window: Interval, longest_span: Expr) -> Cond {
    use booking::Column;
    Cond::all()
        .add(Column::OccupiesFrom.is_not_null())
        .add(Expr::col(Column::OccupiesFrom).gt(Expr::value(window.from().micros()).sub(longest_span)))
        .add(Column::OccupiesFrom.lt(window.until().micros()))
        .add(Column::OccupiesUntil.gt(window.from().micros()))
}

/// Asked in the same statement: a number read before would miss what the same transaction has booked since.
fn longest_span(bookable: &BookableName) -> Expr {
    let longest = bookable::Entity::find_by_id((bookable.community.to_string(), bookable.bookable.uuid()))
        .select_only()
        .column(bookable::Column::LongestSpan)
        .into_query();
    longest.into()
}

/// Until when a bookable is taken last, after an instant.
pub async fn last_end(
    conn: &impl ConnectionTrait,
    bookable: &BookableName,
    now: Timestamp,
) -> Result<Option<Timestamp>, Failure> {
    use booking::Column;
    let last: Option<(i64,)> = booking::Entity::find()
        .select_only()
        .column(Column::OccupiesUntil)
        .filter(Column::Community.eq(bookable.community.as_str()))
        .filter(Column::Bookable.eq(bookable.bookable.uuid()))
        .filter(Column::OccupiesUntil.gt(now.micros()))
        .filter(Column::ExpiresAt.is_null().or(Column::ExpiresAt.gt(now.micros())))
        .order_by_desc(Column::OccupiesUntil)
        .into_tuple()
        .one(conn)
        .await?;
    Ok(last.map(|(until,)| Timestamp::from_micros(until)))
}
