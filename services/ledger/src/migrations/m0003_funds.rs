use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0003_funds"
    }
}

const TABLES: &[&str] = &[
    "CREATE TABLE fund (
        community text NOT NULL, id {uuid} NOT NULL, organization {uuid} NOT NULL, organization_display_name text NOT NULL,
        title text NOT NULL, rule text NOT NULL, spending_limit bigint NOT NULL, account {uuid} NOT NULL,
        created_at bigint NOT NULL, closed_at bigint,
        PRIMARY KEY (community, id))",
    // `unspent` is what the attributions leave; everything else never changes
    "CREATE TABLE contribution (
        community text NOT NULL, fund {uuid} NOT NULL, id {uuid} NOT NULL,
        contributor_kind text NOT NULL, contributor {uuid} NOT NULL, contributor_display_name text NOT NULL,
        amount bigint NOT NULL, unspent bigint NOT NULL CHECK (unspent >= 0), earmark text NOT NULL, voucher {uuid} NOT NULL,
        made_at bigint NOT NULL,
        PRIMARY KEY (community, fund, id))",
    "CREATE INDEX contribution_contributor ON contribution (community, fund, contributor, id)",
    "CREATE TABLE expense (
        community text NOT NULL, fund {uuid} NOT NULL, id {uuid} NOT NULL,
        amount bigint NOT NULL, purpose text NOT NULL, earmark text NOT NULL, payee text NOT NULL, resolution {uuid},
        voucher {uuid} NOT NULL, made_at bigint NOT NULL,
        PRIMARY KEY (community, fund, id))",
    "CREATE TABLE fund_return (
        community text NOT NULL, fund {uuid} NOT NULL, id {uuid} NOT NULL,
        contributor_kind text NOT NULL, contributor {uuid} NOT NULL, contributor_display_name text NOT NULL,
        amount bigint NOT NULL, made_at bigint NOT NULL,
        PRIMARY KEY (community, fund, id))",
    "CREATE INDEX fund_return_contributor ON fund_return (community, fund, contributor, id)",
    // `taken_by` is the expense or the return that a contribution bears a part of
    "CREATE TABLE attribution (
        community text NOT NULL, fund {uuid} NOT NULL, taken_by {uuid} NOT NULL, contribution {uuid} NOT NULL,
        amount bigint NOT NULL,
        PRIMARY KEY (community, fund, taken_by, contribution))",
    "CREATE INDEX attribution_contribution ON attribution (community, fund, contribution)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::create(manager, TABLES).await
    }
}
