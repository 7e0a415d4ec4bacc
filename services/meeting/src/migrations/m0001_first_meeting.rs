use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0001_first_meeting"
    }
}

// Written as SQL because both databases read it alike, and because it is what an operator sees in the file.
// `community` is text and no char(12): PostgreSQL uses no index where a bound text meets a char column.
// Ids are UUIDs, `_at` are microseconds since 1970, kinds and states the contract's words without their prefix.
const TABLES: &[&str] = &[
    "CREATE TABLE body (
        community text NOT NULL, id {uuid} NOT NULL,
        kind text NOT NULL, display_name text NOT NULL, convener {uuid} NOT NULL, rule_pack text NOT NULL,
        created_at bigint NOT NULL, version bigint NOT NULL,
        PRIMARY KEY (community, id))",
    "CREATE TABLE body_member (
        community text NOT NULL, body {uuid} NOT NULL, organization {uuid} NOT NULL,
        kind text NOT NULL, display_name text NOT NULL, joined_at bigint NOT NULL, ended_at bigint,
        PRIMARY KEY (community, body, organization))",
    "CREATE INDEX body_member_organization ON body_member (community, organization)",
    "CREATE TABLE meeting (
        community text NOT NULL, id {uuid} NOT NULL,
        body {uuid} NOT NULL, body_kind text NOT NULL, convener {uuid} NOT NULL,
        title text NOT NULL, location text NOT NULL, starts_at bigint NOT NULL, mode text NOT NULL, state text NOT NULL,
        created_at bigint NOT NULL, noticed_at bigint, opened_at bigint, closed_at bigint, cancel_reason text,
        quorate boolean NOT NULL, version bigint NOT NULL,
        PRIMARY KEY (community, id))",
    "CREATE INDEX meeting_body ON meeting (community, body)",
    "CREATE TABLE agenda_item (
        community text NOT NULL, meeting {uuid} NOT NULL, id {uuid} NOT NULL,
        position integer NOT NULL, title text NOT NULL, description text NOT NULL,
        proposer {uuid} NOT NULL, proposer_display_name text NOT NULL, kind text NOT NULL, matter_class text NOT NULL,
        noticed boolean NOT NULL, created_at bigint NOT NULL, withdrawn_at bigint,
        PRIMARY KEY (community, meeting, id), UNIQUE (community, meeting, position))",
    "CREATE TABLE notice (
        community text NOT NULL, meeting {uuid} NOT NULL,
        served_at bigint NOT NULL, rule_pack text NOT NULL, effective_on text NOT NULL, pack_text text NOT NULL,
        pack_sha256 text NOT NULL,
        PRIMARY KEY (community, meeting))",
    "CREATE TABLE roster_entry (
        community text NOT NULL, meeting {uuid} NOT NULL, organization {uuid} NOT NULL,
        kind text NOT NULL, display_name text NOT NULL, heads integer NOT NULL,
        acknowledged_at bigint, acknowledged_by text,
        PRIMARY KEY (community, meeting, organization))",
    "CREATE INDEX roster_entry_organization ON roster_entry (community, organization)",
    "CREATE TABLE presence (
        community text NOT NULL, meeting {uuid} NOT NULL, id {uuid} NOT NULL,
        organization {uuid} NOT NULL, representative {uuid} NOT NULL, started_at bigint NOT NULL, ended_at bigint,
        PRIMARY KEY (community, meeting, id))",
    // one representative of an organization at a time, also where two transactions race
    "CREATE UNIQUE INDEX presence_open ON presence (community, meeting, organization) WHERE ended_at IS NULL",
    "CREATE TABLE motion (
        community text NOT NULL, meeting {uuid} NOT NULL, id {uuid} NOT NULL,
        agenda_item {uuid} NOT NULL, text text NOT NULL, mover {uuid} NOT NULL, mover_display_name text NOT NULL,
        state text NOT NULL, created_at bigint NOT NULL,
        PRIMARY KEY (community, meeting, id))",
    "CREATE TABLE vote (
        community text NOT NULL, meeting {uuid} NOT NULL, id {uuid} NOT NULL,
        motion {uuid} NOT NULL, state text NOT NULL, method text NOT NULL, quorum text NOT NULL,
        opened_at bigint NOT NULL, closed_at bigint, tally text, tally_sha256 text, resolution {uuid},
        PRIMARY KEY (community, meeting, id))",
    // one vote at a time in a room
    "CREATE UNIQUE INDEX vote_open ON vote (community, meeting) WHERE state = 'OPEN'",
    "CREATE TABLE ballot (
        community text NOT NULL, vote {uuid} NOT NULL, organization {uuid} NOT NULL,
        meeting {uuid} NOT NULL, kind text NOT NULL, display_name text NOT NULL, representative {uuid} NOT NULL,
        choice text, cast_at bigint, cast_by {uuid},
        PRIMARY KEY (community, vote, organization))",
    "CREATE TABLE resolution (
        community text NOT NULL, id {uuid} NOT NULL,
        year integer NOT NULL, serial integer NOT NULL, body {uuid} NOT NULL, meeting {uuid} NOT NULL,
        motion {uuid} NOT NULL, vote {uuid} NOT NULL, text text NOT NULL, title text NOT NULL,
        matter_class text NOT NULL, adopted_at bigint NOT NULL,
        PRIMARY KEY (community, id), UNIQUE (community, year, serial))",
    "CREATE TABLE resolution_counter (
        community text NOT NULL, year integer NOT NULL, last integer NOT NULL,
        PRIMARY KEY (community, year))",
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
