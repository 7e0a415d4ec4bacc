use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0003_procedure"
    }
}

const STATEMENTS: &[&str] = &[
    "ALTER TABLE meeting ADD COLUMN start_known boolean NOT NULL DEFAULT true",
    "ALTER TABLE meeting ADD COLUMN postponed_at bigint",
    "ALTER TABLE meeting ADD COLUMN postpone_reason text",
    "ALTER TABLE meeting ADD COLUMN suspended_at bigint",
    "ALTER TABLE meeting ADD COLUMN suspend_reason text",
    "ALTER TABLE meeting ADD COLUMN notice_round integer NOT NULL DEFAULT 0",
    "UPDATE meeting SET notice_round = 1 WHERE noticed_at IS NOT NULL",
    "ALTER TABLE presence ADD COLUMN recorded_by {uuid}",
    "CREATE TABLE notice_waiver (
        community text NOT NULL, meeting {uuid} NOT NULL, member {uuid} NOT NULL, starts_at bigint NOT NULL,
        member_kind text NOT NULL, compound {uuid}, waived_at bigint NOT NULL, recorded_by {uuid},
        PRIMARY KEY (community, meeting, member, starts_at))",
    "CREATE TABLE delivery (
        community text NOT NULL, meeting {uuid} NOT NULL, id {uuid} NOT NULL, round integer NOT NULL,
        recipient {uuid} NOT NULL, recipient_kind text NOT NULL, compound {uuid}, channel text NOT NULL,
        delivered_at bigint NOT NULL, evidence {uuid}, note text NOT NULL, recorded_by {uuid} NOT NULL,
        PRIMARY KEY (community, meeting, id))",
    "CREATE TABLE clerk_record (
        community text NOT NULL, meeting {uuid} NOT NULL, id {uuid} NOT NULL,
        act text NOT NULL, member {uuid} NOT NULL, member_kind text NOT NULL, compound {uuid}, subject text NOT NULL,
        evidence {uuid}, note text NOT NULL, recorded_by {uuid} NOT NULL, recorded_at bigint NOT NULL,
        contest_state text, contest_reason text, contested_at bigint, answer text, answered_at bigint,
        PRIMARY KEY (community, meeting, id))",
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
