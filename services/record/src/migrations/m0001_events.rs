use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0001_events"
    }
}

// Keys begin with the community. `_at` are microseconds since 1970. `needs` is the permission that the type asked for when the event was
// recorded; a version that asks for another one writes it anew. Parties are names, of organizations or of residents.
const TABLES: &[&str] = &[
    "CREATE TABLE record_head (community text NOT NULL, sequence bigint NOT NULL, PRIMARY KEY (community))",
    "CREATE TABLE record_event (
        community text NOT NULL, sequence bigint NOT NULL, id {uuid} NOT NULL,
        source text NOT NULL, kind text NOT NULL, aggregate text NOT NULL, subject text NOT NULL,
        actor text NOT NULL, organization {uuid}, data {bytes} NOT NULL,
        occurred_at bigint NOT NULL, recorded_at bigint NOT NULL,
        needs text NOT NULL, subject_party text NOT NULL, aggregate_party text NOT NULL,
        PRIMARY KEY (community, sequence))",
    "CREATE UNIQUE INDEX record_event_id ON record_event (community, id)",
    "CREATE INDEX record_event_subject ON record_event (community, subject, sequence)",
    "CREATE INDEX record_event_aggregate ON record_event (community, aggregate, sequence)",
    "CREATE INDEX record_event_kind ON record_event (community, kind, sequence)",
    // who made what: the party of the first event that was told about it
    "CREATE TABLE record_maker (community text NOT NULL, subject text NOT NULL, party text NOT NULL, PRIMARY KEY (community, subject))",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::create(manager, TABLES).await
    }
}
