use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "service_record")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub receiver_kind: String,
    pub receiver: Uuid,
    pub organizer: Option<Uuid>,
    pub minutes: i64,
    pub summary: String,
    pub state: String,
    pub recorder: Uuid,
    pub recorded_at: i64,
    pub decider: Option<Uuid>,
    pub decided_at: Option<i64>,
    pub note: String,
    pub batch: Option<Uuid>,
    pub project: Option<Uuid>,
    pub claim: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
