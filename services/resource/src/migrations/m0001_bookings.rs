use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0001_bookings"
    }
}

// Keys begin with the community. `_at`, `_from` and `_until` are microseconds since 1970; states and kinds are the contract's codes
// without prefix; spans are half-open.
const TABLES: &[&str] = &[
    "CREATE TABLE bookable (
        community text NOT NULL, id {uuid} NOT NULL,
        kind text NOT NULL, owner {uuid} NOT NULL, owner_display_name text NOT NULL,
        title text NOT NULL, description text NOT NULL, place text NOT NULL,
        capacity bigint NOT NULL, rules text NOT NULL, external_ref text NOT NULL,
        longest_span bigint NOT NULL, created_at bigint NOT NULL, ended_at bigint, version bigint NOT NULL,
        PRIMARY KEY (community, id), CHECK (capacity > 0))",
    "CREATE UNIQUE INDEX bookable_external_ref ON bookable (community, owner, external_ref) WHERE external_ref <> ''",
    "CREATE TABLE booking (
        community text NOT NULL, id {uuid} NOT NULL,
        bookable {uuid} NOT NULL, owner {uuid} NOT NULL, booker {uuid} NOT NULL, booker_display_name text NOT NULL,
        starts_at bigint NOT NULL, ends_at bigint NOT NULL, quantity bigint NOT NULL,
        purpose text NOT NULL, state text NOT NULL, expires_at bigint,
        occupies_from bigint, occupies_until bigint,
        external_ref text NOT NULL, series {uuid}, note text NOT NULL, created_at bigint NOT NULL, version bigint NOT NULL,
        PRIMARY KEY (community, id),
        CHECK (quantity > 0), CHECK (starts_at < ends_at), CHECK (occupies_from IS NULL OR occupies_from < occupies_until),
        CHECK ((occupies_from IS NULL) = (occupies_until IS NULL)),
        CHECK (occupies_from IS NOT NULL OR state NOT IN ('HELD', 'CONFIRMED', 'CHECKED_IN')))",
    // what is taken of one bookable, and of all at once, answered from the index alone
    "CREATE INDEX booking_occupies ON booking (community, bookable, occupies_from, occupies_until, quantity, expires_at, id)
        WHERE occupies_from IS NOT NULL",
    "CREATE INDEX booking_free_busy ON booking (community, occupies_from, occupies_until, bookable, quantity, expires_at)
        WHERE occupies_from IS NOT NULL",
    "CREATE INDEX booking_of_bookable ON booking (community, bookable, id)",
    "CREATE INDEX booking_of_booker ON booking (community, booker, bookable, starts_at)",
    "CREATE INDEX booking_of_owner ON booking (community, owner, id)",
    "CREATE INDEX booking_of_series ON booking (community, series, id) WHERE series IS NOT NULL",
    "CREATE INDEX booking_waits ON booking (community, bookable, id) WHERE state = 'WAITING'",
    "CREATE INDEX booking_expires ON booking (expires_at) WHERE expires_at IS NOT NULL",
    "CREATE UNIQUE INDEX booking_external_ref ON booking (community, booker, external_ref) WHERE external_ref <> ''",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::create(manager, TABLES).await
    }
}
