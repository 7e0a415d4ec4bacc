//! Organizations, people and their sessions: what belongs to no community.

use sea_orm_migration::prelude::*;

use crate::store::entity::{organization, person, refresh_session, refresh_token, user};

pub struct People;

impl MigrationName for People {
    fn name(&self) -> &'static str {
        "m0002_people"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for People {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables(manager).await?;
        indexes(manager).await
    }
}

async fn tables(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table(organization::Entity)
                .col(ColumnDef::new(organization::Column::Id).uuid().not_null())
                .col(ColumnDef::new(organization::Column::Kind).integer().not_null())
                .col(ColumnDef::new(organization::Column::DisplayName).text().not_null())
                .primary_key(Index::create().col(organization::Column::Id))
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table(user::Entity)
                .col(ColumnDef::new(user::Column::Id).uuid().not_null())
                .col(ColumnDef::new(user::Column::Login).text().not_null())
                .col(ColumnDef::new(user::Column::PasswordHash).text().not_null())
                .col(ColumnDef::new(user::Column::CreatedAt).big_integer().not_null())
                .col(ColumnDef::new(user::Column::CutoffAt).big_integer())
                .primary_key(Index::create().col(user::Column::Id))
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table(refresh_session::Entity)
                .col(ColumnDef::new(refresh_session::Column::Id).uuid().not_null())
                .col(ColumnDef::new(refresh_session::Column::User).uuid().not_null())
                .col(
                    ColumnDef::new(refresh_session::Column::CreatedAt)
                        .big_integer()
                        .not_null(),
                )
                .col(ColumnDef::new(refresh_session::Column::EndedAt).big_integer())
                .primary_key(Index::create().col(refresh_session::Column::Id))
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table(refresh_token::Entity)
                .col(ColumnDef::new(refresh_token::Column::Hash).binary().not_null())
                .col(ColumnDef::new(refresh_token::Column::Session).uuid().not_null())
                .col(
                    ColumnDef::new(refresh_token::Column::ExpiresAt)
                        .big_integer()
                        .not_null(),
                )
                .col(ColumnDef::new(refresh_token::Column::UsedAt).big_integer())
                .primary_key(Index::create().col(refresh_token::Column::Hash))
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table(person::Entity)
                .col(ColumnDef::new(person::Column::Id).uuid().not_null())
                .col(ColumnDef::new(person::Column::FullName).text().not_null())
                .primary_key(Index::create().col(person::Column::Id))
                .to_owned(),
        )
        .await?;
    Ok(())
}

async fn indexes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_index(
            Index::create()
                .name("user_login")
                .table(user::Entity)
                .col(user::Column::Login)
                .unique()
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("refresh_session_user")
                .table(refresh_session::Entity)
                .col(refresh_session::Column::User)
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("refresh_token_session")
                .table(refresh_token::Entity)
                .col(refresh_token::Column::Session)
                .to_owned(),
        )
        .await?;
    Ok(())
}
