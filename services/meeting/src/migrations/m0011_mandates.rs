use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0011_mandates"
    }
}

const CHANGES: &[&str] = &[
    "CREATE TABLE mandate (
        community text NOT NULL, meeting {uuid} NOT NULL, id {uuid} NOT NULL,
        organization {uuid} NOT NULL, person {uuid} NOT NULL, note text NOT NULL, evidence {uuid},
        granted_at bigint NOT NULL, recorded_by {uuid}, revoked_at bigint,
        PRIMARY KEY (community, meeting, id))",
    // one substitute of an organization at a time, also where two transactions race
    "CREATE UNIQUE INDEX mandate_standing ON mandate (community, meeting, organization) WHERE revoked_at IS NULL",
    "CREATE TABLE invited_person (
        community text NOT NULL, meeting {uuid} NOT NULL, id {uuid} NOT NULL,
        person {uuid} NOT NULL, role text NOT NULL, items text NOT NULL,
        invited_at bigint NOT NULL, withdrawn_at bigint,
        PRIMARY KEY (community, meeting, id))",
    "CREATE UNIQUE INDEX invited_person_standing ON invited_person (community, meeting, person)
        WHERE withdrawn_at IS NULL",
    // by what a representative is there who holds no post, and who is there without being a member
    "ALTER TABLE presence ADD COLUMN mandate {uuid}",
    "ALTER TABLE presence ADD COLUMN invited_person {uuid}",
    // every interruption of a session; the meeting's row knows the one that lasts
    "CREATE TABLE suspension (
        community text NOT NULL, meeting {uuid} NOT NULL, id {uuid} NOT NULL,
        reason text NOT NULL, started_at bigint NOT NULL, ended_at bigint,
        PRIMARY KEY (community, meeting, id))",
    "CREATE TABLE speech (
        community text NOT NULL, meeting {uuid} NOT NULL, id {uuid} NOT NULL,
        agenda_item {uuid} NOT NULL, member {uuid} NOT NULL, member_kind text NOT NULL, compound {uuid},
        speaker {uuid} NOT NULL, side text, state text NOT NULL, asked_at bigint NOT NULL,
        floor_at bigint, spoken_micros bigint NOT NULL, ended_at bigint,
        PRIMARY KEY (community, meeting, id))",
    // one speech at a time, also where two transactions race
    "CREATE UNIQUE INDEX speech_floor ON speech (community, meeting) WHERE state = 'SPEAKING'",
    "ALTER TABLE meeting ADD COLUMN debate_rules text",
    "ALTER TABLE agenda_item ADD COLUMN papers text NOT NULL DEFAULT '[]'",
    "ALTER TABLE agenda_item ADD COLUMN version bigint NOT NULL DEFAULT 1",
    // to whom an escalation went
    "ALTER TABLE commitment_step ADD COLUMN recipients text NOT NULL DEFAULT ''",
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
