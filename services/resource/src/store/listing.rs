use sea_orm::sea_query::{Cond, Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, OrganizationId, Timestamp};
use yihe_store::{Failure, Page, Tx};

use super::entity::listing::{self, Column};
use super::row;
use super::visible::Sight;
use crate::domain::{Counted, List, Listing, ListingName, QuantityUnit, Urgency};
use crate::names::{ListingId, ProjectId};
use crate::reasons;

fn of_list(community: &CommunityId, list: List) -> sea_orm::Select<listing::Entity> {
    listing::Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(Column::List.eq(list.code()))
}

fn read(rows: Vec<listing::Model>) -> Result<Vec<Listing>, Failure> {
    rows.into_iter().map(Listing::try_from).collect()
}

/// One need or offer.
pub async fn find(conn: &impl ConnectionTrait, name: &ListingName) -> Result<Option<Listing>, Failure> {
    let query = of_list(&name.community, name.list).filter(Column::Id.eq(name.id.uuid()));
    query.one(conn).await?.map(Listing::try_from).transpose()
}

/// One need or offer that must be there.
pub async fn reread(tx: &Tx, name: &ListingName) -> Result<Listing, Failure> {
    Ok(find(tx, name).await?.ok_or_else(|| Error::not_found(name))?)
}

/// Which ones are wanted; what is left out lets all through.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of the category, or below it.
    pub category: Option<String>,
    /// Of the organization.
    pub owner: Option<OrganizationId>,
    /// Of the project.
    pub project: Option<ProjectId>,
    /// Those that were ended too.
    pub ended: bool,
}

fn within(category: &str) -> Cond {
    // codes hold small letters, digits and full stops, so nothing in them is a wildcard
    Cond::any()
        .add(Column::Category.eq(category))
        .add(Column::Category.like(format!("{category}.%")))
}

/// Those of a community that `sight` lets through, in the order they were entered.
pub async fn list(
    conn: &impl ConnectionTrait,
    (community, list): (&CommunityId, List),
    wanted: &Wanted,
    sight: &Sight,
    page: &Page,
) -> Result<Vec<Listing>, Failure> {
    let condition = Cond::all()
        .add_option(wanted.category.as_deref().map(within))
        .add_option(wanted.owner.map(|owner| Column::Owner.eq(owner.uuid())))
        .add_option(wanted.project.map(|project| Column::Project.eq(project.uuid())))
        .add_option((!wanted.ended).then(|| Column::EndedAt.is_null()))
        .add_option(row::after_id(page)?.map(|after| Column::Id.gt(after)));
    let query = of_list(community, list)
        .filter(condition)
        .filter(sight.of_listings())
        .order_by_asc(Column::Id)
        .limit(row::fetch(page));
    read(query.all(conn).await?)
}

/// The offers of a branch of the tree that still have something to give, the older ones first.
pub async fn open_offers(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    root: &str,
    unit: QuantityUnit,
    most: u64,
) -> Result<Vec<Listing>, Failure> {
    let query = of_list(community, List::Offer)
        .filter(within(root))
        .filter(Column::Unit.eq(unit.code()))
        .filter(Column::EndedAt.is_null())
        .order_by_asc(Column::Id)
        .limit(most);
    read(query.all(conn).await?)
}

/// The needs and offers of an organization that were entered until an instant and go on.
pub async fn open_of(
    tx: &Tx,
    community: &CommunityId,
    owner: OrganizationId,
    made_until: Timestamp,
) -> Result<Vec<ListingName>, Failure> {
    let query = listing::Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(Column::Owner.eq(owner.uuid()))
        .filter(Column::EndedAt.is_null())
        .filter(Column::CreatedAt.lte(made_until.micros()))
        .order_by_asc(Column::Id);
    let found = read(query.all(tx).await?)?;
    Ok(found.into_iter().map(|listing| listing.name).collect())
}

