//! The ballots of open secret votes, which only the vote's key opens.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use yihe_authz::Authorized;
use yihe_store::{Failure, Tx};

use super::entity::sealed_ballot::{ActiveModel, Column, Entity};
use crate::names::VoteName;
use crate::secrecy::Seal;

const ROWS: usize = 500;

/// Keeps sealed ballots, in the transaction that notes who took part.
pub async fn insert(tx: &Tx, _by: &Authorized, vote: &VoteName, seals: &[Seal]) -> Result<(), Failure> {
    for chunk in seals.chunks(ROWS) {
        let rows = chunk.iter().map(|seal| ActiveModel {
            community: Set(vote.community.to_string()),
            vote: Set(vote.vote.uuid()),
            // ids of this platform grow with time, and time is what must not be told
            id: Set(uuid::Builder::from_random_bytes(rand::random()).into_uuid()),
            seal: Set(seal.0.clone()),
        });
        Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Takes all sealed ballots of a vote out of the database. The vote must be held.
pub async fn take(tx: &Tx, by: &Authorized, vote: &VoteName) -> Result<Vec<Seal>, Failure> {
    let rows = Entity::find()
        .filter(Column::Community.eq(vote.community.as_str()))
        .filter(Column::Vote.eq(vote.vote.uuid()))
        .all(tx)
        .await?;
    remove(tx, by, vote).await?;
    Ok(rows.into_iter().map(|row| Seal(row.seal)).collect())
}

/// Removes all sealed ballots of a vote that ends without a count.
pub async fn remove(tx: &Tx, _by: &Authorized, vote: &VoteName) -> Result<(), Failure> {
    Entity::delete_many()
        .filter(Column::Community.eq(vote.community.as_str()))
        .filter(Column::Vote.eq(vote.vote.uuid()))
        .exec(tx)
        .await?;
    Ok(())
}
