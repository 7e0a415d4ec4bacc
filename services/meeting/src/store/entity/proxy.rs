use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "proxy")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub meeting: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub principal: Uuid,
    pub principal_kind: String,
    pub principal_compound: Option<Uuid>,
    pub holder: Uuid,
    pub holder_kind: String,
    pub holder_compound: Option<Uuid>,
    pub scope: String,
    pub form: String,
    pub expires_at: Option<i64>,
    pub evidence: Option<Uuid>,
    pub granted_at: i64,
    pub recorded_by: Option<Uuid>,
    pub revoked_at: Option<i64>,
    pub voided_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
