use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0002_voters"
    }
}

// Members are organizations, persons, or owners of a compound: one column for the id, one for what it is, and the compound
// of an owner. Renamed in place and not expanded first: no release had the old columns.
const CHANGES: &[&str] = &[
    "DROP INDEX body_member_organization",
    "ALTER TABLE body_member RENAME COLUMN organization TO member",
    "ALTER TABLE body_member ADD COLUMN member_kind text NOT NULL DEFAULT 'ORGANIZATION'",
    "ALTER TABLE body_member ADD COLUMN compound {uuid}",
    "CREATE INDEX body_member_member ON body_member (community, member)",
    "DROP INDEX roster_entry_organization",
    "ALTER TABLE roster_entry RENAME COLUMN organization TO member",
    "ALTER TABLE roster_entry ADD COLUMN member_kind text NOT NULL DEFAULT 'ORGANIZATION'",
    "ALTER TABLE roster_entry ADD COLUMN compound {uuid}",
    "CREATE INDEX roster_entry_member ON roster_entry (community, member)",
    "ALTER TABLE presence RENAME COLUMN organization TO member",
    "ALTER TABLE presence ADD COLUMN member_kind text NOT NULL DEFAULT 'ORGANIZATION'",
    "ALTER TABLE presence ADD COLUMN compound {uuid}",
    "ALTER TABLE ballot RENAME COLUMN organization TO member",
    "ALTER TABLE ballot ADD COLUMN member_kind text NOT NULL DEFAULT 'ORGANIZATION'",
    "ALTER TABLE ballot ADD COLUMN compound {uuid}",
    "ALTER TABLE agenda_item ADD COLUMN proposer_kind text NOT NULL DEFAULT 'ORGANIZATION'",
    "ALTER TABLE agenda_item ADD COLUMN proposer_compound {uuid}",
    "ALTER TABLE motion ADD COLUMN mover_kind text NOT NULL DEFAULT 'ORGANIZATION'",
    "ALTER TABLE motion ADD COLUMN mover_compound {uuid}",
    "ALTER TABLE body ADD COLUMN compound {uuid}",
    "ALTER TABLE body_member ADD COLUMN member_group text NOT NULL DEFAULT ''",
    "ALTER TABLE roster_entry ADD COLUMN member_group text NOT NULL DEFAULT ''",
    // the one erasable table of this service: everything else knows persons by id
    "CREATE TABLE person_name (
        community text NOT NULL, person {uuid} NOT NULL, full_name text NOT NULL, noted_at bigint NOT NULL,
        PRIMARY KEY (community, person))",
    "CREATE TABLE proxy (
        community text NOT NULL, meeting {uuid} NOT NULL, id {uuid} NOT NULL,
        principal {uuid} NOT NULL, principal_kind text NOT NULL, principal_compound {uuid},
        holder {uuid} NOT NULL, holder_kind text NOT NULL, holder_compound {uuid},
        scope text NOT NULL, form text NOT NULL, expires_at bigint, evidence {uuid},
        granted_at bigint NOT NULL, recorded_by {uuid}, revoked_at bigint, voided_at bigint,
        PRIMARY KEY (community, meeting, id))",
    // who casts for whom, as it stood when the vote opened
    "ALTER TABLE ballot ADD COLUMN proxy {uuid}",
    "ALTER TABLE ballot ADD COLUMN holder {uuid}",
    "ALTER TABLE ballot ADD COLUMN holder_kind text",
    "ALTER TABLE ballot ADD COLUMN holder_compound {uuid}",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let uuid = super::uuid_type(manager);
        for statement in CHANGES {
            manager
                .get_connection()
                .execute_unprepared(&statement.replace("{uuid}", uuid))
                .await?;
        }
        Ok(())
    }
}
