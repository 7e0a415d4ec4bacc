use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0010_ballots"
    }
}

const STATEMENTS: &[&str] = &[
    // who recorded a ballot for its voter
    "ALTER TABLE ballot ADD COLUMN recorded_by {uuid}",
    "ALTER TABLE clerk_record ADD COLUMN contest_recorded_by {uuid}",
    "ALTER TABLE vote ADD COLUMN box_counted_at bigint",
    // what a ballot said before it was changed or taken back
    "CREATE TABLE ballot_change (
        community text NOT NULL, vote {uuid} NOT NULL, id {uuid} NOT NULL, meeting {uuid} NOT NULL,
        member {uuid} NOT NULL, member_kind text NOT NULL, compound {uuid}, kind text NOT NULL,
        choice text NOT NULL, cast_at bigint NOT NULL, cast_by {uuid} NOT NULL, recorded_by {uuid}, changed_at bigint NOT NULL,
        PRIMARY KEY (community, vote, id))",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let uuid = super::uuid_type(manager);
        for statement in STATEMENTS {
            manager
                .get_connection()
                .execute_unprepared(&statement.replace("{uuid}", uuid))
                .await?;
        }
        Ok(())
    }
}
