use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ballot")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub vote: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub member: Uuid,
    pub meeting: Uuid,
    pub kind: String,
    pub display_name: String,
    pub representative: Uuid,
    pub choice: Option<String>,
    pub cast_at: Option<i64>,
    pub cast_by: Option<Uuid>,
    pub member_kind: String,
    pub compound: Option<Uuid>,
    pub proxy: Option<Uuid>,
    pub holder: Option<Uuid>,
    pub holder_kind: Option<String>,
    pub holder_compound: Option<Uuid>,
    pub recorded_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
