use yihe_kernel::{CommunityName, Error, Result};

use super::{Digest, MediaType};
use crate::reasons;

/// What an upload is going to bring.
#[derive(Debug, Clone)]
pub struct Declaration {
    pub file_name: String,
    pub media_type: MediaType,
    /// At least 1.
    pub size_bytes: i64,
    pub digest: Digest,
}

impl Declaration {
    /// The file is not larger than allowed.
    ///
    /// # Errors
    /// `FILE_TOO_LARGE`.
    pub fn expect_within(&self, limit: i64) -> Result<()> {
        if self.size_bytes <= limit {
            return Ok(());
        }
        Err(Error::new(&reasons::FILE_TOO_LARGE)
            .with("size", self.size_bytes)
            .with("limit", limit))
    }

    /// The file still fits in beside what its community has.
    ///
    /// # Errors
    /// `COMMUNITY_FILES_FULL`.
    pub fn expect_room(&self, community: &CommunityName, used: i64, limit: i64) -> Result<()> {
        if used.saturating_add(self.size_bytes) <= limit {
            return Ok(());
        }
        Err(Error::new(&reasons::COMMUNITY_FILES_FULL)
            .with("name", community)
            .with("used", used)
            .with("limit", limit)
            .with("size", self.size_bytes))
    }
}
