use sea_orm::sea_query::{Cond, Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, OrganizationId, OrganizationName, Timestamp};
use yihe_store::{Event as Told, Failure, Tx};

use super::entity::event::{self, Column};
use super::entity::{head, maker};
use crate::access::{class_of, has_makers};
use crate::names::{EventId, EventName};
use crate::sight::Sight;

/// Whose an event is, besides the one who acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// Who made what it is about.
    Subject,
    /// Who made what that belongs to.
    Aggregate,
}

/// An event of the history of a community.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    pub name: EventName,
    /// Its place, counted from 1.
    pub sequence: i64,
    pub source: String,
    pub kind: String,
    pub aggregate: String,
    pub subject: String,
    pub actor: String,
    pub organization: Option<OrganizationId>,
    pub data: Vec<u8>,
    pub occurred_at: Timestamp,
    pub recorded_at: Timestamp,
}

impl Recorded {
    /// The name of who acted: the organization acted for, else the principal.
    #[must_use]
    pub fn party(&self) -> String {
        party(self.organization, &self.actor)
    }
}

/// Which events are wanted; what is left out lets all through.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of one of these types.
    pub kinds: Vec<String>,
    /// Of a type that begins with one of these.
    pub prefixes: Vec<String>,
    /// About it, or of its history.
    pub subject: Option<String>,
    /// Done for it.
    pub organization: Option<OrganizationId>,
    /// Told by one of these services.
    pub sources: Vec<String>,
    /// Happened then or later.
    pub from: Option<Timestamp>,
    /// Happened earlier.
    pub until: Option<Timestamp>,
}

impl Wanted {
    fn condition(&self) -> Cond {
        let mut kinds = Cond::any();
        if !self.kinds.is_empty() {
            kinds = kinds.add(Column::Kind.is_in(&self.kinds));
        }
        for prefix in &self.prefixes {
            kinds = kinds.add(Column::Kind.starts_with(prefix));
        }
        let subject = self
            .subject
            .as_ref()
            .map(|subject| Column::Subject.eq(subject).or(Column::Aggregate.eq(subject)));
        let sources = (!self.sources.is_empty()).then(|| Column::Source.is_in(&self.sources));
        Cond::all()
            .add_option((!kinds.is_empty()).then_some(kinds))
            .add_option(subject)
            .add_option(sources)
            .add_option(self.organization.map(|id| Column::Organization.eq(id.uuid())))
            .add_option(self.from.map(|from| Column::OccurredAt.gte(from.micros())))
            .add_option(self.until.map(|until| Column::OccurredAt.lt(until.micros())))
    }
}

/// A stretch of a history.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    /// Only what comes after this place.
    pub after: Option<i64>,
    /// Only what comes before this one.
    pub before: Option<i64>,
    pub newest_first: bool,
    pub limit: u64,
}

/// The events of a stretch that are wanted and that `sight` lets through.
pub async fn list(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    wanted: &Wanted,
    sight: &Sight,
    stretch: Stretch,
) -> Result<Vec<Recorded>, Failure> {
    let query = event::Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(wanted.condition())
        .filter(seen(sight))
        .filter(
            Cond::all()
                .add_option(stretch.after.map(|after| Column::Sequence.gt(after)))
                .add_option(stretch.before.map(|before| Column::Sequence.lt(before))),
        )
        .limit(stretch.limit);
    let query = if stretch.newest_first {
        query.order_by_desc(Column::Sequence)
    } else {
        query.order_by_asc(Column::Sequence)
    };
    query.all(conn).await?.into_iter().map(Recorded::try_from).collect()
}

/// One event, where `sight` lets it through.
pub async fn find(conn: &impl ConnectionTrait, name: &EventName, sight: &Sight) -> Result<Option<Recorded>, Failure> {
    let row = event::Entity::find()
        .filter(Column::Community.eq(name.community.as_str()))
        .filter(Column::Id.eq(name.event.uuid()))
        .filter(seen(sight))
        .one(conn)
        .await?;
    row.map(Recorded::try_from).transpose()
}

/// The place of the last event; 0 where there is none.
pub async fn last(conn: &impl ConnectionTrait, community: &CommunityId) -> Result<i64, Failure> {
    let row = head::Entity::find_by_id(community.to_string()).one(conn).await?;
    Ok(row.map_or(0, |row| row.sequence))
}

/// The event at a place.
pub async fn at(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    sequence: i64,
) -> Result<Option<Recorded>, Failure> {
    let row = event::Entity::find_by_id((community.to_string(), sequence))
        .one(conn)
        .await?;
    row.map(Recorded::try_from).transpose()
}

