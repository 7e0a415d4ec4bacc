use sea_orm::sea_query::{Cond, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, OrganizationId, Timestamp, reasons as common};
use yihe_store::{Failure, Page, Tx};

use super::entity::booking::{self, Column};
use super::row;
use super::visible::Sight;
use crate::domain::{BookerId, Booking, BookingState, Interval, Taken};
use crate::names::{BookableId, BookableName, BookingId, BookingName, ProjectId, SeriesId};
use crate::reasons;

fn of_community(community: &CommunityId) -> sea_orm::Select<booking::Entity> {
    booking::Entity::find().filter(Column::Community.eq(community.as_str()))
}

fn read(rows: Vec<booking::Model>) -> Result<Vec<Booking>, Failure> {
    rows.into_iter().map(Booking::try_from).collect()
}

/// One booking.
pub async fn find(conn: &impl ConnectionTrait, name: &BookingName) -> Result<Option<Booking>, Failure> {
    let query = of_community(&name.community).filter(Column::Id.eq(name.booking.uuid()));
    query.one(conn).await?.map(Booking::try_from).transpose()
}

/// One booking that must be there. What it books must be held: that keeps the booking still as well.
pub async fn reread(tx: &Tx, name: &BookingName) -> Result<Booking, Failure> {
    Ok(find(tx, name).await?.ok_or_else(|| Error::not_found(name))?)
}

/// Several bookings by their ids.
pub async fn some(tx: &Tx, bookable: &BookableName, ids: &[BookingId]) -> Result<Vec<Booking>, Failure> {
    let query = of_community(&bookable.community).filter(Column::Id.is_in(ids.iter().map(|id| id.uuid())));
    read(query.order_by_asc(Column::Id).all(tx).await?)
}

/// The bookings of a series, in the order of their dates.
pub async fn of_series(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    series: SeriesId,
) -> Result<Vec<Booking>, Failure> {
    let query = of_community(community).filter(Column::Series.eq(series.uuid()));
    read(query.order_by_asc(Column::StartsAt).all(conn).await?)
}

/// Those that wait for a bookable, first come first.
pub async fn waiting(tx: &Tx, bookable: &BookableName, most: u64) -> Result<Vec<Booking>, Failure> {
    let query = of_community(&bookable.community)
        .filter(Column::Bookable.eq(bookable.bookable.uuid()))
        .filter(Column::State.eq(BookingState::Waiting.code()))
        .order_by_asc(Column::Id)
        .limit(most);
    read(query.all(tx).await?)
}

/// What a booker has of a bookable that starts in a window and counts against its quota.
pub async fn counted(
    tx: &Tx,
    bookable: &BookableName,
    booker: BookerId,
    window: Interval,
    now: Timestamp,
) -> Result<Vec<Taken>, Failure> {
    let states = BookingState::ALL.iter().filter(|state| state.is_counted());
    let rows: Vec<(i64, i64, i64)> = of_community(&bookable.community)
        .select_only()
        .columns([Column::StartsAt, Column::EndsAt, Column::Quantity])
        .filter(Column::Booker.eq(booker.uuid()))
        .filter(Column::Bookable.eq(bookable.bookable.uuid()))
        .filter(Column::StartsAt.gte(window.from().micros()))
        .filter(Column::StartsAt.lt(window.until().micros()))
        .filter(Column::State.is_in(states.map(|state| state.code())))
        .filter(Column::ExpiresAt.is_null().or(Column::ExpiresAt.gt(now.micros())))
        .into_tuple()
        .all(tx)
        .await?;
    let taken = |(from, until, quantity)| {
        let interval = row::interval(from, until)?;
        Ok(Taken { interval, quantity })
    };
    rows.into_iter().map(taken).collect()
}

