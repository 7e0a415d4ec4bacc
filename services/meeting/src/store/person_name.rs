//! Names of persons entered by a convener: the one erasable table. Everything else knows persons by id.

use std::collections::HashMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Timestamp, UserId};
use yihe_store::{Failure, Tx};

use super::entity::person_name::{ActiveModel, Column, Entity};

// far below SQLite's limit of parameters in one statement
const ROWS: usize = 500;

/// Notes a name, in place of an earlier one.
pub async fn put(
    tx: &Tx,
    _by: &Authorized,
    community: &CommunityId,
    person: UserId,
    full_name: &str,
    at: Timestamp,
) -> Result<(), Failure> {
    let row = ActiveModel {
        community: Set(community.to_string()),
        person: Set(person.uuid()),
        full_name: Set(full_name.to_owned()),
        noted_at: Set(at.micros()),
    };
    let again = OnConflict::columns([Column::Community, Column::Person])
        .update_columns([Column::FullName, Column::NotedAt])
        .to_owned();
    Entity::insert(row)
        .on_conflict(again)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Erases a name; false where there was none.
pub async fn erase(tx: &Tx, _by: &Authorized, community: &CommunityId, person: UserId) -> Result<bool, Failure> {
    let erased = Entity::delete_by_id((community.to_string(), person.uuid()))
        .exec(tx)
        .await?;
    Ok(erased.rows_affected == 1)
}

/// The names noted for persons; those without one are left out.
pub async fn names(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    persons: &[UserId],
) -> Result<HashMap<UserId, String>, Failure> {
    let mut names = HashMap::new();
    for chunk in persons.chunks(ROWS) {
        let rows = Entity::find()
            .filter(Column::Community.eq(community.as_str()))
            .filter(Column::Person.is_in(chunk.iter().map(|person| person.uuid())))
            .all(conn)
            .await?;
        names.extend(rows.into_iter().map(|row| (UserId::from(row.person), row.full_name)));
    }
    Ok(names)
}
