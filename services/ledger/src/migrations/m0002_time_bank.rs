use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0002_time_bank"
    }
}

const TABLES: &[&str] = &[
    "CREATE TABLE service_record (
        community text NOT NULL, id {uuid} NOT NULL,
        receiver_kind text NOT NULL, receiver {uuid} NOT NULL, organizer {uuid},
        minutes bigint NOT NULL, summary text NOT NULL, state text NOT NULL,
        recorder {uuid} NOT NULL, recorded_at bigint NOT NULL,
        decider {uuid}, decided_at bigint, note text NOT NULL, batch {uuid},
        PRIMARY KEY (community, id))",
    "CREATE INDEX service_record_receiver ON service_record (community, receiver, id)",
    "CREATE INDEX service_record_organizer ON service_record (community, organizer, id) WHERE organizer IS NOT NULL",
    "CREATE TABLE service_giver (
        community text NOT NULL, service_record {uuid} NOT NULL, place integer NOT NULL,
        person {uuid} NOT NULL, weight bigint NOT NULL, minutes bigint NOT NULL,
        PRIMARY KEY (community, service_record, place))",
    "CREATE INDEX service_giver_person ON service_giver (community, person, service_record)",
    "CREATE TABLE good (
        community text NOT NULL, id {uuid} NOT NULL, organization {uuid} NOT NULL, organization_display_name text NOT NULL,
        title text NOT NULL, unit text NOT NULL, price bigint NOT NULL, stock bigint NOT NULL, created_at bigint NOT NULL,
        PRIMARY KEY (community, id))",
    // bears the id of the transfer that holds its price, whose end is its own
    "CREATE TABLE redemption (
        community text NOT NULL, id {uuid} NOT NULL, good {uuid} NOT NULL, person {uuid} NOT NULL, quantity bigint NOT NULL,
        PRIMARY KEY (community, id))",
    "CREATE TABLE rate (
        community text NOT NULL, id {uuid} NOT NULL,
        give_unit text NOT NULL, give bigint NOT NULL, receive_unit text NOT NULL, receive bigint NOT NULL,
        published_at bigint NOT NULL,
        PRIMARY KEY (community, id))",
    "CREATE INDEX rate_units ON rate (community, give_unit, receive_unit, id)",
    "CREATE INDEX redemption_good ON redemption (community, good, id)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::create(manager, TABLES).await
    }
}