/// Bookings whose time came before they were booked, in all communities: where they are and of what.
pub async fn lapsed(conn: &impl ConnectionTrait, now: Timestamp, most: u64) -> Result<Vec<BookableName>, Failure> {
    let rows: Vec<(String, Uuid)> = booking::Entity::find()
        .select_only()
        .columns([Column::Community, Column::Bookable])
        .filter(Column::ExpiresAt.lte(now.micros()))
        .order_by_asc(Column::ExpiresAt)
        .limit(most)
        .into_tuple()
        .all(conn)
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for (community, bookable) in rows {
        let name = BookableName {
            community: row::community(&community)?,
            bookable: BookableId::from(bookable),
        };
        if !found.contains(&name) {
            found.push(name);
        }
    }
    Ok(found)
}

/// The bookings of a bookable whose time came before they were booked.
pub async fn lapsed_of(tx: &Tx, bookable: &BookableName, now: Timestamp, most: u64) -> Result<Vec<Booking>, Failure> {
    let query = of_community(&bookable.community)
        .filter(Column::Bookable.eq(bookable.bookable.uuid()))
        .filter(Column::ExpiresAt.lte(now.micros()))
        .order_by_asc(Column::Id)
        .limit(most);
    read(query.all(tx).await?)
}

/// The bookings of an organization, or of what it owns, that were made until an instant and may still begin after it.
pub async fn open_of(
    tx: &Tx,
    community: &CommunityId,
    organization: OrganizationId,
    made_until: Timestamp,
) -> Result<Vec<(BookableId, BookingId)>, Failure> {
    use BookingState::{Confirmed, Held, PendingApproval, Waiting};
    let of_organization = Cond::any()
        .add(Column::Booker.eq(organization.uuid()))
        .add(Column::Owner.eq(organization.uuid()));
    let open = [Held, PendingApproval, Confirmed, Waiting];
    let rows: Vec<(Uuid, Uuid)> = of_community(community)
        .select_only()
        .columns([Column::Bookable, Column::Id])
        .filter(of_organization)
        .filter(Column::State.is_in(open.map(BookingState::code)))
        .filter(Column::StartsAt.gt(made_until.micros()))
        .filter(Column::CreatedAt.lte(made_until.micros()))
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(tx)
        .await?;
    let ids = |(bookable, id)| (BookableId::from(bookable), BookingId::from(id));
    Ok(rows.into_iter().map(ids).collect())
}

/// Which bookings are wanted; what is left out lets all through.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of the bookable.
    pub bookable: Option<BookableId>,
    /// Of the organization or person.
    pub booker: Option<BookerId>,
    /// In the state.
    pub state: Option<BookingState>,
    /// Of the project.
    pub project: Option<ProjectId>,
}

/// The bookings of a community that `sight` lets through, in the order they were made.
pub async fn list(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    wanted: &Wanted,
    sight: &Sight,
    page: &Page,
) -> Result<Vec<Booking>, Failure> {
    let condition = Cond::all()
        .add_option(wanted.bookable.map(|bookable| Column::Bookable.eq(bookable.uuid())))
        .add_option(wanted.booker.map(|booker| Column::Booker.eq(booker.uuid())))
        .add_option(wanted.state.map(|state| Column::State.eq(state.code())))
        .add_option(wanted.project.map(|project| Column::Project.eq(project.uuid())))
        .add_option(row::after_id(page)?.map(|after| Column::Id.gt(after)));
    let query = of_community(community)
        .filter(condition)
        .filter(sight.of_bookings())
        .order_by_asc(Column::Id)
        .limit(row::fetch(page));
    read(query.all(conn).await?)
}

/// The bookings of a bookable or of an organization that end after an instant and may still take place, by their beginning.
pub async fn for_calendar(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    wanted: &Wanted,
    after: Timestamp,
    most: u64,
) -> Result<Vec<Booking>, Failure> {
    use BookingState::{CheckedIn, Completed, Confirmed, Held, PendingApproval};
    let shown = [Held, PendingApproval, Confirmed, CheckedIn, Completed];
    let condition = Cond::all()
        .add_option(wanted.bookable.map(|bookable| Column::Bookable.eq(bookable.uuid())))
        .add_option(wanted.booker.map(|booker| Column::Booker.eq(booker.uuid())));
    let query = of_community(community)
        .filter(condition)
        .filter(Column::State.is_in(shown.map(BookingState::code)))
        .filter(Column::EndsAt.gt(after.micros()))
        .order_by_asc(Column::StartsAt)
        .order_by_asc(Column::Id)
        .limit(most);
    read(query.all(conn).await?)
}

