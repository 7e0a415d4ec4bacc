use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recusal")]
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
    pub member_display_name: String,
    pub mover: Option<Uuid>,
    pub mover_kind: Option<String>,
    pub mover_compound: Option<Uuid>,
    pub mover_display_name: String,
    pub reason: String,
    pub state: String,
    pub created_at: i64,
    pub ended_at: Option<i64>,
    pub show_of_hands: Option<String>,
    pub recorded_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
