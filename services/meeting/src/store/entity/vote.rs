use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "vote")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub meeting: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub motion: Uuid,
    pub state: String,
    pub method: String,
    pub quorum: String,
    pub opened_at: i64,
    pub closed_at: Option<i64>,
    pub tally: Option<String>,
    pub tally_sha256: Option<String>,
    pub resolution: Option<Uuid>,
    pub secret_totals: Option<String>,
    pub amendment: Option<Uuid>,
    pub casting_vote: Option<String>,
    pub casting_vote_at: Option<i64>,
    pub box_counted_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
