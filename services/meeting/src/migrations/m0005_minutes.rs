use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0005_minutes"
    }
}

// A version of minutes holds names of persons, because it is signed with them in it: the stated exception to the rule that names
// of persons lie in an erasable table. So do signatures.
const TABLES: &[&str] = &[
    "CREATE TABLE minutes (
        community text NOT NULL, meeting {uuid} NOT NULL,
        version integer NOT NULL, revision bigint NOT NULL, due integer NOT NULL,
        signing_opened_at bigint, signing_ends_at bigint, signing_closed_at bigint,
        results_published_at bigint, published_at bigint, disclosure_ends_at bigint,
        algorithm text NOT NULL, key_id text NOT NULL, countersignature text NOT NULL,
        PRIMARY KEY (community, meeting))",
    // what the timer looks for
    "CREATE INDEX minutes_signing ON minutes (signing_ends_at) WHERE signing_closed_at IS NULL",
    "CREATE TABLE minutes_version (
        community text NOT NULL, meeting {uuid} NOT NULL, version integer NOT NULL,
        text text NOT NULL, sha256 text NOT NULL, published_text text NOT NULL, published_sha256 text NOT NULL,
        notes text NOT NULL, created_at bigint NOT NULL, author text NOT NULL,
        PRIMARY KEY (community, meeting, version))",
    "CREATE TABLE minutes_signature (
        community text NOT NULL, meeting {uuid} NOT NULL, id {uuid} NOT NULL,
        version integer NOT NULL, sha256 text NOT NULL,
        member {uuid} NOT NULL, member_kind text NOT NULL, compound {uuid}, display_name text NOT NULL,
        state text NOT NULL, person {uuid}, person_name text NOT NULL, post text NOT NULL, method text,
        signed_at bigint NOT NULL, reason text NOT NULL, recorded_by {uuid}, evidence text NOT NULL,
        algorithm text NOT NULL, key_id text NOT NULL, countersignature text NOT NULL,
        PRIMARY KEY (community, meeting, id), UNIQUE (community, meeting, version, member))",
    "CREATE TABLE minutes_objection (
        community text NOT NULL, meeting {uuid} NOT NULL, id {uuid} NOT NULL,
        author {uuid} NOT NULL, organization {uuid}, text text NOT NULL, created_at bigint NOT NULL,
        answer text, answered_at bigint, answered_by {uuid}, answered_late boolean NOT NULL,
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
