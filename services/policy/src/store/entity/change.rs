use sea_orm::entity::prelude::*;

/// A change of a domain's rules.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub domain: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub title: String,
    pub rationale: String,
    /// A `PolicyChange` that holds nothing but its edits.
    pub edits: Vec<u8>,
    pub edit_count: i32,
    pub state: i32,
    pub base: i64,
    pub sensitive: bool,
    pub approvals_needed: i32,
    pub proposer: String,
    pub revision: Option<i64>,
    /// Number of the revision that it restores.
    pub restores: Option<i64>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
