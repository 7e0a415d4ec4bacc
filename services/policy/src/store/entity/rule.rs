use sea_orm::entity::prelude::*;

/// A rule, made role, assignment or setting of a domain, from the revision that it began in to the one that it ended in. Rows
/// stay: they are the history.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub domain: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub kind: i32,
    /// What it says, as a message of its kind.
    pub said: Vec<u8>,
    pub change: Uuid,
    pub begun_in: i64,
    pub ended_in: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
