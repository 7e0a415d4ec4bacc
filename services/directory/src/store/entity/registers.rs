//! Registers of owners. A row of a unit stands from revision `since` until the one before `until`; its shares go with it.

pub mod register_revision {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "register_revision")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub community: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub compound: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub revision: i64,
        pub created_at: i64,
        pub creator: String,
        pub sha256: Option<Vec<u8>>,
        pub units: i64,
        pub buildings: i64,
        pub owners: i64,
        pub heads: i64,
        pub area: i64,
        pub units_added: i64,
        pub units_changed: i64,
        pub units_dropped: i64,
        pub owners_dropped: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod register_unit {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "register_unit")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub community: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub compound: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub since: i64,
        pub until: Option<i64>,
        pub building: String,
        pub number: String,
        pub area: i64,
        pub area_basis: i32,
        pub standing: i32,
        pub head: Uuid,
        pub nominee: Option<Uuid>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod register_share {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "register_share")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub community: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub compound: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub unit: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub since: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub owner: Uuid,
        pub numerator: i64,
        pub denominator: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Whose id is that of the person in the erasable table.
pub mod register_owner {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "register_owner")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub community: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub compound: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub owner_type: i32,
        pub since: i64,
        pub until: Option<i64>,
        pub user: Option<Uuid>,
        pub linked_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The claim code of an owner: one at a time, gone when it is redeemed.
pub mod owner_claim {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "owner_claim")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub community: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub compound: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub owner: Uuid,
        pub code_hash: Vec<u8>,
        pub expires_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
