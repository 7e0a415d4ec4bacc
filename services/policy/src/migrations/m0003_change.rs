use sea_orm_migration::prelude::*;

use crate::store::entity::{change, change_step, counter, made_revision, rule};

/// Rules that domains make, the changes that make them, and their revisions.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0003_change"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        sequence(manager).await?;
        rules(manager).await?;
        changes(manager).await
    }
}

/// Goes on from what was counted for the template alone.
async fn sequence(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    use counter::Column as C;
    let table = Table::create()
        .table(counter::Entity)
        .col(ColumnDef::new(C::Id).integer().not_null().primary_key())
        .col(ColumnDef::new(C::Last).big_integer().not_null())
        .to_owned();
    manager.create_table(table).await?;
    let connection = manager.get_connection();
    let begin =
        r#"INSERT INTO "policy_sequence" ("id", "last") SELECT 1, COALESCE(MAX("sequence"), 0) FROM "revision""#;
    connection.execute_unprepared(begin).await?;
    Ok(())
}

async fn rules(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    use made_revision::Column as M;
    use rule::Column as R;
    let table = Table::create()
        .table(rule::Entity)
        .col(ColumnDef::new(R::Domain).text().not_null())
        .col(ColumnDef::new(R::Id).text().not_null())
        .col(ColumnDef::new(R::Kind).integer().not_null())
        .col(ColumnDef::new(R::Said).binary().not_null())
        .col(ColumnDef::new(R::Change).uuid().not_null())
        .col(ColumnDef::new(R::BegunIn).big_integer().not_null())
        .col(ColumnDef::new(R::EndedIn).big_integer())
        .primary_key(Index::create().col(R::Domain).col(R::Id))
        .to_owned();
    manager.create_table(table).await?;
    let table = Table::create()
        .table(made_revision::Entity)
        .col(ColumnDef::new(M::Domain).text().not_null())
        .col(ColumnDef::new(M::Number).big_integer().not_null())
        .col(ColumnDef::new(M::Change).uuid().not_null())
        .col(ColumnDef::new(M::Begun).integer().not_null())
        .col(ColumnDef::new(M::Ended).integer().not_null())
        .col(ColumnDef::new(M::MadeAt).big_integer().not_null())
        .primary_key(Index::create().col(M::Domain).col(M::Number))
        .to_owned();
    manager.create_table(table).await
}

async fn changes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    use change::Column as C;
    use change_step::Column as S;
    let table = Table::create()
        .table(change::Entity)
        .col(ColumnDef::new(C::Domain).text().not_null())
        .col(ColumnDef::new(C::Id).uuid().not_null())
        .col(ColumnDef::new(C::Title).text().not_null())
        .col(ColumnDef::new(C::Rationale).text().not_null())
        .col(ColumnDef::new(C::Edits).binary().not_null())
        .col(ColumnDef::new(C::EditCount).integer().not_null())
        .col(ColumnDef::new(C::State).integer().not_null())
        .col(ColumnDef::new(C::Base).big_integer().not_null())
        .col(ColumnDef::new(C::Sensitive).boolean().not_null())
        .col(ColumnDef::new(C::ApprovalsNeeded).integer().not_null())
        .col(ColumnDef::new(C::Proposer).text().not_null())
        .col(ColumnDef::new(C::Revision).big_integer())
        .col(ColumnDef::new(C::Restores).big_integer())
        .col(ColumnDef::new(C::Version).big_integer().not_null())
        .primary_key(Index::create().col(C::Domain).col(C::Id))
        .to_owned();
    manager.create_table(table).await?;
    let table = Table::create()
        .table(change_step::Entity)
        .col(ColumnDef::new(S::Domain).text().not_null())
        .col(ColumnDef::new(S::Change).uuid().not_null())
        .col(ColumnDef::new(S::Number).integer().not_null())
        .col(ColumnDef::new(S::Step).integer().not_null())
        .col(ColumnDef::new(S::Actor).text().not_null())
        .col(ColumnDef::new(S::Organization).uuid())
        .col(ColumnDef::new(S::Leads).boolean().not_null())
        .col(ColumnDef::new(S::Comment).text().not_null())
        .col(ColumnDef::new(S::StepAt).big_integer().not_null())
        .primary_key(Index::create().col(S::Domain).col(S::Change).col(S::Number))
        .to_owned();
    manager.create_table(table).await
}
