use sea_orm::sea_query::{Cond, Expr};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, OrganizationId, Timestamp, reasons as common};
use yihe_store::{Failure, Page, Tx};

use super::entity::bookable;
use super::visible::Sight;
use super::{row, rules};
use crate::domain::{Bookable, BookableKind, Interval};
use crate::names::{BookableId, BookableName};
use crate::reasons;

fn by_name(name: &BookableName) -> sea_orm::Select<bookable::Entity> {
    bookable::Entity::find_by_id((name.community.to_string(), name.bookable.uuid()))
}

/// One.
pub async fn find(conn: &impl ConnectionTrait, name: &BookableName) -> Result<Option<Bookable>, Failure> {
    let row = by_name(name).one(conn).await?;
    row.map(Bookable::try_from).transpose()
}

/// One, held until the transaction ends: whoever takes or gives capacity goes one after another.
pub async fn hold(tx: &Tx, name: &BookableName) -> Result<Bookable, Failure> {
    let row = by_name(name).lock_exclusive().one(tx).await?;
    Bookable::try_from(row.ok_or_else(|| Error::not_found(name))?)
}

/// Which ones are wanted; what is left out lets all through.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of the kind.
    pub kind: Option<BookableKind>,
    /// Owned by the organization.
    pub owner: Option<OrganizationId>,
    /// Those out of use too.
    pub ended: bool,
}

/// Those of a community that `sight` lets through, in the order of registration.
pub async fn list(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    wanted: &Wanted,
    sight: &Sight,
    page: &Page,
) -> Result<Vec<Bookable>, Failure> {
    use bookable::Column;
    let condition = Cond::all()
        .add_option(wanted.kind.map(|kind| Column::Kind.eq(kind.code())))
        .add_option(wanted.owner.map(|owner| Column::Owner.eq(owner.uuid())))
        .add_option((!wanted.ended).then(|| Column::EndedAt.is_null()))
        .add_option(row::after_id(page)?.map(|after| Column::Id.gt(after)));
    let rows = bookable::Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(condition)
        .filter(sight.of_bookables())
        .order_by_asc(Column::Id)
        .limit(row::fetch(page))
        .all(conn)
        .await?;
    rows.into_iter().map(Bookable::try_from).collect()
}

/// Those of an owner that were registered until an instant and are in use.
pub async fn open_of(
    tx: &Tx,
    community: &CommunityId,
    owner: OrganizationId,
    made_until: Timestamp,
) -> Result<Vec<BookableId>, Failure> {
    use bookable::Column;
    let ids: Vec<uuid::Uuid> = bookable::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Community.eq(community.as_str()))
        .filter(Column::Owner.eq(owner.uuid()))
        .filter(Column::EndedAt.is_null())
        .filter(Column::CreatedAt.lte(made_until.micros()))
        .into_tuple()
        .all(tx)
        .await?;
    Ok(ids.into_iter().map(BookableId::from).collect())
}

/// What a glance at many needs of each.
#[derive(Debug, Clone)]
pub struct Glance {
    /// Its id.
    pub id: BookableId,
    /// What it is called.
    pub title: String,
    /// Units.
    pub capacity: i64,
    /// The longest that one booking ever took, in microseconds.
    pub longest_span: i64,
}

/// Those of a community that `sight` lets through, the named ones or all in use, at most `most`.
pub async fn glance(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    named: &[BookableId],
    sight: &Sight,
    most: u64,
) -> Result<Vec<Glance>, Failure> {
    use bookable::Column;
    let mut query = bookable::Entity::find()
        .select_only()
        .columns([Column::Id, Column::Title, Column::Capacity, Column::LongestSpan])
        .filter(Column::Community.eq(community.as_str()))
        .filter(sight.of_bookables());
    query = match named {
        [] => query.filter(Column::EndedAt.is_null()),
        named => query.filter(Column::Id.is_in(named.iter().map(|id| id.uuid()))),
    };
    let rows: Vec<(uuid::Uuid, String, i64, i64)> = query
        .order_by_asc(Column::Id)
        .limit(most)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, title, capacity, longest_span)| Glance {
            id: BookableId::from(id),
            title,
            capacity,
            longest_span,
        })
        .collect())
}

