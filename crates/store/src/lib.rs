//! Where services keep things: named transactions with group commit, the outbox, idempotency keys, page tokens, and the two
//! backends (SQLite files, PostgreSQL schemas) behind one interface.
//!
//! **Invariants**
//! - A write happens in [`Store::transaction`] and nowhere else; readers cannot write (`query_only` on SQLite).
//! - What a transaction changes and the events it appends are committed together or not at all.
//! - A transaction's body may run more than once; only its last run counts, and its answer is given after the commit is durable.
//! - A caller that goes away does not stop a transaction that has begun.

mod bus_tables;
mod config;
mod count;
mod dead_letters;
mod event_trace;
mod failure;
mod feed;
mod frozen;
mod keyed;
mod lease;
mod levels;
mod migrations;
mod one_cursor;
mod open;
mod outbox;
mod page;
mod reader;
mod requests;
mod schema;
mod store;
mod stream_cursors;
mod tables;
mod transaction;
mod watch;
mod writer;

pub use config::{Backend, StoreConfig};
pub use dead_letters::DeadLetter;
pub use failure::Failure;
pub use feed::{Event, Feed};
pub use frozen::{Copy, Frozen};
pub use lease::Lease;
pub use levels::{Backlog, Connections};
pub use migrations::{Migrations, with_own_tables};
pub use outbox::Outbox;
pub use page::{MAX_PAGE_SIZE, Page};
pub use reader::Reader;
pub use requests::Remembered;
pub use schema::{Examined, Standing, examine, grant};
pub use store::Store;
pub use stream_cursors::StreamPosition;
pub use tables::consumed_event;
pub use transaction::{NewEvent, Tx};