/// Puts an event at the end of the history of its community.
pub async fn append(tx: &Tx, by: &Authorized, source: &str, told: &Told, now: Timestamp) -> Result<(), Failure> {
    let community = by.community()?.to_string();
    let class = class_of(&told.kind);
    if has_makers(class) {
        note_maker(tx, &community, told).await?;
    }
    let (subject_party, aggregate_party) = if class.facts.is_empty() {
        Default::default()
    } else {
        (
            maker_of(tx, &community, &told.subject).await?,
            maker_of(tx, &community, &told.stream).await?,
        )
    };
    let row = event::ActiveModel {
        sequence: Set(next(tx, &community).await?),
        community: Set(community),
        id: Set(told.id),
        source: Set(source.to_owned()),
        kind: Set(told.kind.clone()),
        aggregate: Set(told.stream.clone()),
        subject: Set(told.subject.clone()),
        actor: Set(told.actor.clone()),
        organization: Set(told.organization.map(OrganizationId::uuid)),
        data: Set(told.payload.clone()),
        occurred_at: Set(told.at.micros()),
        recorded_at: Set(now.micros()),
        needs: Set(class.needs.to_owned()),
        subject_party: Set(subject_party),
        aggregate_party: Set(aggregate_party),
    };
    event::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// The next place. Whoever takes it holds the row until the commit, so that places are committed in their order.
async fn next(tx: &Tx, community: &str) -> Result<i64, Failure> {
    let count = || {
        head::Entity::update_many()
            .col_expr(head::Column::Sequence, Expr::col(head::Column::Sequence).add(1))
            .filter(head::Column::Community.eq(community))
            .exec(tx)
    };
    if count().await?.rows_affected == 0 {
        let row = head::ActiveModel {
            community: Set(community.to_owned()),
            sequence: Set(0),
        };
        head::Entity::insert(row)
            .on_conflict(OnConflict::column(head::Column::Community).do_nothing().to_owned())
            .exec_without_returning(tx)
            .await?;
        count().await?;
    }
    let row = head::Entity::find_by_id(community.to_owned()).one(tx).await?;
    let row = row.ok_or_else(|| Error::internal("the head of a history is gone"))?;
    Ok(row.sequence)
}

async fn note_maker(tx: &Tx, community: &str, told: &Told) -> Result<(), Failure> {
    let row = maker::ActiveModel {
        community: Set(community.to_owned()),
        subject: Set(told.subject.clone()),
        party: Set(party(told.organization, &told.actor)),
    };
    maker::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([maker::Column::Community, maker::Column::Subject])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

async fn maker_of(tx: &Tx, community: &str, subject: &str) -> Result<String, Failure> {
    let key = (community.to_owned(), subject.to_owned());
    let row = maker::Entity::find_by_id(key).one(tx).await?;
    Ok(row.map(|row| row.party).unwrap_or_default())
}

/// The name of an organization, or of the principal who acts for none.
pub fn party(organization: Option<OrganizationId>, actor: &str) -> String {
    organization.map_or_else(
        || actor.to_owned(),
        |organization| OrganizationName { organization }.to_string(),
    )
}

/// What a caller may read, as a condition on rows.
fn seen(sight: &Sight) -> Cond {
    let mut any = Cond::any().add(Column::Needs.is_in(sight.allowed.iter().copied()));
    let is_mine = |column: Column, mine: bool| {
        if mine {
            column.eq(&sight.me)
        } else {
            column.ne(&sight.me)
        }
    };
    for case in &sight.conditional {
        any = any.add(
            Column::Needs
                .eq(case.needs)
                .and(is_mine(Column::SubjectParty, case.subject_is_mine))
                .and(is_mine(Column::AggregateParty, case.aggregate_is_mine)),
        );
    }
    any
}

impl TryFrom<event::Model> for Recorded {
    type Error = Failure;

    fn try_from(row: event::Model) -> Result<Self, Failure> {
        let community = row
            .community
            .parse()
            .map_err(|_| Error::internal(format!("column community holds `{}`", row.community)))?;
        Ok(Self {
            name: EventName {
                community,
                event: EventId::from(row.id),
            },
            sequence: row.sequence,
            source: row.source,
            kind: row.kind,
            aggregate: row.aggregate,
            subject: row.subject,
            actor: row.actor,
            organization: row.organization.map(OrganizationId::from),
            data: row.data,
            occurred_at: Timestamp::from_micros(row.occurred_at),
            recorded_at: Timestamp::from_micros(row.recorded_at),
        })
    }
}
