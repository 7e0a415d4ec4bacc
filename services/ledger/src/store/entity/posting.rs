use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "posting")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub account: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub stripe: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: i64,
    pub transfer: Uuid,
    pub amount: i64,
    pub balance: i64,
    pub posted_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::transfer::Entity",
        from = "(Column::Community, Column::Transfer)",
        to = "(super::transfer::Column::Community, super::transfer::Column::Id)"
    )]
    Transfer,
}

impl ActiveModelBehavior for ActiveModel {}
