use sea_orm::sea_query::Cond;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, OrganizationId, Timestamp, reasons as common};
use yihe_store::{Failure, Page, Tx};

use super::entity::claim::{self, Column};
use super::row;
use super::visible::Sight;
use crate::domain::{Claim, ClaimState, List, ListingName};
use crate::names::{ClaimId, ClaimName, ListingId, ProjectId};

fn by_name(name: &ClaimName) -> sea_orm::Select<claim::Entity> {
    claim::Entity::find_by_id((name.community.to_string(), name.claim.uuid()))
}

/// One claim.
pub async fn find(conn: &impl ConnectionTrait, name: &ClaimName) -> Result<Option<Claim>, Failure> {
    by_name(name).one(conn).await?.map(Claim::try_from).transpose()
}

/// One claim, held until the transaction ends. Taken before what is claimed.
pub async fn hold(tx: &Tx, name: &ClaimName) -> Result<Claim, Failure> {
    let row = by_name(name).lock_exclusive().one(tx).await?;
    Claim::try_from(row.ok_or_else(|| Error::not_found(name))?)
}

/// Which claims are wanted; what is left out lets all through.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// On the need or offer.
    pub listing: Option<ListingName>,
    /// Of the organization.
    pub claimant: Option<OrganizationId>,
    /// In the state.
    pub state: Option<ClaimState>,
    /// Of the project.
    pub project: Option<ProjectId>,
}

/// The claims of a community that `sight` lets through, in the order they were made.
pub async fn list(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    wanted: &Wanted,
    sight: &Sight,
    page: &Page,
) -> Result<Vec<Claim>, Failure> {
    let condition = Cond::all()
        .add_option(wanted.listing.as_ref().map(|it| Column::Listing.eq(it.id.uuid())))
        .add_option(wanted.claimant.map(|claimant| Column::Claimant.eq(claimant.uuid())))
        .add_option(wanted.state.map(|state| Column::State.eq(state.code())))
        .add_option(wanted.project.map(|project| Column::Project.eq(project.uuid())))
        .add_option(row::after_id(page)?.map(|after| Column::Id.gt(after)));
    let rows = claim::Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(condition)
        .filter(sight.of_claims())
        .order_by_asc(Column::Id)
        .limit(row::fetch(page))
        .all(conn)
        .await?;
    rows.into_iter().map(Claim::try_from).collect()
}

/// The claims of an organization, or on what it listed, that were made until an instant and go on.
pub async fn open_of(
    tx: &Tx,
    community: &CommunityId,
    organization: OrganizationId,
    made_until: Timestamp,
) -> Result<Vec<ClaimName>, Failure> {
    let of_organization = Cond::any()
        .add(Column::Claimant.eq(organization.uuid()))
        .add(Column::Owner.eq(organization.uuid()));
    let open = [ClaimState::Proposed, ClaimState::Accepted];
    let ids: Vec<uuid::Uuid> = claim::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Community.eq(community.as_str()))
        .filter(of_organization)
        .filter(Column::State.is_in(open.map(ClaimState::code)))
        .filter(Column::CreatedAt.lte(made_until.micros()))
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(tx)
        .await?;
    let name = |id| ClaimName {
        community: community.clone(),
        claim: ClaimId::from(id),
    };
    Ok(ids.into_iter().map(name).collect())
}

/// Adds a claim.
pub async fn insert(tx: &Tx, _by: &Authorized, claim: &Claim) -> Result<(), Failure> {
    let row = claim::ActiveModel {
        community: Set(claim.name.community.to_string()),
        id: Set(claim.name.claim.uuid()),
        list: Set(claim.listing.list.code().to_owned()),
        listing: Set(claim.listing.id.uuid()),
        owner: Set(claim.owner.uuid()),
        claimant: Set(claim.claimant.id.uuid()),
        claimant_display_name: Set(claim.claimant.display_name.clone()),
        quantity: Set(claim.quantity),
        note: Set(claim.note.clone()),
        project: Set(claim.project.map(ProjectId::uuid)),
        created_at: Set(claim.created_at.micros()),
        version: Set(1),
        ..changeable(claim)
    };
    claim::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Stores a change made to the version before.
pub async fn save(tx: &Tx, _by: &Authorized, mut claim: Claim) -> Result<Claim, Failure> {
    let before = claim.version;
    claim.version += 1;
    let saved = claim::Entity::update_many()
        .set(claim::ActiveModel {
            version: Set(claim.version),
            ..changeable(&claim)
        })
        .filter(Column::Community.eq(claim.name.community.as_str()))
        .filter(Column::Id.eq(claim.name.claim.uuid()))
        .filter(Column::Version.eq(before))
        .exec(tx)
        .await?;
    if saved.rows_affected == 1 {
        return Ok(claim);
    }
    Err(Error::new(&common::ETAG_MISMATCH).with("name", &claim.name).into())
}

fn changeable(claim: &Claim) -> claim::ActiveModel {
    claim::ActiveModel {
        delivered: Set(claim.delivered),
        state: Set(claim.state.code().to_owned()),
        reason: Set(claim.reason.clone()),
        ..Default::default()
    }
}

impl TryFrom<claim::Model> for Claim {
    type Error = Failure;

    fn try_from(row: claim::Model) -> Result<Self, Failure> {
        let community = row::community(&row.community)?;
        Ok(Self {
            name: ClaimName {
                community: community.clone(),
                claim: ClaimId::from(row.id),
            },
            listing: ListingName {
                community,
                list: row::read(List::from_code(&row.list), "list", &row.list)?,
                id: ListingId::from(row.listing),
            },
            owner: OrganizationId::from(row.owner),
            claimant: row::organization(row.claimant, row.claimant_display_name),
            quantity: row.quantity,
            delivered: row.delivered,
            note: row.note,
            state: row::read(ClaimState::from_code(&row.state), "state", &row.state)?,
            reason: row.reason,
            project: row.project.map(ProjectId::from),
            created_at: Timestamp::from_micros(row.created_at),
            version: row.version,
        })
    }
}
