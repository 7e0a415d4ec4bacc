use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0002_listings"
    }
}

// The conventions are those of m0001_bookings.
const TABLES: &[&str] = &[
    // needs and offers: the same columns, told apart by their list
    "CREATE TABLE listing (
        community text NOT NULL, id {uuid} NOT NULL, list text NOT NULL,
        owner {uuid} NOT NULL, owner_display_name text NOT NULL, category text NOT NULL,
        title text NOT NULL, description text NOT NULL,
        quantity bigint NOT NULL, unit text NOT NULL, committed bigint NOT NULL, delivered bigint NOT NULL,
        place text NOT NULL, needed_from bigint, needed_until bigint, urgency text NOT NULL,
        project {uuid}, external_ref text NOT NULL, created_at bigint NOT NULL, ended_at bigint, version bigint NOT NULL,
        PRIMARY KEY (community, id),
        CHECK (quantity > 0 AND committed >= 0 AND delivered >= 0 AND committed + delivered <= quantity))",
    "CREATE INDEX listing_category ON listing (community, list, category, id)",
    "CREATE INDEX listing_project ON listing (community, project, id) WHERE project IS NOT NULL",
    "CREATE UNIQUE INDEX listing_external_ref ON listing (community, list, owner, external_ref) WHERE external_ref <> ''",
    "CREATE TABLE claim (
        community text NOT NULL, id {uuid} NOT NULL,
        list text NOT NULL, listing {uuid} NOT NULL, owner {uuid} NOT NULL,
        claimant {uuid} NOT NULL, claimant_display_name text NOT NULL,
        quantity bigint NOT NULL, delivered bigint NOT NULL, note text NOT NULL, state text NOT NULL, reason text NOT NULL,
        project {uuid}, created_at bigint NOT NULL, version bigint NOT NULL,
        PRIMARY KEY (community, id), CHECK (quantity > 0 AND delivered >= 0 AND delivered <= quantity))",
    "CREATE INDEX claim_listing ON claim (community, listing, id)",
    "CREATE INDEX claim_owner ON claim (community, owner, id)",
    "CREATE INDEX claim_claimant ON claim (community, claimant, id)",
    "CREATE INDEX claim_project ON claim (community, project, id) WHERE project IS NOT NULL",
    "CREATE TABLE category (
        community text NOT NULL, code text NOT NULL, zh text NOT NULL, en text NOT NULL,
        PRIMARY KEY (community, code))",
    "CREATE TABLE project (
        community text NOT NULL, id {uuid} NOT NULL,
        title text NOT NULL, description text NOT NULL, owner {uuid} NOT NULL, owner_display_name text NOT NULL,
        resolution {uuid}, created_at bigint NOT NULL, ended_at bigint,
        PRIMARY KEY (community, id))",
    "CREATE INDEX project_resolution ON project (community, resolution, id) WHERE resolution IS NOT NULL",
    "ALTER TABLE booking ADD COLUMN project {uuid}",
    "CREATE INDEX booking_project ON booking (community, project, id) WHERE project IS NOT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::create(manager, TABLES).await
    }
}
