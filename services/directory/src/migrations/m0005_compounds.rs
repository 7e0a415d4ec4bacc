//! Compounds and service contracts.

use sea_orm_migration::prelude::*;

use crate::store::entity::{compound, service_contract};

pub struct Compounds;

impl MigrationName for Compounds {
    fn name(&self) -> &'static str {
        "m0005_compounds"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Compounds {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables(manager).await?;
        indexes(manager).await
    }
}

async fn tables(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table(compound::Entity)
                .col(ColumnDef::new(compound::Column::Community).char_len(12).not_null())
                .col(ColumnDef::new(compound::Column::Id).uuid().not_null())
                .col(ColumnDef::new(compound::Column::DisplayName).text().not_null())
                .col(ColumnDef::new(compound::Column::OwnersCommittee).uuid())
                .col(ColumnDef::new(compound::Column::CreatedAt).big_integer().not_null())
                .primary_key(
                    Index::create()
                        .col(compound::Column::Community)
                        .col(compound::Column::Id),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table(service_contract::Entity)
                .col(
                    ColumnDef::new(service_contract::Column::Community)
                        .char_len(12)
                        .not_null(),
                )
                .col(ColumnDef::new(service_contract::Column::Compound).uuid().not_null())
                .col(ColumnDef::new(service_contract::Column::Id).uuid().not_null())
                .col(
                    ColumnDef::new(service_contract::Column::PropertyCompany)
                        .uuid()
                        .not_null(),
                )
                .col(
                    ColumnDef::new(service_contract::Column::StartAt)
                        .big_integer()
                        .not_null(),
                )
                .col(ColumnDef::new(service_contract::Column::EndAt).big_integer())
                .col(ColumnDef::new(service_contract::Column::EndedAt).big_integer())
                .primary_key(
                    Index::create()
                        .col(service_contract::Column::Community)
                        .col(service_contract::Column::Compound)
                        .col(service_contract::Column::Id),
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
                .name("compound_owners_committee")
                .table(compound::Entity)
                .col(compound::Column::Community)
                .col(compound::Column::OwnersCommittee)
                .unique()
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("service_contract_company")
                .table(service_contract::Entity)
                .col(service_contract::Column::Community)
                .col(service_contract::Column::PropertyCompany)
                .to_owned(),
        )
        .await?;
    Ok(())
}
