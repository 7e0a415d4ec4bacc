use std::sync::Arc;

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use crate::failure::{BROKEN_MARK, FULL_MARK, Trouble, trouble};

/// Reads a store; sees what is committed. Failures of the disk name the file.
#[derive(Debug, Clone)]
pub struct Reader {
    pub(crate) pool: DatabaseConnection,
    pub(crate) place: Arc<str>,
}

impl Reader {
    fn named<T>(&self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        result.map_err(|error| match trouble(&error) {
            Trouble::Full => DbErr::Custom(format!("{FULL_MARK}{}", self.place)),
            Trouble::Broken => DbErr::Custom(format!("{BROKEN_MARK}{}", self.place)),
            Trouble::Retry | Trouble::Unique | Trouble::Away | Trouble::Other => error,
        })
    }
}

#[async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.named(self.pool.execute_raw(statement).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.named(self.pool.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.named(self.pool.query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.named(self.pool.query_all_raw(statement).await)
    }
}
