//! Posts and the invitations to them.

pub mod appointment {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "appointment")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub community: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user: Uuid,
        pub organization: Uuid,
        pub kind: i32,
        pub post: i32,
        pub start_at: i64,
        pub end_at: Option<i64>,
        pub ended_at: Option<i64>,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod invitation {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "invitation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub community: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub post: i32,
        pub person: Uuid,
        pub start_at: Option<i64>,
        pub end_at: Option<i64>,
        pub code_hash: Option<Vec<u8>>,
        pub expires_at: Option<i64>,
        pub accepted_at: Option<i64>,
        pub appointment: Option<Uuid>,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
