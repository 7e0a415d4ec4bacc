use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "body_member")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub body: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub member: Uuid,
    pub kind: String,
    pub display_name: String,
    pub joined_at: i64,
    pub ended_at: Option<i64>,
    pub member_kind: String,
    pub compound: Option<Uuid>,
    pub member_group: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
