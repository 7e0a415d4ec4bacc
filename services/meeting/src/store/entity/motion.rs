use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "motion")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub meeting: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub agenda_item: Uuid,
    pub text: String,
    pub mover: Uuid,
    pub mover_display_name: String,
    pub state: String,
    pub created_at: i64,
    pub mover_kind: String,
    pub mover_compound: Option<Uuid>,
    pub version: i32,
    pub candidate: Option<Uuid>,
    pub candidate_kind: Option<String>,
    pub withdrawal: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
