use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unit_ballot")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub vote: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner: Uuid,
    pub meeting: Uuid,
    pub head: Uuid,
    pub choice: String,
    pub cast_at: i64,
    pub cast_by: Uuid,
    pub recorded: bool,
    pub evidence: Option<Uuid>,
    pub corrected_from: Option<String>,
    pub corrected_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
