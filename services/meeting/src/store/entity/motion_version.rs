use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "motion_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub meeting: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub motion: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    pub text: String,
    pub amendment: Option<Uuid>,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
