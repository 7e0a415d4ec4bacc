//! People's accounts.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use yihe_kernel::{Timestamp, UserId};
use yihe_store::Failure;

use crate::domain::user::User;
use crate::store::entity::user::{ActiveModel, Column, Entity, Model};
use crate::store::{Writing, instant, one};

impl From<Model> for User {
    fn from(row: Model) -> Self {
        Self {
            id: row.id.into(),
            login: row.login,
            password_hash: row.password_hash,
            created_at: Timestamp::from_micros(row.created_at),
            cutoff_at: instant(row.cutoff_at),
        }
    }
}

/// One user.
pub async fn find<C: ConnectionTrait>(connection: &C, id: UserId) -> Result<Option<User>, Failure> {
    Ok(Entity::find_by_id(id.uuid()).one(connection).await?.map(User::from))
}

/// The user with a login.
pub async fn with_login<C: ConnectionTrait>(connection: &C, login: &str) -> Result<Option<User>, Failure> {
    Ok(Entity::find()
        .filter(Column::Login.eq(login))
        .one(connection)
        .await?
        .map(User::from))
}

/// Adds a user.
pub async fn insert(writing: &Writing<'_>, user: &User) -> Result<(), Failure> {
    let row = ActiveModel {
        id: ActiveValue::Set(user.id.uuid()),
        login: ActiveValue::Set(user.login.clone()),
        password_hash: ActiveValue::Set(user.password_hash.clone()),
        created_at: ActiveValue::Set(user.created_at.micros()),
        cutoff_at: ActiveValue::Set(None),
    };
    Entity::insert(row).exec_without_returning(writing.tx()).await?;
    Ok(())
}

/// Refuses the user's access tokens issued before now.
pub async fn cut_off(writing: &Writing<'_>, id: UserId) -> Result<(), Failure> {
    let updated = Entity::update_many()
        .col_expr(Column::CutoffAt, Expr::value(writing.now.micros()))
        .filter(Column::Id.eq(id.uuid()))
        .exec(writing.tx())
        .await?;
    one(updated.rows_affected, "user")
}
