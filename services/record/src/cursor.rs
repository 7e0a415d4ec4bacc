//! A place in the history of a community, as callers carry it.

use yihe_kernel::{CommunityId, Error, Result};
use yihe_store::Store;

use crate::reasons;

/// Writes a place as a cursor, which is good for this community alone.
pub fn seal(store: &Store, community: &CommunityId, sequence: i64) -> Result<String> {
    Ok(store.page(&query(community), 1, "")?.token(&sequence.to_string()))
}

/// Reads a cursor; 0, before the first event, where there is none.
///
/// # Errors
/// `CURSOR_INVALID`.
pub fn open(store: &Store, community: &CommunityId, cursor: &str) -> Result<i64> {
    if cursor.is_empty() {
        return Ok(0);
    }
    let invalid = || Error::new(&reasons::CURSOR_INVALID);
    let page = store.page(&query(community), 1, cursor).map_err(|_| invalid())?;
    page.after.and_then(|text| text.parse().ok()).ok_or_else(invalid)
}

fn query(community: &CommunityId) -> String {
    format!("history of {community}")
}
