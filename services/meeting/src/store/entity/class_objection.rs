use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "class_objection")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub meeting: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub agenda_item: Uuid,
    pub objector: Uuid,
    pub objector_kind: String,
    pub objector_compound: Option<Uuid>,
    pub objector_display_name: String,
    pub matter_class: String,
    pub reason: String,
    pub state: String,
    pub created_at: i64,
    pub ended_at: Option<i64>,
    pub show_of_hands: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
