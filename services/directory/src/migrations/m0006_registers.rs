//! Registers of owners, and what the erasable table keeps of them.

use sea_orm_migration::prelude::*;

use crate::store::entity::{owner_claim, person, register_owner, register_revision, register_share, register_unit};

pub struct Registers;

impl MigrationName for Registers {
    fn name(&self) -> &'static str {
        "m0006_registers"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Registers {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        persons(manager).await?;
        revisions(manager).await?;
        units(manager).await?;
        owners(manager).await
    }
}

async fn persons(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = [
        ColumnDef::new(person::Column::Phone).text().to_owned(),
        ColumnDef::new(person::Column::IdHash).binary().to_owned(),
        ColumnDef::new(person::Column::RegisterKey).text().to_owned(),
    ];
    for column in columns {
        let added = Table::alter().table(person::Entity).add_column(column).to_owned();
        manager.alter_table(added).await?;
    }
    Ok(())
}

async fn revisions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    use register_revision::Column;
    let mut table = Table::create();
    table
        .table(register_revision::Entity)
        .col(ColumnDef::new(Column::Community).char_len(12).not_null())
        .col(ColumnDef::new(Column::Compound).uuid().not_null())
        .col(ColumnDef::new(Column::Creator).text().not_null())
        .col(ColumnDef::new(Column::Sha256).binary());
    for column in [
        Column::Revision,
        Column::CreatedAt,
        Column::Units,
        Column::Buildings,
        Column::Owners,
        Column::Heads,
        Column::Area,
        Column::UnitsAdded,
        Column::UnitsChanged,
        Column::UnitsDropped,
        Column::OwnersDropped,
    ] {
        table.col(ColumnDef::new(column).big_integer().not_null());
    }
    table.primary_key(
        Index::create()
            .col(Column::Community)
            .col(Column::Compound)
            .col(Column::Revision),
    );
    manager.create_table(table).await
}

async fn units(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    use {register_share as share, register_unit as unit};
    manager
        .create_table(
            Table::create()
                .table(unit::Entity)
                .col(ColumnDef::new(unit::Column::Community).char_len(12).not_null())
                .col(ColumnDef::new(unit::Column::Compound).uuid().not_null())
                .col(ColumnDef::new(unit::Column::Id).uuid().not_null())
                .col(ColumnDef::new(unit::Column::Since).big_integer().not_null())
                .col(ColumnDef::new(unit::Column::Until).big_integer())
                .col(ColumnDef::new(unit::Column::Building).text().not_null())
                .col(ColumnDef::new(unit::Column::Number).text().not_null())
                .col(ColumnDef::new(unit::Column::Area).big_integer().not_null())
                .col(ColumnDef::new(unit::Column::AreaBasis).integer().not_null())
                .col(ColumnDef::new(unit::Column::Standing).integer().not_null())
                .col(ColumnDef::new(unit::Column::Head).uuid().not_null())
                .col(ColumnDef::new(unit::Column::Nominee).uuid())
                .primary_key(
                    Index::create()
                        .col(unit::Column::Community)
                        .col(unit::Column::Compound)
                        .col(unit::Column::Id)
                        .col(unit::Column::Since),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table(share::Entity)
                .col(ColumnDef::new(share::Column::Community).char_len(12).not_null())
                .col(ColumnDef::new(share::Column::Compound).uuid().not_null())
                .col(ColumnDef::new(share::Column::Unit).uuid().not_null())
                .col(ColumnDef::new(share::Column::Since).big_integer().not_null())
                .col(ColumnDef::new(share::Column::Owner).uuid().not_null())
                .col(ColumnDef::new(share::Column::Numerator).big_integer().not_null())
                .col(ColumnDef::new(share::Column::Denominator).big_integer().not_null())
                .primary_key(
                    Index::create()
                        .col(share::Column::Community)
                        .col(share::Column::Compound)
                        .col(share::Column::Unit)
                        .col(share::Column::Since)
                        .col(share::Column::Owner),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("register_share_owner")
                .table(share::Entity)
                .col(share::Column::Community)
                .col(share::Column::Compound)
                .col(share::Column::Owner)
                .to_owned(),
        )
        .await
}

async fn owners(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    use {owner_claim as claim, register_owner as owner};
    manager
        .create_table(
            Table::create()
                .table(owner::Entity)
                .col(ColumnDef::new(owner::Column::Community).char_len(12).not_null())
                .col(ColumnDef::new(owner::Column::Compound).uuid().not_null())
                .col(ColumnDef::new(owner::Column::Id).uuid().not_null())
                .col(ColumnDef::new(owner::Column::OwnerType).integer().not_null())
                .col(ColumnDef::new(owner::Column::Since).big_integer().not_null())
                .col(ColumnDef::new(owner::Column::Until).big_integer())
                .col(ColumnDef::new(owner::Column::User).uuid())
                .col(ColumnDef::new(owner::Column::LinkedAt).big_integer())
                .primary_key(
                    Index::create()
                        .col(owner::Column::Community)
                        .col(owner::Column::Compound)
                        .col(owner::Column::Id),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table(claim::Entity)
                .col(ColumnDef::new(claim::Column::Community).char_len(12).not_null())
                .col(ColumnDef::new(claim::Column::Compound).uuid().not_null())
                .col(ColumnDef::new(claim::Column::Owner).uuid().not_null())
                .col(ColumnDef::new(claim::Column::CodeHash).binary().not_null())
                .col(ColumnDef::new(claim::Column::ExpiresAt).big_integer().not_null())
                .primary_key(
                    Index::create()
                        .col(claim::Column::Community)
                        .col(claim::Column::Compound)
                        .col(claim::Column::Owner),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("owner_claim_code")
                .table(claim::Entity)
                .col(claim::Column::Community)
                .col(claim::Column::CodeHash)
                .unique()
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("register_owner_user")
                .table(owner::Entity)
                .col(owner::Column::User)
                .to_owned(),
        )
        .await
}
