use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "commitment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub batch: Uuid,
    pub body: Uuid,
    pub meeting: Uuid,
    pub resolution: Option<Uuid>,
    pub agenda_item: Option<Uuid>,
    pub problem: Option<Uuid>,
    pub convener: Uuid,
    pub convener_display_name: String,
    pub escalation_days: i64,
    pub escalation_unit: String,
    pub assignee: Uuid,
    pub part: String,
    pub text: String,
    pub external_ref: String,
    pub holder: Uuid,
    pub holder_display_name: String,
    pub held_since: i64,
    pub due_on: String,
    pub state: String,
    pub level: String,
    pub escalates_at: Option<i64>,
    pub progress: Option<String>,
    pub progress_at: Option<i64>,
    pub made_at: i64,
    pub done_at: Option<i64>,
    pub closed_at: Option<i64>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
