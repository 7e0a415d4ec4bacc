//! Communities and the organizations in them.

pub mod community {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "community")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: String,
        pub region: String,
        pub display_name: String,
        pub party_committee: Uuid,
        pub authority_sequence: i64,
        pub time_zone: String,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod membership {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "membership")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub community: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub organization: Uuid,
        pub kind: i32,
        pub superior: Option<Uuid>,
        pub external_ref: Option<String>,
        pub created_at: i64,
        pub ended_at: Option<i64>,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod application {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "application")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub community: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kind: i32,
        pub display_name: String,
        pub contact: Uuid,
        pub statement: String,
        pub claim_hash: Vec<u8>,
        pub state: i32,
        pub rejection_reason: Option<String>,
        pub created_at: i64,
        pub decided_at: Option<i64>,
        pub organization: Option<Uuid>,
        pub client: Option<Uuid>,
        pub invitation: Option<Uuid>,
        pub collected_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod client {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "client")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub community: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub kind: i32,
        pub created_at: i64,
        pub secret_hash: Option<Vec<u8>>,
        pub previous_hash: Option<Vec<u8>>,
        pub previous_expires_at: Option<i64>,
        pub rotated_at: Option<i64>,
        pub cutoff_at: Option<i64>,
        pub revoked_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
