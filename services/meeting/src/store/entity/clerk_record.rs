use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "clerk_record")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub meeting: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub act: String,
    pub member: Uuid,
    pub member_kind: String,
    pub compound: Option<Uuid>,
    pub subject: String,
    pub evidence: Option<Uuid>,
    pub note: String,
    pub recorded_by: Uuid,
    pub recorded_at: i64,
    pub contest_state: Option<String>,
    pub contest_reason: Option<String>,
    pub contested_at: Option<i64>,
    pub answer: Option<String>,
    pub answered_at: Option<i64>,
    pub contest_recorded_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
