use prost::Message;
use sea_orm::sea_query::{Cond, Expr};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, OrganizationId, Timestamp, reasons as common};
use yihe_proto::record::v1::EventFilter;
use yihe_store::{Failure, Page, Tx};

use super::entity::webhook::{self, Column};
use crate::convert;
use crate::domain::{State, Webhook};
use crate::names::{WebhookId, WebhookName};

/// What is told of is not all that was recorded.
const HAS_NEWS: &str =
    "place < (SELECT head.sequence FROM record_head AS head WHERE head.community = webhook.community)";

fn by_name(name: &WebhookName) -> sea_orm::Select<webhook::Entity> {
    webhook::Entity::find_by_id((name.community.to_string(), name.webhook.uuid()))
}

/// One webhook.
pub async fn find(conn: &impl ConnectionTrait, name: &WebhookName) -> Result<Option<Webhook>, Failure> {
    by_name(name).one(conn).await?.map(Webhook::try_from).transpose()
}

/// One webhook, held until the transaction ends.
pub async fn hold(tx: &Tx, name: &WebhookName) -> Result<Webhook, Failure> {
    let row = by_name(name).lock_exclusive().one(tx).await?;
    Webhook::try_from(row.ok_or_else(|| Error::not_found(name))?)
}

/// How many an organization has in a community.
pub async fn count(tx: &Tx, community: &CommunityId, organization: OrganizationId) -> Result<u64, Failure> {
    let own = webhook::Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(Column::Organization.eq(organization.uuid()));
    Ok(own.count(tx).await?)
}

/// The webhooks of a community, of one organization or of all, in the order they were made.
pub async fn list(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    organizations: Cond,
    page: &Page,
) -> Result<Vec<Webhook>, Failure> {
    let after = page.after.as_ref().and_then(|after| Uuid::try_parse(after).ok());
    let rows = webhook::Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(organizations)
        .filter(Cond::all().add_option(after.map(|after| Column::Id.gt(after))))
        .order_by_asc(Column::Id)
        .limit(page.limit + 1)
        .all(conn)
        .await?;
    rows.into_iter().map(Webhook::try_from).collect()
}

/// Those of one organization alone; of none where there is none.
pub fn of_organization(organization: Option<OrganizationId>) -> Cond {
    let own = organization.map(|organization| Column::Organization.eq(organization.uuid()));
    Cond::all().add(own.unwrap_or_else(|| Column::Organization.is_null()))
}

/// Those of one organization, or of all others.
pub fn of_others(organization: Option<OrganizationId>) -> Cond {
    Cond::all().add_option(organization.map(|organization| Column::Organization.ne(organization.uuid())))
}

