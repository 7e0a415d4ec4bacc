use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "meeting")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub body: Uuid,
    pub body_kind: String,
    pub convener: Uuid,
    pub title: String,
    pub location: String,
    pub starts_at: i64,
    pub mode: String,
    pub state: String,
    pub created_at: i64,
    pub noticed_at: Option<i64>,
    pub opened_at: Option<i64>,
    pub closed_at: Option<i64>,
    pub cancel_reason: Option<String>,
    pub start_known: bool,
    pub postponed_at: Option<i64>,
    pub postpone_reason: Option<String>,
    pub suspended_at: Option<i64>,
    pub suspend_reason: Option<String>,
    pub notice_round: i32,
    pub quorate: bool,
    pub version: i64,
    pub voting_ends_at: Option<i64>,
    pub debate_rules: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