/// Adds one.
pub async fn insert(tx: &Tx, _by: &Authorized, listing: &Listing) -> Result<(), Failure> {
    let row = listing::ActiveModel {
        community: Set(listing.name.community.to_string()),
        id: Set(listing.name.id.uuid()),
        list: Set(listing.name.list.code().to_owned()),
        owner: Set(listing.owner.id.uuid()),
        owner_display_name: Set(listing.owner.display_name.clone()),
        category: Set(listing.category.clone()),
        title: Set(listing.title.clone()),
        description: Set(listing.description.clone()),
        quantity: Set(listing.quantity),
        unit: Set(listing.unit.code().to_owned()),
        committed: Set(listing.committed),
        delivered: Set(listing.delivered),
        place: Set(listing.place.clone()),
        needed_from: Set(row::micros(listing.from)),
        needed_until: Set(row::micros(listing.until)),
        urgency: Set(listing.urgency.code().to_owned()),
        project: Set(listing.project.map(ProjectId::uuid)),
        external_ref: Set(listing.external_ref.clone()),
        created_at: Set(listing.created_at.micros()),
        ended_at: Set(row::micros(listing.ended_at)),
        version: Set(listing.version),
    };
    let inserted = listing::Entity::insert(row).exec_without_returning(tx).await;
    inserted.map_err(|error| taken(error.into(), listing))?;
    Ok(())
}

fn taken(failure: Failure, listing: &Listing) -> Failure {
    if !failure.is_unique_violation() {
        return failure;
    }
    Error::new(&reasons::LISTING_REF_TAKEN)
        .with("external_ref", &listing.external_ref)
        .into()
}

fn one(name: &ListingName) -> Cond {
    Cond::all()
        .add(Column::Community.eq(name.community.as_str()))
        .add(Column::Id.eq(name.id.uuid()))
        .add(Column::List.eq(name.list.code()))
}

/// Ends one that was not ended; tells whether it did.
pub async fn end(tx: &Tx, _by: &Authorized, name: &ListingName, now: Timestamp) -> Result<bool, Failure> {
    let ended = listing::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now.micros()))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(one(name))
        .filter(Column::EndedAt.is_null())
        .exec(tx)
        .await?;
    Ok(ended.rows_affected == 1)
}

/// Counts what a claim does, where it fits: more is committed only of what is open and not ended. Tells whether it was counted.
pub async fn count(tx: &Tx, _by: &Authorized, name: &ListingName, counted: Counted) -> Result<bool, Failure> {
    if counted == Counted::default() {
        return Ok(true);
    }
    let claimed = Expr::col(Column::Committed).add(Expr::col(Column::Delivered));
    let mut guard = one(name);
    if counted.committed > 0 {
        guard = guard
            .add(Column::EndedAt.is_null())
            .add(claimed.add(counted.committed).lte(Expr::col(Column::Quantity)));
    }
    let changed = listing::Entity::update_many()
        .col_expr(Column::Committed, Expr::col(Column::Committed).add(counted.committed))
        .col_expr(Column::Delivered, Expr::col(Column::Delivered).add(counted.delivered))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(guard)
        .exec(tx)
        .await?;
    Ok(changed.rows_affected == 1)
}

impl TryFrom<listing::Model> for Listing {
    type Error = Failure;

    fn try_from(row: listing::Model) -> Result<Self, Failure> {
        Ok(Self {
            name: ListingName {
                community: row::community(&row.community)?,
                list: row::read(List::from_code(&row.list), "list", &row.list)?,
                id: ListingId::from(row.id),
            },
            owner: row::organization(row.owner, row.owner_display_name),
            category: row.category,
            title: row.title,
            description: row.description,
            quantity: row.quantity,
            unit: row::read(QuantityUnit::from_code(&row.unit), "unit", &row.unit)?,
            committed: row.committed,
            delivered: row.delivered,
            place: row.place,
            from: row::instant(row.needed_from),
            until: row::instant(row.needed_until),
            urgency: row::read(Urgency::from_code(&row.urgency), "urgency", &row.urgency)?,
            project: row.project.map(ProjectId::from),
            external_ref: row.external_ref,
            created_at: Timestamp::from_micros(row.created_at),
            ended_at: row::instant(row.ended_at),
            version: row.version,
        })
    }
}
