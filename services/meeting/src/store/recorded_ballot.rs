//! Ballots that others than their voters record, and ballots that no longer say what they said. The vote must be held.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Timestamp, UserId};
use yihe_store::{Failure, Page, Tx};

use super::entity::{ballot, ballot_change, vote};
use super::row;
use crate::domain::{Ballot, BallotChange, BallotChangeKind, Choice, Member, Vote};
use crate::names::VoteName;

const ROWS: usize = 500;

/// Who stands in the room for the voter now, be it the holder of its proxy; who stood for it when the vote opened, where nobody
/// does any more.
const CAST_BY: &str = "COALESCE((SELECT p.representative FROM presence p \
     WHERE p.community = ballot.community AND p.meeting = ballot.meeting \
     AND p.member = COALESCE(ballot.holder, ballot.member) AND p.ended_at IS NULL), ballot.representative)";

/// Records ballots not yet cast.
pub async fn record(
    tx: &Tx,
    _by: &Authorized,
    name: &VoteName,
    ballots: &[(Member, Choice)],
    (clerk, at): (UserId, Timestamp),
) -> Result<(), Failure> {
    let mut recorded = 0;
    for choice in Choice::ALL {
        let members: Vec<Uuid> = ballots
            .iter()
            .filter(|(_, said)| said == choice)
            .map(|(member, _)| member.uuid())
            .collect();
        for chunk in members.chunks(ROWS) {
            let done = ballot::Entity::update_many()
                .set(ballot::ActiveModel {
                    choice: Set(Some(choice.code().to_owned())),
                    cast_at: Set(Some(at.micros())),
                    recorded_by: Set(Some(clerk.uuid())),
                    ..Default::default()
                })
                .col_expr(ballot::Column::CastBy, Expr::cust(CAST_BY))
                .filter(ballot::Column::Community.eq(name.community.as_str()))
                .filter(ballot::Column::Vote.eq(name.vote.uuid()))
                .filter(ballot::Column::Member.is_in(chunk.iter().copied()))
                .filter(ballot::Column::Choice.is_null())
                .exec(tx)
                .await?;
            recorded += done.rows_affected;
        }
    }
    if usize::try_from(recorded).ok() == Some(ballots.len()) {
        return Ok(());
    }
    Err(Error::internal(format!(
        "{recorded} of {} ballots of {name} could be recorded",
        ballots.len()
    ))
    .into())
}

/// Notes that the box of a vote was counted.
pub async fn count_box(tx: &Tx, _by: &Authorized, vote: &Vote) -> Result<(), Failure> {
    vote::Entity::update_many()
        .set(vote::ActiveModel {
            box_counted_at: Set(row::micros(vote.box_counted_at)),
            ..Default::default()
        })
        .filter(vote::Column::Community.eq(vote.name.community.as_str()))
        .filter(vote::Column::Meeting.eq(vote.name.meeting.uuid()))
        .filter(vote::Column::Id.eq(vote.name.vote.uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Stores what a ballot says now, be it nothing, and what it said before.
pub async fn change(
    tx: &Tx,
    _by: &Authorized,
    name: &VoteName,
    ballot: &Ballot,
    before: &BallotChange,
) -> Result<(), Failure> {
    let held = ballot.proxy;
    let cast = ballot.cast;
    ballot::Entity::update_many()
        .set(ballot::ActiveModel {
            choice: Set(cast.map(|(choice, ..)| choice.code().to_owned())),
            cast_at: Set(cast.map(|(_, at, _)| at.micros())),
            cast_by: Set(cast.map(|(.., by)| by.uuid())),
            recorded_by: Set(ballot.recorded_by.map(UserId::uuid)),
            proxy: Set(held.map(|held| held.proxy.uuid())),
            holder: Set(held.map(|held| held.holder.uuid())),
            holder_kind: Set(held.map(|held| row::member_kind(held.holder))),
            holder_compound: Set(held.and_then(|held| row::member_compound(held.holder))),
            ..Default::default()
        })
        .filter(ballot::Column::Community.eq(name.community.as_str()))
        .filter(ballot::Column::Vote.eq(name.vote.uuid()))
        .filter(ballot::Column::Member.eq(ballot.member.uuid()))
        .exec(tx)
        .await?;
    let (choice, cast_at, cast_by) = before.cast;
    let row = ballot_change::ActiveModel {
        community: Set(name.community.to_string()),
        vote: Set(name.vote.uuid()),
        id: Set(before.id),
        meeting: Set(name.meeting.uuid()),
        member: Set(before.member.uuid()),
        member_kind: Set(row::member_kind(before.member)),
        compound: Set(row::member_compound(before.member)),
        kind: Set(before.kind.code().to_owned()),
        choice: Set(choice.code().to_owned()),
        cast_at: Set(cast_at.micros()),
        cast_by: Set(cast_by.uuid()),
        recorded_by: Set(before.recorded_by.map(UserId::uuid)),
        changed_at: Set(before.changed_at.micros()),
    };
    ballot_change::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// A page of what ballots of a vote said before, in the order in which they were changed.
pub async fn changes(conn: &impl ConnectionTrait, name: &VoteName, page: &Page) -> Result<Vec<BallotChange>, Failure> {
    let mut query = ballot_change::Entity::find()
        .filter(ballot_change::Column::Community.eq(name.community.as_str()))
        .filter(ballot_change::Column::Vote.eq(name.vote.uuid()));
    if let Some(after) = row::after_id(page)? {
        query = query.filter(ballot_change::Column::Id.gt(after));
    }
    let rows = query
        .order_by_asc(ballot_change::Column::Id)
        .limit(row::fetch(page))
        .all(conn)
        .await?;
    rows.into_iter().map(BallotChange::try_from).collect()
}

impl TryFrom<ballot_change::Model> for BallotChange {
    type Error = Failure;

    fn try_from(row: ballot_change::Model) -> Result<Self, Failure> {
        let choice = row::read(Choice::from_code(&row.choice), "choice", &row.choice)?;
        Ok(Self {
            id: row.id,
            member: row::member(&row.member_kind, row.member, row.compound)?,
            kind: row::read(BallotChangeKind::from_code(&row.kind), "kind", &row.kind)?,
            cast: (choice, Timestamp::from_micros(row.cast_at), UserId::from(row.cast_by)),
            recorded_by: row.recorded_by.map(UserId::from),
            changed_at: Timestamp::from_micros(row.changed_at),
        })
    }
}
