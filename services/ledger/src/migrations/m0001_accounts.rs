use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0001_accounts"
    }
}

// Ids are UUIDs, `_at` are microseconds since 1970. `community` is text and no char(12): PostgreSQL uses no index where a bound
// text meets a char column. Everything a statement adds up is bigint, so that PostgreSQL reads its parameters as such.
const TABLES: &[&str] = &[
    "CREATE TABLE account (
        community text NOT NULL, id {uuid} NOT NULL,
        owner_kind text NOT NULL, owner {uuid} NOT NULL, kind text NOT NULL, unit text NOT NULL, purpose text NOT NULL,
        opened_at bigint NOT NULL, closed_at bigint,
        PRIMARY KEY (community, id))",
    "CREATE UNIQUE INDEX account_own ON account (community, owner_kind, owner, unit) WHERE kind IN ('PERSON', 'ORGANIZATION')",
    "CREATE INDEX account_owner ON account (community, owner_kind, owner, id)",
    // what stands, with the limits beside it so that one statement moves and decides; the community's books have several rows
    "CREATE TABLE balance (
        community text NOT NULL, account {uuid} NOT NULL, stripe bigint NOT NULL,
        settled bigint NOT NULL, held_out bigint NOT NULL, held_in bigint NOT NULL,
        least bigint NOT NULL, most bigint NOT NULL, donate_only bigint NOT NULL,
        sequence bigint NOT NULL, moved_at bigint NOT NULL, next_expiry_at bigint NOT NULL, closed_at bigint,
        PRIMARY KEY (community, account, stripe))",
    "CREATE TABLE transfer (
        community text NOT NULL, id {uuid} NOT NULL, batch {uuid} NOT NULL, place integer NOT NULL,
        debit {uuid} NOT NULL, credit {uuid} NOT NULL, unit text NOT NULL, amount bigint NOT NULL, kind text NOT NULL,
        memo text NOT NULL, voucher {uuid}, expires_at bigint, corrects {uuid}, creator text NOT NULL, made_at bigint NOT NULL,
        PRIMARY KEY (community, id))",
    "CREATE UNIQUE INDEX transfer_corrects ON transfer (community, corrects) WHERE corrects IS NOT NULL",
    "CREATE INDEX transfer_batch ON transfer (community, batch, place)",
    "CREATE TABLE posting (
        community text NOT NULL, account {uuid} NOT NULL, stripe bigint NOT NULL, sequence bigint NOT NULL,
        transfer {uuid} NOT NULL, amount bigint NOT NULL, balance bigint NOT NULL, posted_at bigint NOT NULL,
        PRIMARY KEY (community, account, stripe, sequence))",
    "CREATE INDEX posting_instant ON posting (community, account, stripe, posted_at, sequence)",
    // what is held now: a row goes when its hold ends, and `hold_end` says how
    "CREATE TABLE open_hold (
        community text NOT NULL, id {uuid} NOT NULL, debit {uuid} NOT NULL, credit {uuid} NOT NULL,
        amount bigint NOT NULL, expires_at bigint NOT NULL,
        PRIMARY KEY (community, id))",
    "CREATE INDEX open_hold_debit ON open_hold (community, debit, expires_at)",
    "CREATE INDEX open_hold_credit ON open_hold (community, credit, expires_at)",
    "CREATE TABLE hold_end (
        community text NOT NULL, hold {uuid} NOT NULL, outcome text NOT NULL, posted bigint NOT NULL, ended_at bigint NOT NULL,
        PRIMARY KEY (community, hold))",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::create(manager, TABLES).await
    }
}
