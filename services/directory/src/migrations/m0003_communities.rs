//! Communities, their members, applicants and API clients.

use sea_orm_migration::prelude::*;

use crate::store::entity::{application, client, community, membership};

pub struct Communities;

impl MigrationName for Communities {
    fn name(&self) -> &'static str {
        "m0003_communities"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Communities {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables(manager).await?;
        indexes(manager).await
    }
}

async fn tables(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table(community::Entity)
                .col(ColumnDef::new(community::Column::Code).char_len(12).not_null())
                .col(ColumnDef::new(community::Column::Region).text().not_null())
                .col(ColumnDef::new(community::Column::DisplayName).text().not_null())
                .col(ColumnDef::new(community::Column::PartyCommittee).uuid().not_null())
                .col(
                    ColumnDef::new(community::Column::AuthoritySequence)
                        .big_integer()
                        .not_null(),
                )
                .col(ColumnDef::new(community::Column::TimeZone).text().not_null())
                .col(ColumnDef::new(community::Column::CreatedAt).big_integer().not_null())
                .primary_key(Index::create().col(community::Column::Code))
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table(membership::Entity)
                .col(ColumnDef::new(membership::Column::Community).char_len(12).not_null())
                .col(ColumnDef::new(membership::Column::Organization).uuid().not_null())
                .col(ColumnDef::new(membership::Column::Kind).integer().not_null())
                .col(ColumnDef::new(membership::Column::Superior).uuid())
                .col(ColumnDef::new(membership::Column::ExternalRef).text())
                .col(ColumnDef::new(membership::Column::CreatedAt).big_integer().not_null())
                .col(ColumnDef::new(membership::Column::EndedAt).big_integer())
                .col(ColumnDef::new(membership::Column::Version).big_integer().not_null())
                .primary_key(
                    Index::create()
                        .col(membership::Column::Community)
                        .col(membership::Column::Organization),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table(application::Entity)
                .col(ColumnDef::new(application::Column::Community).char_len(12).not_null())
                .col(ColumnDef::new(application::Column::Id).uuid().not_null())
                .col(ColumnDef::new(application::Column::Kind).integer().not_null())
                .col(ColumnDef::new(application::Column::DisplayName).text().not_null())
                .col(ColumnDef::new(application::Column::Contact).uuid().not_null())
                .col(ColumnDef::new(application::Column::Statement).text().not_null())
                .col(ColumnDef::new(application::Column::ClaimHash).binary().not_null())
                .col(ColumnDef::new(application::Column::State).integer().not_null())
                .col(ColumnDef::new(application::Column::RejectionReason).text())
                .col(ColumnDef::new(application::Column::CreatedAt).big_integer().not_null())
                .col(ColumnDef::new(application::Column::DecidedAt).big_integer())
                .col(ColumnDef::new(application::Column::Organization).uuid())
                .col(ColumnDef::new(application::Column::Client).uuid())
                .col(ColumnDef::new(application::Column::Invitation).uuid())
                .col(ColumnDef::new(application::Column::CollectedAt).big_integer())
                .primary_key(
                    Index::create()
                        .col(application::Column::Community)
                        .col(application::Column::Id),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table(client::Entity)
                .col(ColumnDef::new(client::Column::Community).char_len(12).not_null())
                .col(ColumnDef::new(client::Column::Id).uuid().not_null())
                .col(ColumnDef::new(client::Column::Organization).uuid().not_null())
                .col(ColumnDef::new(client::Column::Kind).integer().not_null())
                .col(ColumnDef::new(client::Column::CreatedAt).big_integer().not_null())
                .col(ColumnDef::new(client::Column::SecretHash).binary())
                .col(ColumnDef::new(client::Column::PreviousHash).binary())
                .col(ColumnDef::new(client::Column::PreviousExpiresAt).big_integer())
                .col(ColumnDef::new(client::Column::RotatedAt).big_integer())
                .col(ColumnDef::new(client::Column::CutoffAt).big_integer())
                .col(ColumnDef::new(client::Column::RevokedAt).big_integer())
                .primary_key(Index::create().col(client::Column::Community).col(client::Column::Id))
                .to_owned(),
        )
        .await?;
    Ok(())
}

async fn indexes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_index(
            Index::create()
                .name("membership_order")
                .table(membership::Entity)
                .col(membership::Column::Community)
                .col(membership::Column::CreatedAt)
                .col(membership::Column::Organization)
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("membership_external_ref")
                .table(membership::Entity)
                .col(membership::Column::Community)
                .col(membership::Column::ExternalRef)
                .unique()
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("client_organization")
                .table(client::Entity)
                .col(client::Column::Community)
                .col(client::Column::Organization)
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("client_id")
                .table(client::Entity)
                .col(client::Column::Id)
                .to_owned(),
        )
        .await
}