/// Registers one.
pub async fn insert(tx: &Tx, _by: &Authorized, bookable: &Bookable) -> Result<(), Failure> {
    let row = bookable::ActiveModel {
        community: Set(bookable.name.community.to_string()),
        id: Set(bookable.name.bookable.uuid()),
        kind: Set(bookable.kind.code().to_owned()),
        owner: Set(bookable.owner.id.uuid()),
        owner_display_name: Set(bookable.owner.display_name.clone()),
        external_ref: Set(bookable.external_ref.clone()),
        longest_span: Set(0),
        created_at: Set(bookable.created_at.micros()),
        version: Set(1),
        ..changeable(bookable)?
    };
    let inserted = bookable::Entity::insert(row).exec_without_returning(tx).await;
    inserted.map_err(|error| taken(error.into(), bookable))?;
    Ok(())
}

fn taken(failure: Failure, bookable: &Bookable) -> Failure {
    if !failure.is_unique_violation() {
        return failure;
    }
    Error::new(&reasons::BOOKABLE_REF_TAKEN)
        .with("external_ref", &bookable.external_ref)
        .into()
}

/// Stores a change. The bookable must be held.
pub async fn save(tx: &Tx, _by: &Authorized, mut bookable: Bookable) -> Result<Bookable, Failure> {
    let before = bookable.version;
    bookable.version += 1;
    let saved = bookable::Entity::update_many()
        .set(bookable::ActiveModel {
            version: Set(bookable.version),
            ..changeable(&bookable)?
        })
        .filter(bookable::Column::Community.eq(bookable.name.community.as_str()))
        .filter(bookable::Column::Id.eq(bookable.name.bookable.uuid()))
        .filter(bookable::Column::Version.eq(before))
        .exec(tx)
        .await?;
    if saved.rows_affected == 1 {
        return Ok(bookable);
    }
    Err(Error::new(&common::ETAG_MISMATCH).with("name", &bookable.name).into())
}

/// Notes how long one booking may take, so that whoever looks for what overlaps looks far enough back. The bookable must be held.
pub async fn stretch(tx: &Tx, _by: &Authorized, bookable: &Bookable, takes: Interval) -> Result<(), Failure> {
    // it only grows, so that what was read before is never too much
    if takes.micros() <= bookable.longest_span {
        return Ok(());
    }
    let name = &bookable.name;
    bookable::Entity::update_many()
        .col_expr(bookable::Column::LongestSpan, Expr::value(takes.micros()))
        .filter(bookable::Column::Community.eq(name.community.as_str()))
        .filter(bookable::Column::Id.eq(name.bookable.uuid()))
        .filter(bookable::Column::LongestSpan.lt(takes.micros()))
        .exec(tx)
        .await?;
    Ok(())
}

fn changeable(bookable: &Bookable) -> Result<bookable::ActiveModel, Failure> {
    Ok(bookable::ActiveModel {
        title: Set(bookable.title.clone()),
        description: Set(bookable.description.clone()),
        place: Set(bookable.place.clone()),
        capacity: Set(bookable.capacity),
        rules: Set(rules::text(&bookable.rules)?),
        ended_at: Set(row::micros(bookable.ended_at)),
        ..Default::default()
    })
}

impl TryFrom<bookable::Model> for Bookable {
    type Error = Failure;

    fn try_from(row: bookable::Model) -> Result<Self, Failure> {
        Ok(Self {
            name: BookableName {
                community: row::community(&row.community)?,
                bookable: BookableId::from(row.id),
            },
            kind: row::read(BookableKind::from_code(&row.kind), "kind", &row.kind)?,
            owner: row::organization(row.owner, row.owner_display_name),
            title: row.title,
            description: row.description,
            place: row.place,
            capacity: row.capacity,
            rules: rules::parse(&row.rules)?,
            external_ref: row.external_ref,
            longest_span: row.longest_span,
            created_at: Timestamp::from_micros(row.created_at),
            ended_at: row::instant(row.ended_at),
            version: row.version,
        })
    }
}
