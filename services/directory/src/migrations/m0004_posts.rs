//! Posts and invitations.

use sea_orm_migration::prelude::*;

use crate::store::entity::{appointment, invitation};

pub struct Posts;

impl MigrationName for Posts {
    fn name(&self) -> &'static str {
        "m0004_posts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Posts {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables(manager).await?;
        indexes(manager).await
    }
}

async fn tables(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table(appointment::Entity)
                .col(ColumnDef::new(appointment::Column::Community).char_len(12).not_null())
                .col(ColumnDef::new(appointment::Column::Id).uuid().not_null())
                .col(ColumnDef::new(appointment::Column::User).uuid().not_null())
                .col(ColumnDef::new(appointment::Column::Organization).uuid().not_null())
                .col(ColumnDef::new(appointment::Column::Kind).integer().not_null())
                .col(ColumnDef::new(appointment::Column::Post).integer().not_null())
                .col(ColumnDef::new(appointment::Column::StartAt).big_integer().not_null())
                .col(ColumnDef::new(appointment::Column::EndAt).big_integer())
                .col(ColumnDef::new(appointment::Column::EndedAt).big_integer())
                .col(ColumnDef::new(appointment::Column::Version).big_integer().not_null())
                .primary_key(
                    Index::create()
                        .col(appointment::Column::Community)
                        .col(appointment::Column::Id),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table(invitation::Entity)
                .col(ColumnDef::new(invitation::Column::Community).char_len(12).not_null())
                .col(ColumnDef::new(invitation::Column::Id).uuid().not_null())
                .col(ColumnDef::new(invitation::Column::Organization).uuid().not_null())
                .col(ColumnDef::new(invitation::Column::Post).integer().not_null())
                .col(ColumnDef::new(invitation::Column::Person).uuid().not_null())
                .col(ColumnDef::new(invitation::Column::StartAt).big_integer())
                .col(ColumnDef::new(invitation::Column::EndAt).big_integer())
                .col(ColumnDef::new(invitation::Column::CodeHash).binary())
                .col(ColumnDef::new(invitation::Column::ExpiresAt).big_integer())
                .col(ColumnDef::new(invitation::Column::AcceptedAt).big_integer())
                .col(ColumnDef::new(invitation::Column::Appointment).uuid())
                .col(ColumnDef::new(invitation::Column::CreatedAt).big_integer().not_null())
                .primary_key(
                    Index::create()
                        .col(invitation::Column::Community)
                        .col(invitation::Column::Id),
                )
                .to_owned(),
        )
        .await?;
    Ok(())
}

async fn indexes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_index(
            Index::create()
                .name("appointment_organization")
                .table(appointment::Entity)
                .col(appointment::Column::Community)
                .col(appointment::Column::Organization)
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("appointment_user")
                .table(appointment::Entity)
                .col(appointment::Column::User)
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("invitation_code")
                .table(invitation::Entity)
                .col(invitation::Column::Community)
                .col(invitation::Column::CodeHash)
                .unique()
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("invitation_organization")
                .table(invitation::Entity)
                .col(invitation::Column::Community)
                .col(invitation::Column::Organization)
                .to_owned(),
        )
        .await?;
    Ok(())
}
