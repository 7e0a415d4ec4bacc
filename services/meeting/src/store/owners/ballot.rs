use std::collections::HashMap;

use sea_orm::sea_query::{ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{Error, FileName, OwnerId, Timestamp, UnitId, UserId};
use yihe_store::{Failure, Page, Tx};

use crate::domain::owners::UnitBallot;
use crate::domain::{Choice, Vote};
use crate::names::{HeadId, VoteId, VoteName};
use crate::reasons;
use crate::store::entity::unit_ballot::{ActiveModel, Column, Entity, Model};
use crate::store::row;

const ROWS: usize = 500;

fn ballots(vote: &VoteName) -> sea_orm::Select<Entity> {
    Entity::find()
        .filter(Column::Community.eq(vote.community.as_str()))
        .filter(Column::Vote.eq(vote.vote.uuid()))
        .order_by_asc(Column::Unit)
        .order_by_asc(Column::Owner)
}

fn read(vote: &VoteName, rows: Vec<Model>) -> Result<Vec<UnitBallot>, Failure> {
    rows.into_iter().map(|row| ballot(vote, row)).collect()
}

fn choice(code: &str) -> Result<Choice, Failure> {
    row::read(Choice::from_code(code), "choice", code)
}

fn ballot(vote: &VoteName, row: Model) -> Result<UnitBallot, Failure> {
    let corrected = match (row.corrected_from, row.corrected_at) {
        (Some(from), Some(at)) => Some((choice(&from)?, Timestamp::from_micros(at))),
        _ => None,
    };
    Ok(UnitBallot {
        unit: UnitId::from(row.unit),
        head: HeadId::from(row.head),
        owner: OwnerId::from(row.owner),
        choice: choice(&row.choice)?,
        cast_at: Timestamp::from_micros(row.cast_at),
        cast_by: UserId::from(row.cast_by),
        recorded: row.recorded,
        evidence: row.evidence.map(|file| FileName {
            community: vote.community.clone(),
            file: file.into(),
        }),
        corrected,
    })
}

/// All ballots of a vote by unit and owner.
pub async fn of_vote(conn: &impl ConnectionTrait, vote: &VoteName) -> Result<Vec<UnitBallot>, Failure> {
    read(vote, ballots(vote).all(conn).await?)
}

/// The ballots of a vote for some units, whoever cast them.
pub async fn of_units(
    conn: &impl ConnectionTrait,
    vote: &VoteName,
    units: impl IntoIterator<Item = UnitId>,
) -> Result<Vec<UnitBallot>, Failure> {
    let units: Vec<_> = units.into_iter().map(UnitId::uuid).collect();
    let mut found = Vec::new();
    for chunk in units.chunks(ROWS) {
        let rows = ballots(vote).filter(Column::Unit.is_in(chunk.iter().copied()));
        found.extend(read(vote, rows.all(conn).await?)?);
    }
    Ok(found)
}

/// A page of the ballots of a vote by unit and owner, and the key of each.
pub async fn list(conn: &impl ConnectionTrait, vote: &VoteName, page: &Page) -> Result<Vec<UnitBallot>, Failure> {
    let mut query = ballots(vote);
    if let Some(after) = &page.after {
        let broken = || row::broken("page_token", after);
        let (unit, owner) = after.split_once('/').ok_or_else(broken)?;
        let unit = Uuid::try_parse(unit).map_err(|_| broken())?;
        let owner = Uuid::try_parse(owner).map_err(|_| broken())?;
        query = query.filter(
            Condition::any()
                .add(Column::Unit.gt(unit))
                .add(Column::Unit.eq(unit).and(Column::Owner.gt(owner))),
        );
    }
    read(vote, query.limit(row::fetch(page)).all(conn).await?)
}

/// Stores ballots of a vote that is held or shared, each unit and owner once.
pub async fn insert_ballots(tx: &Tx, _by: &Authorized, vote: &VoteName, ballots: &[UnitBallot]) -> Result<(), Failure> {
    let key = [Column::Community, Column::Vote, Column::Unit, Column::Owner];
    for chunk in ballots.chunks(ROWS) {
        let rows = chunk.iter().map(|ballot| ActiveModel {
            community: Set(vote.community.to_string()),
            vote: Set(vote.vote.uuid()),
            unit: Set(ballot.unit.uuid()),
            owner: Set(ballot.owner.uuid()),
            meeting: Set(vote.meeting.uuid()),
            head: Set(ballot.head.uuid()),
            choice: Set(ballot.choice.code().to_owned()),
            cast_at: Set(ballot.cast_at.micros()),
            cast_by: Set(ballot.cast_by.uuid()),
            recorded: Set(ballot.recorded),
            evidence: Set(ballot.evidence.as_ref().map(|file| file.file.uuid())),
            corrected_from: Set(None),
            corrected_at: Set(None),
        });
        let stored = Entity::insert_many(rows)
            .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
            .exec_without_returning(tx)
            .await?;
        // whoever cast for the same units at the same time was first
        if stored != u64::try_from(chunk.len()).map_err(Error::internal)? {
            return Err(Error::new(&reasons::UNIT_ALREADY_VOTED)
                .with("name", vote)
                .with("units", chunk.len())
                .into());
        }
    }
    Ok(())
}

/// Stores what a ballot says now.
pub async fn correct(tx: &Tx, _by: &Authorized, vote: &VoteName, ballot: &UnitBallot) -> Result<(), Failure> {
    let corrected = ballot.corrected;
    Entity::update_many()
        .set(ActiveModel {
            choice: Set(ballot.choice.code().to_owned()),
            corrected_from: Set(corrected.map(|(from, _)| from.code().to_owned())),
            corrected_at: Set(corrected.map(|(_, at)| at.micros())),
            ..Default::default()
        })
        .filter(Column::Community.eq(vote.community.as_str()))
        .filter(Column::Vote.eq(vote.vote.uuid()))
        .filter(Column::Unit.eq(ballot.unit.uuid()))
        .filter(Column::Owner.eq(ballot.owner.uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Of how many heads a ballot was cast, by vote.
pub async fn turnout(conn: &impl ConnectionTrait, votes: &[Vote]) -> Result<HashMap<VoteId, i64>, Failure> {
    let Some(first) = votes.first() else {
        return Ok(HashMap::new());
    };
    let rows: Vec<(Uuid, i64)> = Entity::find()
        .select_only()
        .column(Column::Vote)
        .column_as(sea_orm::sea_query::Expr::col(Column::Head).count_distinct(), "heads")
        .filter(Column::Community.eq(first.name.community.as_str()))
        .filter(Column::Vote.is_in(votes.iter().map(|vote| vote.name.vote.uuid())))
        .group_by(Column::Vote)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(vote, heads)| (VoteId::from(vote), heads))
        .collect())
}
