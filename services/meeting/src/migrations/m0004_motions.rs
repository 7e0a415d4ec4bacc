use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0004_motions"
    }
}

// What befalls a motion between its submission and its vote.
const TABLES: &[&str] = &[
    "ALTER TABLE motion ADD COLUMN version integer NOT NULL DEFAULT 1",
    "CREATE TABLE motion_version (
        community text NOT NULL, meeting {uuid} NOT NULL, motion {uuid} NOT NULL, number integer NOT NULL,
        text text NOT NULL, amendment {uuid}, created_at bigint NOT NULL,
        PRIMARY KEY (community, meeting, motion, number))",
    "INSERT INTO motion_version (community, meeting, motion, number, text, created_at)
        SELECT community, meeting, id, 1, text, created_at FROM motion",
    "CREATE TABLE amendment (
        community text NOT NULL, meeting {uuid} NOT NULL, id {uuid} NOT NULL,
        motion {uuid} NOT NULL, motion_version integer NOT NULL, rank integer NOT NULL,
        text text NOT NULL, rationale text NOT NULL, mover {uuid} NOT NULL, mover_kind text NOT NULL, mover_compound {uuid}, mover_display_name text NOT NULL,
        state text NOT NULL, created_at bigint NOT NULL, ended_at bigint, strike_reason text,
        PRIMARY KEY (community, meeting, id))",
    "CREATE INDEX amendment_motion ON amendment (community, meeting, motion)",
    "ALTER TABLE vote ADD COLUMN amendment {uuid}",
    "ALTER TABLE motion ADD COLUMN candidate {uuid}",
    "ALTER TABLE motion ADD COLUMN candidate_kind text",
    "ALTER TABLE agenda_item ADD COLUMN reclassified_as text",
    "ALTER TABLE agenda_item ADD COLUMN reclassified_at bigint",
    "ALTER TABLE agenda_item ADD COLUMN reclassify_reason text",
    "ALTER TABLE agenda_item ADD COLUMN from_meeting {uuid}",
    "ALTER TABLE agenda_item ADD COLUMN from_item {uuid}",
    "ALTER TABLE agenda_item ADD COLUMN to_meeting {uuid}",
    "ALTER TABLE agenda_item ADD COLUMN to_item {uuid}",
    "ALTER TABLE agenda_item ADD COLUMN ratifies {uuid}",
    "CREATE TABLE class_objection (
        community text NOT NULL, meeting {uuid} NOT NULL, id {uuid} NOT NULL,
        agenda_item {uuid} NOT NULL, objector {uuid} NOT NULL, objector_kind text NOT NULL, objector_compound {uuid},
        objector_display_name text NOT NULL, matter_class text NOT NULL, reason text NOT NULL, state text NOT NULL,
        created_at bigint NOT NULL, ended_at bigint, show_of_hands text,
        PRIMARY KEY (community, meeting, id))",
    "CREATE INDEX class_objection_item ON class_objection (community, meeting, agenda_item)",
    "CREATE TABLE ratification (
        community text NOT NULL, id {uuid} NOT NULL,
        meeting {uuid} NOT NULL, motion {uuid} NOT NULL, body {uuid} NOT NULL, body_kind text NOT NULL,
        title text NOT NULL, text text NOT NULL, matter_class text NOT NULL, state text NOT NULL, created_at bigint NOT NULL,
        routed_meeting {uuid}, routed_item {uuid}, routed_motion {uuid}, routed_at bigint,
        vote {uuid}, resolution {uuid}, settled_at bigint,
        PRIMARY KEY (community, id), UNIQUE (community, meeting, motion))",
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
