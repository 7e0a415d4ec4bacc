use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0008_owners"
    }
}

// The register as a notice froze it, and what owners cast for its units.
const TABLES: &[&str] = &[
    "ALTER TABLE meeting ADD COLUMN voting_ends_at bigint",
    "ALTER TABLE agenda_item ADD COLUMN building text NOT NULL DEFAULT ''",
    // one vote at a time in a room; in writing all are open at once
    "DROP INDEX vote_open",
    "CREATE UNIQUE INDEX vote_open ON vote (community, meeting) WHERE state = 'OPEN' AND method <> 'BY_UNIT'",
    "CREATE TABLE roster_register (
        community text NOT NULL, meeting {uuid} NOT NULL,
        compound {uuid} NOT NULL, revision bigint NOT NULL, units bigint NOT NULL, heads bigint NOT NULL, area bigint NOT NULL,
        PRIMARY KEY (community, meeting))",
    "CREATE TABLE roster_unit (
        community text NOT NULL, meeting {uuid} NOT NULL, unit {uuid} NOT NULL,
        building text NOT NULL, number text NOT NULL, area bigint NOT NULL, head {uuid} NOT NULL, nominee {uuid},
        PRIMARY KEY (community, meeting, unit))",
    "CREATE TABLE roster_unit_owner (
        community text NOT NULL, meeting {uuid} NOT NULL, unit {uuid} NOT NULL, owner {uuid} NOT NULL,
        PRIMARY KEY (community, meeting, unit, owner))",
    "CREATE INDEX roster_unit_owner_owner ON roster_unit_owner (community, meeting, owner)",
    // once for each unit and owner, also where two transactions race
    "CREATE TABLE unit_ballot (
        community text NOT NULL, vote {uuid} NOT NULL, unit {uuid} NOT NULL, owner {uuid} NOT NULL,
        meeting {uuid} NOT NULL, head {uuid} NOT NULL, choice text NOT NULL, cast_at bigint NOT NULL, cast_by {uuid} NOT NULL,
        recorded boolean NOT NULL, evidence {uuid}, corrected_from text, corrected_at bigint,
        PRIMARY KEY (community, vote, unit, owner))",
    "CREATE TABLE result_challenge (
        community text NOT NULL, meeting {uuid} NOT NULL, id {uuid} NOT NULL,
        vote {uuid} NOT NULL, owner {uuid} NOT NULL, author {uuid} NOT NULL, text text NOT NULL, created_at bigint NOT NULL,
        answer text, answered_at bigint, answered_by {uuid},
        PRIMARY KEY (community, meeting, id))",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let uuid = super::uuid_type(manager);
        for statement in TABLES {
            manager
                .get_connection()
                .execute_unprepared(&statement.replace("{uuid}", uuid))
                .await?;
        }
        Ok(())
    }
}
