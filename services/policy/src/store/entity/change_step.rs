use sea_orm::entity::prelude::*;

/// What was done with a change.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change_step")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub domain: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub change: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    pub step: i32,
    pub actor: String,
    pub organization: Option<Uuid>,
    /// Held the core's leading post.
    pub leads: bool,
    pub comment: String,
    pub step_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
