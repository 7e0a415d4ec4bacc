//! Sessions and refresh tokens.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use yihe_kernel::{Timestamp, UserId};
use yihe_store::Failure;

use crate::domain::names::SessionId;
use crate::domain::session::{RefreshToken, Session};
use crate::store::entity::{refresh_session, refresh_token};
use crate::store::{Writing, instant, one};

/// Begins a session.
pub async fn insert(writing: &Writing<'_>, session: &Session) -> Result<(), Failure> {
    let row = refresh_session::ActiveModel {
        id: ActiveValue::Set(session.id.uuid()),
        user: ActiveValue::Set(session.user.uuid()),
        created_at: ActiveValue::Set(session.created_at.micros()),
        ended_at: ActiveValue::Set(None),
    };
    refresh_session::Entity::insert(row)
        .exec_without_returning(writing.tx())
        .await?;
    Ok(())
}

/// Adds a refresh token.
pub async fn insert_token(writing: &Writing<'_>, token: &RefreshToken) -> Result<(), Failure> {
    let row = refresh_token::ActiveModel {
        hash: ActiveValue::Set(token.hash.clone()),
        session: ActiveValue::Set(token.session.uuid()),
        expires_at: ActiveValue::Set(token.expires_at.micros()),
        used_at: ActiveValue::Set(None),
    };
    refresh_token::Entity::insert(row)
        .exec_without_returning(writing.tx())
        .await?;
    Ok(())
}

/// The token with a hash and its session, held against others who present it.
pub async fn lock_token(writing: &Writing<'_>, hash: &[u8]) -> Result<Option<(Session, RefreshToken)>, Failure> {
    let token = refresh_token::Entity::find_by_id(hash.to_vec())
        .lock_exclusive()
        .one(writing.tx())
        .await?;
    let Some(token) = token else { return Ok(None) };
    let session = refresh_session::Entity::find_by_id(token.session)
        .one(writing.tx())
        .await?;
    Ok(session.map(|session| (session.into(), token.into())))
}

/// Marks a token as used.
pub async fn use_token(writing: &Writing<'_>, hash: &[u8]) -> Result<(), Failure> {
    let updated = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::UsedAt, Expr::value(writing.now.micros()))
        .filter(refresh_token::Column::Hash.eq(hash.to_vec()))
        .filter(refresh_token::Column::UsedAt.is_null())
        .exec(writing.tx())
        .await?;
    one(updated.rows_affected, "refresh token")
}

/// Ends one session.
pub async fn end(writing: &Writing<'_>, session: SessionId) -> Result<(), Failure> {
    refresh_session::Entity::update_many()
        .col_expr(refresh_session::Column::EndedAt, Expr::value(writing.now.micros()))
        .filter(refresh_session::Column::Id.eq(session.uuid()))
        .filter(refresh_session::Column::EndedAt.is_null())
        .exec(writing.tx())
        .await?;
    Ok(())
}

/// Ends all sessions of a user.
pub async fn end_all(writing: &Writing<'_>, user: UserId) -> Result<(), Failure> {
    refresh_session::Entity::update_many()
        .col_expr(refresh_session::Column::EndedAt, Expr::value(writing.now.micros()))
        .filter(refresh_session::Column::User.eq(user.uuid()))
        .filter(refresh_session::Column::EndedAt.is_null())
        .exec(writing.tx())
        .await?;
    Ok(())
}

/// Forgets a user's tokens that lapsed: their reuse cannot be told from nonsense any more, and need not be.
pub async fn forget_lapsed(writing: &Writing<'_>, session: SessionId) -> Result<(), Failure> {
    refresh_token::Entity::delete_many()
        .filter(refresh_token::Column::Session.eq(session.uuid()))
        .filter(refresh_token::Column::ExpiresAt.lte(writing.now.micros()))
        .exec(writing.tx())
        .await?;
    Ok(())
}

impl From<refresh_session::Model> for Session {
    fn from(row: refresh_session::Model) -> Self {
        Self {
            id: row.id.into(),
            user: row.user.into(),
            created_at: Timestamp::from_micros(row.created_at),
            ended_at: instant(row.ended_at),
        }
    }
}

impl From<refresh_token::Model> for RefreshToken {
    fn from(row: refresh_token::Model) -> Self {
        Self {
            hash: row.hash,
            session: row.session.into(),
            expires_at: Timestamp::from_micros(row.expires_at),
            used_at: instant(row.used_at),
        }
    }
}
