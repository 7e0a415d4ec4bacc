use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "usage_count")]
pub struct Model {
    /// Code of the community or region.
    #[sea_orm(primary_key, auto_increment = false)]
    pub domain: String,
    /// In China, from 1970-01-01.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub permission: String,
    /// In order, with a space between.
    #[sea_orm(primary_key, auto_increment = false)]
    pub roles: String,
    /// Conditions as bits, in the order of the contract.
    #[sea_orm(primary_key, auto_increment = false)]
    pub asked: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub held: i32,
    /// Number of the contract's outcome.
    #[sea_orm(primary_key, auto_increment = false)]
    pub outcome: i32,
    pub count: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
