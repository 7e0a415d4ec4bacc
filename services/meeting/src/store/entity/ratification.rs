use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ratification")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub meeting: Uuid,
    pub motion: Uuid,
    pub body: Uuid,
    pub body_kind: String,
    pub title: String,
    pub text: String,
    pub matter_class: String,
    pub state: String,
    pub created_at: i64,
    pub routed_meeting: Option<Uuid>,
    pub routed_item: Option<Uuid>,
    pub routed_motion: Option<Uuid>,
    pub routed_at: Option<i64>,
    pub vote: Option<Uuid>,
    pub resolution: Option<Uuid>,
    pub settled_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
