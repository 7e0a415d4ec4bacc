use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "booking")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub bookable: Uuid,
    pub owner: Uuid,
    pub booker: Uuid,
    pub booker_display_name: String,
    pub starts_at: i64,
    pub ends_at: i64,
    pub quantity: i64,
    pub purpose: String,
    pub project: Option<Uuid>,
    pub state: String,
    pub expires_at: Option<i64>,
    pub occupies_from: Option<i64>,
    pub occupies_until: Option<i64>,
    pub alone: i64,
    pub by_person: i64,
    pub external_ref: String,
    pub series: Option<Uuid>,
    pub note: String,
    pub created_at: i64,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
