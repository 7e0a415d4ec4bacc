use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "minutes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub meeting: Uuid,
    pub version: i32,
    pub revision: i64,
    pub due: i32,
    pub signing_opened_at: Option<i64>,
    pub signing_ends_at: Option<i64>,
    pub signing_closed_at: Option<i64>,
    pub results_published_at: Option<i64>,
    pub published_at: Option<i64>,
    pub disclosure_ends_at: Option<i64>,
    pub algorithm: String,
    pub key_id: String,
    pub countersignature: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
