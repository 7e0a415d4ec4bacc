use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use kernel::{CommunityId, Ids, OrganizationId, Timestamp};
use sea_orm::{
    ActiveValue, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, ExecResult, QueryResult,
    Statement,
};
use uuid::Uuid;
use yihe_kernel as kernel;

use crate::tables::outbox;

/// A transaction under way. Reads see its own writes.
pub struct Tx {
    inner: DatabaseTransaction,
    wrote: AtomicBool,
    pub(crate) ids: Arc<Ids>,
    pub(crate) secret: Arc<[u8; 32]>,
}

/// Something that happened, to be told to others once it is committed.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// The community; absent for what belongs to none.
    pub community: Option<CommunityId>,
    /// Type of the event, such as `yihe.meeting.v1.VoteOpened`.
    pub kind: &'static str,
    /// Name of the aggregate whose history it belongs to, such as the meeting's.
    pub stream: String,
    /// Name of the resource it is about.
    pub subject: String,
    /// The principal who did it.
    pub actor: String,
    /// The organization for which it was done.
    pub organization: Option<OrganizationId>,
    /// More, as a protobuf message; may be empty. Never a secret, never a secret ballot.
    pub payload: Vec<u8>,
    /// When it happened.
    pub at: Timestamp,
}

impl Tx {
    pub(crate) fn new(inner: DatabaseTransaction, ids: Arc<Ids>, secret: Arc<[u8; 32]>) -> Self {
        Self {
            inner,
            wrote: AtomicBool::new(false),
            ids,
            secret,
        }
    }

    pub(crate) fn forget_writes(&self) {
        self.wrote.store(false, Ordering::Relaxed);
    }

    pub(crate) fn has_written(&self) -> bool {
        self.wrote.load(Ordering::Relaxed)
    }

    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        self.inner.commit().await
    }

    pub(crate) async fn rollback(self) -> Result<(), DbErr> {
        self.inner.rollback().await
    }

    /// Appends an event; it is published if and when the transaction commits.
    ///
    /// # Errors
    /// The database's.
    pub async fn append(&self, event: NewEvent) -> Result<(), DbErr> {
        let row = outbox::ActiveModel {
            sequence: ActiveValue::NotSet,
            event_id: ActiveValue::Set(self.ids.next::<Uuid>()),
            community: ActiveValue::Set(event.community.map(|community| community.to_string())),
            kind: ActiveValue::Set(event.kind.to_owned()),
            stream: ActiveValue::Set(event.stream),
            subject: ActiveValue::Set(event.subject),
            actor: ActiveValue::Set(event.actor),
            organization: ActiveValue::Set(event.organization.map(OrganizationId::uuid)),
            payload: ActiveValue::Set(event.payload),
            occurred_at: ActiveValue::Set(event.at.micros()),
            position: ActiveValue::NotSet,
            trace: ActiveValue::Set(yihe_telemetry::current().map(|span| span.to_string())),
        };
        outbox::Entity::insert(row).exec_without_returning(self).await?;
        Ok(())
    }

    /// A statement that changed no row leaves nothing behind: a refused guard need not take its neighbours' commit back.
    fn note<T>(&self, reads: bool, result: &Result<T, DbErr>, changed: impl Fn(&T) -> bool) {
        if !reads && result.as_ref().map_or(true, changed) {
            self.wrote.store(true, Ordering::Relaxed);
        }
    }
}

fn reads(statement: &Statement) -> bool {
    let verb = statement.sql.trim_start().get(..6);
    verb.is_some_and(|verb| verb.eq_ignore_ascii_case("select"))
}

#[async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let result = self.inner.execute_raw(statement).await;
        self.note(false, &result, |done| done.rows_affected() > 0);
        result
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.wrote.store(true, Ordering::Relaxed);
        self.inner.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let reads = reads(&statement);
        let result = self.inner.query_one_raw(statement).await;
        self.note(reads, &result, Option::is_some);
        result
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let reads = reads(&statement);
        let result = self.inner.query_all_raw(statement).await;
        self.note(reads, &result, |rows| !rows.is_empty());
        result
    }
}
