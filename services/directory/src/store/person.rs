//! Names of persons: the one erasable table.

use std::collections::HashMap;

use sea_orm::{ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use yihe_kernel::UserId;
use yihe_store::Failure;

use crate::store::Writing;
use crate::store::entity::person::{ActiveModel, Column, Entity};

/// Full names of persons; erased ones are left out.
pub async fn names<C: ConnectionTrait>(
    connection: &C,
    persons: impl IntoIterator<Item = UserId>,
) -> Result<HashMap<UserId, String>, Failure> {
    let ids: Vec<_> = persons.into_iter().map(UserId::uuid).collect();
    let rows = Entity::find().filter(Column::Id.is_in(ids)).all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.full_name)).collect())
}

/// Full name of one person; empty when erased.
pub async fn name<C: ConnectionTrait>(connection: &C, person: UserId) -> Result<String, Failure> {
    Ok(names(connection, [person]).await?.remove(&person).unwrap_or_default())
}

/// Adds a person.
pub async fn insert(writing: &Writing<'_>, person: UserId, full_name: &str) -> Result<(), Failure> {
    let row = ActiveModel {
        id: ActiveValue::Set(person.uuid()),
        full_name: ActiveValue::Set(full_name.to_owned()),
    };
    Entity::insert(row).exec_without_returning(writing.tx()).await?;
    Ok(())
}

/// Erases a person's name.
pub async fn erase(writing: &Writing<'_>, person: UserId) -> Result<(), Failure> {
    Entity::delete_by_id(person.uuid()).exec(writing.tx()).await?;
    Ok(())
}
