use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "roster_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub meeting: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub member: Uuid,
    pub kind: String,
    pub display_name: String,
    pub heads: i32,
    pub acknowledged_at: Option<i64>,
    pub acknowledged_by: Option<String>,
    pub member_kind: String,
    pub compound: Option<Uuid>,
    pub member_group: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
