use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization: Uuid,
    pub answerable: String,
    pub url: String,
    pub description: String,
    pub filter: Vec<u8>,
    pub state: String,
    pub secret_version: i64,
    pub old_secret_until: Option<i64>,
    pub place: i64,
    pub failures: i32,
    pub failing_since: Option<i64>,
    pub next_attempt_at: i64,
    pub created_at: i64,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
