use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "amendment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub meeting: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub motion: Uuid,
    pub motion_version: i32,
    pub rank: i32,
    pub text: String,
    pub rationale: String,
    pub mover: Uuid,
    pub mover_kind: String,
    pub mover_compound: Option<Uuid>,
    pub mover_display_name: String,
    pub state: String,
    pub created_at: i64,
    pub ended_at: Option<i64>,
    pub strike_reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
