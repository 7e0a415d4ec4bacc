use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "transfer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub batch: Uuid,
    pub place: i32,
    pub debit: Uuid,
    pub credit: Uuid,
    pub unit: String,
    pub amount: i64,
    pub kind: String,
    pub memo: String,
    pub voucher: Option<Uuid>,
    pub expires_at: Option<i64>,
    pub corrects: Option<Uuid>,
    pub creator: String,
    pub made_at: i64,
    pub project: Option<Uuid>,
    pub claim: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
