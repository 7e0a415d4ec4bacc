//! Party committees of regions, their people, and the warnings before terms lapse.

use sea_orm_migration::prelude::*;

use crate::store::entity::{
    appointment, lapse_warning, region_appointment, region_authority, region_committee, region_invitation,
};

pub struct RegionCommittees;

impl MigrationName for RegionCommittees {
    fn name(&self) -> &'static str {
        "m0008_region_committees"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for RegionCommittees {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        committees(manager).await?;
        people(manager).await?;
        warnings(manager).await?;
        indexes(manager).await
    }
}

async fn committees(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    use region_committee::Column;
    manager
        .create_table(
            Table::create()
                .table(region_committee::Entity)
                .col(ColumnDef::new(Column::Region).text().not_null())
                .col(ColumnDef::new(Column::Organization).uuid().not_null())
                .col(ColumnDef::new(Column::CreatedAt).big_integer().not_null())
                .primary_key(Index::create().col(Column::Region))
                .to_owned(),
        )
        .await?;
    let table = Table::create()
        .table(region_authority::Entity)
        .col(ColumnDef::new(region_authority::Column::Region).text().not_null())
        .col(
            ColumnDef::new(region_authority::Column::Sequence)
                .big_integer()
                .not_null(),
        )
        .primary_key(Index::create().col(region_authority::Column::Region))
        .to_owned();
    manager.create_table(table).await
}

async fn people(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    use region_appointment::Column;
    manager
        .create_table(
            Table::create()
                .table(region_appointment::Entity)
                .col(ColumnDef::new(Column::Region).text().not_null())
                .col(ColumnDef::new(Column::Id).uuid().not_null())
                .col(ColumnDef::new(Column::User).uuid().not_null())
                .col(ColumnDef::new(Column::Organization).uuid().not_null())
                .col(ColumnDef::new(Column::Kind).integer().not_null())
                .col(ColumnDef::new(Column::Post).integer().not_null())
                .col(ColumnDef::new(Column::StartAt).big_integer().not_null())
                .col(ColumnDef::new(Column::EndAt).big_integer())
                .col(ColumnDef::new(Column::EndedAt).big_integer())
                .col(ColumnDef::new(Column::Version).big_integer().not_null())
                .primary_key(Index::create().col(Column::Region).col(Column::Id))
                .to_owned(),
        )
        .await?;
    let table = Table::create()
        .table(region_invitation::Entity)
        .col(ColumnDef::new(region_invitation::Column::Region).text().not_null())
        .col(ColumnDef::new(region_invitation::Column::Id).uuid().not_null())
        .col(ColumnDef::new(region_invitation::Column::Post).integer().not_null())
        .col(ColumnDef::new(region_invitation::Column::Person).uuid().not_null())
        .col(ColumnDef::new(region_invitation::Column::StartAt).big_integer())
        .col(ColumnDef::new(region_invitation::Column::EndAt).big_integer())
        .col(ColumnDef::new(region_invitation::Column::CodeHash).binary().not_null())
        .col(
            ColumnDef::new(region_invitation::Column::ExpiresAt)
                .big_integer()
                .not_null(),
        )
        .col(ColumnDef::new(region_invitation::Column::AcceptedAt).big_integer())
        .col(ColumnDef::new(region_invitation::Column::Appointment).uuid())
        .col(
            ColumnDef::new(region_invitation::Column::CreatedAt)
                .big_integer()
                .not_null(),
        )
        .primary_key(
            Index::create()
                .col(region_invitation::Column::Region)
                .col(region_invitation::Column::Id),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn warnings(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    use lapse_warning::Column;
    let table = Table::create()
        .table(lapse_warning::Entity)
        .col(ColumnDef::new(Column::Place).text().not_null())
        .col(ColumnDef::new(Column::Appointment).uuid().not_null())
        .col(ColumnDef::new(Column::EndAt).big_integer().not_null())
        .col(ColumnDef::new(Column::Days).integer().not_null())
        .col(ColumnDef::new(Column::ToldAt).big_integer().not_null())
        .primary_key(
            Index::create()
                .col(Column::Place)
                .col(Column::Appointment)
                .col(Column::EndAt)
                .col(Column::Days),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn indexes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // what lapses is looked for in all communities and regions at once
    let index = Index::create()
        .name("appointment_end")
        .table(appointment::Entity)
        .col(appointment::Column::EndAt)
        .to_owned();
    manager.create_index(index).await?;
    let index = Index::create()
        .name("region_appointment_end")
        .table(region_appointment::Entity)
        .col(region_appointment::Column::EndAt)
        .to_owned();
    manager.create_index(index).await?;
    let index = Index::create()
        .name("region_appointment_user")
        .table(region_appointment::Entity)
        .col(region_appointment::Column::User)
        .to_owned();
    manager.create_index(index).await?;
    let index = Index::create()
        .name("region_invitation_code")
        .table(region_invitation::Entity)
        .col(region_invitation::Column::Region)
        .col(region_invitation::Column::CodeHash)
        .unique()
        .to_owned();
    manager.create_index(index).await
}
