use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "speech")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub meeting: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub agenda_item: Uuid,
    pub member: Uuid,
    pub member_kind: String,
    pub compound: Option<Uuid>,
    pub speaker: Uuid,
    pub side: Option<String>,
    pub state: String,
    pub asked_at: i64,
    pub floor_at: Option<i64>,
    pub spoken_micros: i64,
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
