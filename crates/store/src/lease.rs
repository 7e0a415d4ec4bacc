use std::sync::Arc;
use std::time::Duration;

use kernel::Result;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue, ColumnTrait, Condition, EntityTrait, QueryFilter};
use yihe_kernel as kernel;

use crate::failure::Failure;
use crate::store::Store;
use crate::tables::lease;
use crate::transaction::Tx;

/// The right to do what only one of several replicas may do at a time, until it runs out or is given back.
///
/// Whoever holds it counts the fence on when taking it: a holder that stalled and was overtaken finds another number there
/// and changes nothing any more. Given back when dropped.
pub struct Lease {
    store: Store,
    name: Arc<str>,
    fence: i64,
    term: Duration,
}

impl Lease {
    /// Takes it where nobody holds it; `None` where somebody does.
    ///
    /// # Errors
    /// The database's.
    pub async fn take(store: &Store, name: &str, term: Duration) -> Result<Option<Self>> {
        let name: Arc<str> = name.into();
        let fence = store
            .transaction("lease.take", Turn::new(store, &name, 0, term), |tx, turn| {
                Box::pin(turn.take(tx))
            })
            .await?;
        Ok(fence.map(|fence| Self {
            store: store.clone(),
            name,
            fence,
            term,
        }))
    }

    /// Which holder this is, counted from 1.
    #[must_use]
    pub fn fence(&self) -> i64 {
        self.fence
    }

    /// Holds it for another term. Returns false when somebody else has it.
    ///
    /// # Errors
    /// The database's.
    pub async fn renew(&self) -> Result<bool> {
        self.store
            .transaction("lease.renew", self.turn(), |tx, turn| Box::pin(turn.renew(tx)))
            .await
    }

    pub(crate) fn turn(&self) -> Turn {
        Turn::new(&self.store, &self.name, self.fence, self.term)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let store = self.store.clone();
        let turn = self.turn();
        runtime.spawn(async move {
            // where it cannot be given back it runs out
            let _ = store
                .transaction("lease.give_back", turn, |tx, turn| Box::pin(turn.give_back(tx)))
                .await;
        });
    }
}

/// One statement about a lease, as a transaction carries it.
#[derive(Clone)]
pub(crate) struct Turn {
    name: Arc<str>,
    fence: i64,
    now: i64,
    term: i64,
}

impl Turn {
    fn new(store: &Store, name: &Arc<str>, fence: i64, term: Duration) -> Self {
        Self {
            name: Arc::clone(name),
            fence,
            now: store.clock().now().micros(),
            term: i64::try_from(term.as_micros()).unwrap_or(i64::MAX),
        }
    }

    async fn take(&self, tx: &Tx) -> Result<Option<i64>, Failure> {
        let row = lease::ActiveModel {
            name: ActiveValue::Set(self.name.to_string()),
            fence: ActiveValue::Set(0),
            expires_at: ActiveValue::Set(i64::MIN),
        };
        lease::Entity::insert(row)
            .on_conflict(OnConflict::column(lease::Column::Name).do_nothing().to_owned())
            .exec_without_returning(tx)
            .await?;
        // nobody holds it for so long: what says so was written by a clock that was wrong
        let too_far = self.now.saturating_add(self.term.saturating_mul(2));
        let free = Condition::any()
            .add(lease::Column::ExpiresAt.lte(self.now))
            .add(lease::Column::ExpiresAt.gt(too_far));
        let taken = lease::Entity::update_many()
            .col_expr(lease::Column::Fence, Expr::col(lease::Column::Fence).add(1))
            .col_expr(lease::Column::ExpiresAt, Expr::value(self.end()))
            .filter(lease::Column::Name.eq(&*self.name))
            .filter(free)
            .exec(tx)
            .await?;
        if taken.rows_affected == 0 {
            return Ok(None);
        }
        let row = lease::Entity::find_by_id(self.name.to_string()).one(tx).await?;
        Ok(row.map(|row| row.fence))
    }

    /// Within the transaction of whoever relies on it: nobody can take it until that is committed.
    pub(crate) async fn renew(&self, tx: &Tx) -> Result<bool, Failure> {
        self.set_end(tx, self.end()).await
    }

    async fn give_back(&self, tx: &Tx) -> Result<bool, Failure> {
        self.set_end(tx, i64::MIN).await
    }

    async fn set_end(&self, tx: &Tx, end: i64) -> Result<bool, Failure> {
        let held = lease::Entity::update_many()
            .col_expr(lease::Column::ExpiresAt, Expr::value(end))
            .filter(lease::Column::Name.eq(&*self.name))
            .filter(lease::Column::Fence.eq(self.fence))
            .exec(tx)
            .await?;
        Ok(held.rows_affected == 1)
    }

    fn end(&self) -> i64 {
        self.now.saturating_add(self.term)
    }
}
