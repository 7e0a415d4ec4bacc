use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0006_commitments"
    }
}

// The conventions are those of m0001_first_meeting. `_on` are days, `YYYY-MM-DD`.
const TABLES: &[&str] = &[
    "CREATE TABLE commitment (
        community text NOT NULL, id {uuid} NOT NULL,
        batch {uuid} NOT NULL, body {uuid} NOT NULL, meeting {uuid} NOT NULL, resolution {uuid}, agenda_item {uuid}, problem {uuid},
        convener {uuid} NOT NULL, convener_display_name text NOT NULL, escalation_days bigint NOT NULL,
        escalation_unit text NOT NULL,
        assignee {uuid} NOT NULL, part text NOT NULL, text text NOT NULL, external_ref text NOT NULL,
        holder {uuid} NOT NULL, holder_display_name text NOT NULL, held_since bigint NOT NULL,
        due_on text NOT NULL, state text NOT NULL, level text NOT NULL, escalates_at bigint,
        progress text, progress_at bigint, made_at bigint NOT NULL, done_at bigint, closed_at bigint, version bigint NOT NULL,
        PRIMARY KEY (community, id))",
    "CREATE UNIQUE INDEX commitment_external_ref ON commitment (community, assignee, external_ref) WHERE external_ref <> ''",
    "CREATE INDEX commitment_holder_is ON commitment (community, holder)",
    "CREATE INDEX commitment_meeting ON commitment (community, meeting)",
    "CREATE INDEX commitment_resolution ON commitment (community, resolution)",
    "CREATE INDEX commitment_problem ON commitment (community, problem)",
    "CREATE INDEX commitment_open ON commitment (community, id) WHERE closed_at IS NULL",
    "CREATE INDEX commitment_escalates ON commitment (escalates_at) WHERE escalates_at IS NOT NULL",
    // who held what from when until when; half-open, and nobody for what is confirmed or cancelled
    "CREATE TABLE commitment_holding (
        community text NOT NULL, commitment {uuid} NOT NULL, serial bigint NOT NULL,
        organization {uuid} NOT NULL, display_name text NOT NULL, started_at bigint NOT NULL, ended_at bigint,
        PRIMARY KEY (community, commitment, serial),
        CHECK (ended_at IS NULL OR ended_at >= started_at))",
    // one holder at a time, also where two transactions race
    "CREATE UNIQUE INDEX commitment_holding_open ON commitment_holding (community, commitment) WHERE ended_at IS NULL",
    "CREATE TABLE commitment_step (
        community text NOT NULL, commitment {uuid} NOT NULL, serial bigint NOT NULL,
        act text NOT NULL, actor text NOT NULL, organization {uuid}, at bigint NOT NULL, note text NOT NULL,
        suggested {uuid}, suggested_display_name text, evidence text NOT NULL, resolution {uuid},
        state text NOT NULL, holder {uuid} NOT NULL, holder_display_name text NOT NULL, due_on text NOT NULL, level text NOT NULL,
        PRIMARY KEY (community, commitment, serial))",
    "CREATE INDEX commitment_step_at ON commitment_step (community, at)",
    "CREATE TABLE problem (
        community text NOT NULL, id {uuid} NOT NULL,
        title text NOT NULL, description text NOT NULL, reporter {uuid} NOT NULL, reporter_display_name text NOT NULL,
        meeting {uuid}, agenda_item {uuid}, reported_at bigint NOT NULL, closed_at bigint, close_reason text,
        PRIMARY KEY (community, id))",
    "CREATE INDEX problem_open ON problem (community, id) WHERE closed_at IS NULL",
    // for when a meeting was scheduled, as it was known at any instant; not while it was postponed to a time not known
    "CREATE TABLE meeting_schedule (
        community text NOT NULL, meeting {uuid} NOT NULL, version bigint NOT NULL,
        title text NOT NULL, starts_at bigint, noted_at bigint NOT NULL,
        PRIMARY KEY (community, meeting, version))",
    "INSERT INTO meeting_schedule (community, meeting, version, title, starts_at, noted_at)
        SELECT community, id, version, title, starts_at, created_at FROM meeting",
    "CREATE TABLE month_report (
        community text NOT NULL, month text NOT NULL,
        text_zh text NOT NULL, text_en text NOT NULL, sha256 text NOT NULL,
        published_at bigint NOT NULL, published_by text NOT NULL,
        PRIMARY KEY (community, month))",
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
