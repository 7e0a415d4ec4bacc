use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "claim")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub list: String,
    pub listing: Uuid,
    pub owner: Uuid,
    pub claimant: Uuid,
    pub claimant_display_name: String,
    pub quantity: i64,
    pub delivered: i64,
    pub note: String,
    pub state: String,
    pub reason: String,
    pub project: Option<Uuid>,
    pub created_at: i64,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
