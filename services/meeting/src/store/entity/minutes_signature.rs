use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "minutes_signature")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub meeting: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub sha256: String,
    pub member: Uuid,
    pub member_kind: String,
    pub compound: Option<Uuid>,
    pub display_name: String,
    pub state: String,
    pub person: Option<Uuid>,
    pub person_name: String,
    pub post: String,
    pub method: Option<String>,
    pub signed_at: i64,
    pub reason: String,
    pub recorded_by: Option<Uuid>,
    pub evidence: String,
    pub algorithm: String,
    pub key_id: String,
    pub countersignature: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
