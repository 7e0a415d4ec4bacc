use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "good")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization: Uuid,
    pub organization_display_name: String,
    pub title: String,
    pub unit: String,
    pub price: i64,
    pub stock: i64,
    pub created_at: i64,
    pub retired_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
