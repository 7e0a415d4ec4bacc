use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0002_webhooks"
    }
}

// The conventions are those of m0001_events. No secret lies here: each is found anew from the node's own.
const TABLES: &[&str] = &[
    "CREATE TABLE webhook (
        community text NOT NULL, id {uuid} NOT NULL,
        organization {uuid} NOT NULL, answerable text NOT NULL,
        url text NOT NULL, description text NOT NULL, filter {bytes} NOT NULL,
        state text NOT NULL, secret_version bigint NOT NULL, old_secret_until bigint,
        place bigint NOT NULL, failures integer NOT NULL, failing_since bigint, next_attempt_at bigint NOT NULL,
        created_at bigint NOT NULL, version bigint NOT NULL,
        PRIMARY KEY (community, id))",
    "CREATE INDEX webhook_due ON webhook (next_attempt_at) WHERE state = 'ENABLED'",
    "CREATE INDEX webhook_organization ON webhook (community, organization, id)",
    "CREATE TABLE webhook_delivery (
        community text NOT NULL, webhook {uuid} NOT NULL, sequence bigint NOT NULL, event {uuid} NOT NULL,
        attempts integer NOT NULL, last_status integer NOT NULL, last_error text NOT NULL,
        last_attempt_at bigint NOT NULL, delivered_at bigint,
        PRIMARY KEY (community, webhook, sequence))",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::create(manager, TABLES).await
    }
}
