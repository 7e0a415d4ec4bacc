//! What the operator brings in: working days of a year, all or nothing, and official divisions: CSV `code,parent,name` with a header line, UTF-8; a root has the parent `0`.
//!
//! All or nothing: a file with orphans, duplicates or malformed codes is refused by line number and nothing is written.
//! Levels may be skipped. Importing the same file again changes nothing.

mod calendar;
mod check;
mod note;
mod read;
mod write;

use std::io::Read;
use std::sync::Arc;

use yihe_store::Store;

pub use calendar::{CalendarReport, import_calendar};
pub use note::{ImportError, ImportReport, Note, Problem};

/// The divisions of Shenzhen, 901 rows, for demos and tests. Source and licence: `data/README.md`.
pub const DIVISIONS_OF_SHENZHEN: &[u8] = include_bytes!("../../data/divisions-shenzhen.csv");

/// Imports divisions in one transaction and tells `report` of every name that was trimmed.
///
/// # Errors
/// The file cannot be read; it is refused, with up to 20 problems by line; the store fails.
pub async fn import_divisions<R: Read + Send>(
    store: &Store,
    reader: R,
    report: &mut (dyn FnMut(Note) + Send),
) -> Result<ImportReport, ImportError> {
    let mut rows = read::rows(reader, report)?;
    check::refuse_bad(&mut rows)?;
    check::refuse_orphans(store.reader(), &rows).await?;
    let count = rows.len();
    let (changed, communities) = write::write(store, Arc::new(rows)).await?;
    tracing::info!(rows = count, changed, communities, "divisions imported");
    Ok(ImportReport {
        rows: count,
        changed,
        communities,
    })
}
