use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "listing")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub list: String,
    pub owner: Uuid,
    pub owner_display_name: String,
    pub category: String,
    pub title: String,
    pub description: String,
    pub quantity: i64,
    pub unit: String,
    pub committed: i64,
    pub delivered: i64,
    pub place: String,
    pub needed_from: Option<i64>,
    pub needed_until: Option<i64>,
    pub urgency: String,
    pub project: Option<Uuid>,
    pub external_ref: String,
    pub created_at: i64,
    pub ended_at: Option<i64>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