/// Webhooks that tell and need not wait.
pub async fn due(conn: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<Webhook>, Failure> {
    let rows = webhook::Entity::find()
        .filter(Column::State.eq(State::Enabled.code()))
        .filter(Column::NextAttemptAt.lte(now.micros()))
        .filter(Expr::cust(HAS_NEWS))
        .order_by_asc(Column::NextAttemptAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(conn)
        .await?;
    rows.into_iter().map(Webhook::try_from).collect()
}

/// Adds a webhook.
pub async fn insert(tx: &Tx, _by: &Authorized, new: &Webhook) -> Result<(), Failure> {
    let row = webhook::ActiveModel {
        community: Set(new.name.community.to_string()),
        id: Set(new.name.webhook.uuid()),
        organization: Set(new.organization.uuid()),
        created_at: Set(new.created_at.micros()),
        version: Set(new.version),
        ..changeable(new)
    };
    webhook::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Stores what somebody changed in the version before.
pub async fn save(tx: &Tx, _by: &Authorized, mut changed: Webhook) -> Result<Webhook, Failure> {
    let before = changed.version;
    changed.version += 1;
    let row = webhook::ActiveModel {
        version: Set(changed.version),
        ..changeable(&changed)
    };
    let saved = webhook::Entity::update_many()
        .set(row)
        .filter(Column::Community.eq(changed.name.community.as_str()))
        .filter(Column::Id.eq(changed.name.webhook.uuid()))
        .filter(Column::Version.eq(before))
        .exec(tx)
        .await?;
    if saved.rows_affected == 1 {
        return Ok(changed);
    }
    Err(Error::new(&common::ETAG_MISMATCH).with("name", &changed.name).into())
}

/// Stores how a delivery ended, unless somebody changed the webhook meanwhile or it stands elsewhere. Returns whether it did.
pub async fn advance(tx: &Tx, _by: &Authorized, before: &Webhook, after: &Webhook) -> Result<bool, Failure> {
    let row = webhook::ActiveModel {
        state: Set(after.state.code().to_owned()),
        place: Set(after.place),
        failures: Set(after.failures),
        failing_since: Set(after.failing_since.map(Timestamp::micros)),
        next_attempt_at: Set(after.next_attempt_at.micros()),
        ..Default::default()
    };
    let saved = webhook::Entity::update_many()
        .set(row)
        .filter(Column::Community.eq(before.name.community.as_str()))
        .filter(Column::Id.eq(before.name.webhook.uuid()))
        .filter(Column::Version.eq(before.version))
        .filter(Column::Place.eq(before.place))
        .filter(Column::Failures.eq(before.failures))
        .filter(Column::State.eq(before.state.code()))
        .exec(tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Takes a webhook away. Returns false where it is gone already.
pub async fn delete(tx: &Tx, _by: &Authorized, name: &WebhookName) -> Result<bool, Failure> {
    let gone = webhook::Entity::delete_by_id((name.community.to_string(), name.webhook.uuid()))
        .exec(tx)
        .await?;
    Ok(gone.rows_affected == 1)
}

fn changeable(webhook: &Webhook) -> webhook::ActiveModel {
    webhook::ActiveModel {
        answerable: Set(webhook.answerable.to_string()),
        url: Set(webhook.url.clone()),
        description: Set(webhook.description.clone()),
        filter: Set(webhook.filter.clone()),
        state: Set(webhook.state.code().to_owned()),
        secret_version: Set(webhook.secret_version),
        old_secret_until: Set(webhook.old_secret_until.map(Timestamp::micros)),
        place: Set(webhook.place),
        failures: Set(webhook.failures),
        failing_since: Set(webhook.failing_since.map(Timestamp::micros)),
        next_attempt_at: Set(webhook.next_attempt_at.micros()),
        ..Default::default()
    }
}

impl TryFrom<webhook::Model> for Webhook {
    type Error = Failure;

    fn try_from(row: webhook::Model) -> Result<Self, Failure> {
        let broken = |column: &str, text: &str| Error::internal(format!("column {column} holds `{text}`"));
        let filter = EventFilter::decode(row.filter.as_slice()).map_err(Error::internal)?;
        Ok(Self {
            name: WebhookName {
                community: row.community.parse().map_err(|_| broken("community", &row.community))?,
                webhook: WebhookId::from(row.id),
            },
            organization: row.organization.into(),
            answerable: row
                .answerable
                .parse()
                .map_err(|_| broken("answerable", &row.answerable))?,
            url: row.url,
            description: row.description,
            wanted: convert::wanted("filter", Some(&filter))?,
            filter: row.filter,
            state: State::of_code(&row.state).ok_or_else(|| broken("state", &row.state))?,
            secret_version: row.secret_version,
            old_secret_until: row.old_secret_until.map(Timestamp::from_micros),
            place: row.place,
            failures: row.failures,
            failing_since: row.failing_since.map(Timestamp::from_micros),
            next_attempt_at: Timestamp::from_micros(row.next_attempt_at),
            created_at: Timestamp::from_micros(row.created_at),
            version: row.version,
        })
    }
}
