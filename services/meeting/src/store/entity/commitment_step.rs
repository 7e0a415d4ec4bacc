use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "commitment_step")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub commitment: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub serial: i64,
    pub act: String,
    pub actor: String,
    pub organization: Option<Uuid>,
    pub at: i64,
    pub note: String,
    pub suggested: Option<Uuid>,
    pub suggested_display_name: Option<String>,
    pub evidence: String,
    pub resolution: Option<Uuid>,
    pub state: String,
    pub holder: Uuid,
    pub holder_display_name: String,
    pub due_on: String,
    pub level: String,
    pub recipients: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
