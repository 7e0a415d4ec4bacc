//! Names of persons: the one erasable table.

use std::collections::HashMap;

use sea_orm::{ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use yihe_kernel::{OwnerId, UserId};
use yihe_store::Failure;

use crate::domain::register::PlannedOwner;
use crate::store::entity::person::{ActiveModel, Column, Entity, Model};
use crate::store::register::ROWS_A_STATEMENT;
use crate::store::{Writing, one};

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
        ..Default::default()
    };
    Entity::insert(row).exec_without_returning(writing.tx()).await?;
    Ok(())
}

/// What is known of a register's owner besides the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Name.
    pub full_name: String,
    /// Telephone number.
    pub phone: Option<String>,
    /// Keyed hash of the ID number.
    pub id_hash: Option<Vec<u8>>,
    /// The clerk's key.
    pub key: Option<String>,
}

/// Owners' names and numbers; erased ones are left out.
pub async fn contacts<C: ConnectionTrait>(
    connection: &C,
    owners: &[OwnerId],
) -> Result<HashMap<OwnerId, Contact>, Failure> {
    let mut contacts = HashMap::with_capacity(owners.len());
    for owners in owners.chunks(10_000) {
        let ids = owners.iter().map(|id| id.uuid());
        let rows = Entity::find().filter(Column::Id.is_in(ids)).all(connection).await?;
        let read = |row: Model| {
            let contact = Contact {
                full_name: row.full_name,
                phone: row.phone,
                id_hash: row.id_hash,
                key: row.register_key,
            };
            (row.id.into(), contact)
        };
        contacts.extend(rows.into_iter().map(read));
    }
    Ok(contacts)
}

fn row(owner: &PlannedOwner) -> ActiveModel {
    ActiveModel {
        id: ActiveValue::Set(owner.id.uuid()),
        full_name: ActiveValue::Set(owner.draft.name.clone()),
        phone: ActiveValue::Set(owner.draft.phone.clone()),
        id_hash: ActiveValue::Set(owner.draft.id_hash.clone()),
        register_key: ActiveValue::Set(owner.draft.key.clone()),
    }
}

/// Adds what a register tells of owners.
pub async fn insert_owners(writing: &Writing<'_>, owners: &[&PlannedOwner]) -> Result<(), Failure> {
    for owners in owners.chunks(ROWS_A_STATEMENT) {
        Entity::insert_many(owners.iter().map(|owner| row(owner)))
            .exec_without_returning(writing.tx())
            .await?;
    }
    Ok(())
}

/// Writes what a register tells of an owner now; an ID number that it leaves out stays known.
pub async fn update_owner(writing: &Writing<'_>, owner: &PlannedOwner) -> Result<(), Failure> {
    let told = row(owner);
    let id_hash = if owner.draft.id_hash.is_some() {
        told.id_hash.clone()
    } else {
        ActiveValue::NotSet
    };
    let changes = ActiveModel {
        id: ActiveValue::NotSet,
        id_hash,
        ..told
    };
    let updated = Entity::update_many()
        .set(changes)
        .filter(Column::Id.eq(owner.id.uuid()))
        .exec(writing.tx())
        .await?;
    if updated.rows_affected == 0 {
        // it was erased, and the clerk tells it anew
        return insert_owners(writing, &[owner]).await;
    }
    one(updated.rows_affected, "person")
}

/// Erases a person's name.
pub async fn erase(writing: &Writing<'_>, person: UserId) -> Result<(), Failure> {
    Entity::delete_by_id(person.uuid()).exec(writing.tx()).await?;
    Ok(())
}
