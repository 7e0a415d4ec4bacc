use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agenda_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub meeting: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub position: i32,
    pub title: String,
    pub description: String,
    pub proposer: Uuid,
    pub proposer_display_name: String,
    pub kind: String,
    pub matter_class: String,
    pub noticed: bool,
    pub created_at: i64,
    pub withdrawn_at: Option<i64>,
    pub proposer_kind: String,
    pub proposer_compound: Option<Uuid>,
    pub reclassified_as: Option<String>,
    pub reclassified_at: Option<i64>,
    pub reclassify_reason: Option<String>,
    pub from_meeting: Option<Uuid>,
    pub from_item: Option<Uuid>,
    pub to_meeting: Option<Uuid>,
    pub to_item: Option<Uuid>,
    pub ratifies: Option<Uuid>,
    pub building: String,
    pub papers: String,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
