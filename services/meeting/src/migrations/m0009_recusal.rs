use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0009_recusal"
    }
}

// Who takes no part, who seconds, who dissents, and who decides a tie.
const STATEMENTS: &[&str] = &[
    "CREATE TABLE recusal (
        community text NOT NULL, meeting {uuid} NOT NULL, id {uuid} NOT NULL, agenda_item {uuid} NOT NULL,
        member {uuid} NOT NULL, member_kind text NOT NULL, compound {uuid}, member_display_name text NOT NULL,
        mover {uuid}, mover_kind text, mover_compound {uuid}, mover_display_name text NOT NULL,
        reason text NOT NULL, state text NOT NULL, created_at bigint NOT NULL, ended_at bigint,
        show_of_hands text, recorded_by {uuid},
        PRIMARY KEY (community, meeting, id))",
    "CREATE INDEX recusal_item ON recusal (community, meeting, agenda_item)",
    "CREATE TABLE dissent (
        community text NOT NULL, meeting {uuid} NOT NULL, id {uuid} NOT NULL, motion {uuid} NOT NULL,
        member {uuid} NOT NULL, member_kind text NOT NULL, compound {uuid}, member_display_name text NOT NULL,
        text text NOT NULL, created_at bigint NOT NULL,
        answer text, answered_at bigint, answered_by {uuid},
        PRIMARY KEY (community, meeting, id), UNIQUE (community, meeting, motion, member))",
    // the subject is the motion or the amendment to it that was seconded
    "CREATE TABLE motion_second (
        community text NOT NULL, meeting {uuid} NOT NULL, id {uuid} NOT NULL,
        motion {uuid} NOT NULL, subject {uuid} NOT NULL,
        member {uuid} NOT NULL, member_kind text NOT NULL, compound {uuid}, member_display_name text NOT NULL,
        seconded_at bigint NOT NULL,
        PRIMARY KEY (community, meeting, id), UNIQUE (community, meeting, subject, member))",
    "CREATE INDEX motion_second_motion ON motion_second (community, meeting, motion)",
    "ALTER TABLE motion ADD COLUMN withdrawal text",
    "ALTER TABLE vote ADD COLUMN casting_vote text",
    "ALTER TABLE vote ADD COLUMN casting_vote_at bigint",
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