/// Adds a booking. What it books must be held.
pub async fn insert(tx: &Tx, _by: &Authorized, booking: &Booking) -> Result<(), Failure> {
    let row = booking::ActiveModel {
        community: Set(booking.name.community.to_string()),
        id: Set(booking.name.booking.uuid()),
        bookable: Set(booking.bookable.uuid()),
        owner: Set(booking.owner.uuid()),
        booker: Set(booking.booker.id.uuid()),
        booker_display_name: Set(booking.booker.display_name.clone()),
        by_person: Set(booking.booker.id.is_person().into()),
        starts_at: Set(booking.interval.from().micros()),
        ends_at: Set(booking.interval.until().micros()),
        quantity: Set(booking.quantity),
        purpose: Set(booking.purpose.clone()),
        project: Set(booking.project.map(ProjectId::uuid)),
        external_ref: Set(booking.external_ref.clone()),
        series: Set(booking.series.map(SeriesId::uuid)),
        created_at: Set(booking.created_at.micros()),
        version: Set(1),
        ..changeable(booking)
    };
    let inserted = booking::Entity::insert(row).exec_without_returning(tx).await;
    inserted.map_err(|error| taken(error.into(), booking))?;
    Ok(())
}

fn taken(failure: Failure, booking: &Booking) -> Failure {
    if !failure.is_unique_violation() {
        return failure;
    }
    Error::new(&reasons::BOOKING_REF_TAKEN)
        .with("external_ref", &booking.external_ref)
        .into()
}

/// Stores a change made to the version before. What it books must be held.
pub async fn save(tx: &Tx, _by: &Authorized, mut booking: Booking) -> Result<Booking, Failure> {
    let before = booking.version;
    booking.version += 1;
    let saved = booking::Entity::update_many()
        .set(booking::ActiveModel {
            version: Set(booking.version),
            ..changeable(&booking)
        })
        .filter(Column::Community.eq(booking.name.community.as_str()))
        .filter(Column::Id.eq(booking.name.booking.uuid()))
        .filter(Column::Version.eq(before))
        .exec(tx)
        .await?;
    if saved.rows_affected == 1 {
        return Ok(booking);
    }
    Err(Error::new(&common::ETAG_MISMATCH).with("name", &booking.name).into())
}

fn changeable(booking: &Booking) -> booking::ActiveModel {
    booking::ActiveModel {
        state: Set(booking.state.code().to_owned()),
        expires_at: Set(row::micros(booking.expires_at)),
        occupies_from: Set(row::micros(booking.occupies.map(Interval::from))),
        occupies_until: Set(row::micros(booking.occupies.map(Interval::until))),
        alone: Set(booking.alone.into()),
        note: Set(booking.note.clone()),
        ..Default::default()
    }
}

impl TryFrom<booking::Model> for Booking {
    type Error = Failure;

    fn try_from(row: booking::Model) -> Result<Self, Failure> {
        let occupies = row.occupies_from.zip(row.occupies_until);
        Ok(Self {
            name: BookingName {
                community: row::community(&row.community)?,
                booking: BookingId::from(row.id),
            },
            bookable: BookableId::from(row.bookable),
            owner: OrganizationId::from(row.owner),
            booker: row::booker(row.booker, row.by_person, row.booker_display_name),
            interval: row::interval(row.starts_at, row.ends_at)?,
            quantity: row.quantity,
            purpose: row.purpose,
            project: row.project.map(ProjectId::from),
            state: row::read(BookingState::from_code(&row.state), "state", &row.state)?,
            expires_at: row::instant(row.expires_at),
            occupies: occupies.map(|(from, until)| row::interval(from, until)).transpose()?,
            alone: row.alone != 0,
            external_ref: row.external_ref,
            series: row.series.map(SeriesId::from),
            note: row.note,
            created_at: Timestamp::from_micros(row.created_at),
            version: row.version,
        })
    }
}
