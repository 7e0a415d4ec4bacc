use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "record_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: i64,
    pub id: Uuid,
    pub source: String,
    pub kind: String,
    pub aggregate: String,
    pub subject: String,
    pub actor: String,
    pub organization: Option<Uuid>,
    pub data: Vec<u8>,
    pub occurred_at: i64,
    pub recorded_at: i64,
    pub needs: String,
    pub subject_party: String,
    pub aggregate_party: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
