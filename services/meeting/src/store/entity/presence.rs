use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "presence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub meeting: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub member: Uuid,
    pub representative: Uuid,
    pub started_at: i64,
    pub ended_at: Option<i64>,
    pub member_kind: String,
    pub compound: Option<Uuid>,
    pub recorded_by: Option<Uuid>,
    pub mandate: Option<Uuid>,
    pub invited_person: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
