use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error};
use yihe_store::{Failure, Tx};

use super::entity::category::{self, Column};
use crate::domain::{Category, category as tree};
use crate::reasons;

/// Whether a community has a category.
pub async fn exists(conn: &impl ConnectionTrait, community: &CommunityId, code: &str) -> Result<bool, Failure> {
    if tree::is_shipped(code) {
        return Ok(true);
    }
    let own = category::Entity::find_by_id((community.to_string(), code.to_owned()));
    Ok(own.one(conn).await?.is_some())
}

/// The categories that a community has added.
pub async fn own(conn: &impl ConnectionTrait, community: &CommunityId) -> Result<Vec<Category>, Failure> {
    let rows = category::Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .all(conn)
        .await?;
    let read = |row: category::Model| Category {
        code: row.code,
        zh: row.zh,
        en: row.en,
        shipped: false,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Adds one.
pub async fn insert(tx: &Tx, by: &Authorized, added: &Category) -> Result<(), Failure> {
    let row = category::ActiveModel {
        community: Set(by.community()?.to_string()),
        code: Set(added.code.clone()),
        zh: Set(added.zh.clone()),
        en: Set(added.en.clone()),
    };
    let inserted = category::Entity::insert(row).exec_without_returning(tx).await;
    inserted.map_err(|error| {
        let failure = Failure::from(error);
        match failure.is_unique_violation() {
            true => Error::new(&reasons::CATEGORY_TAKEN)
                .with("category", &added.code)
                .into(),
            false => failure,
        }
    })?;
    Ok(())
}
