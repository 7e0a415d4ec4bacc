use yihe_kernel::{Error, FileName, OrganizationId, Result, Timestamp};

use super::{Blob, Digest};
use crate::reasons;

/// A file. Its bytes never change; it can end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: FileName,
    /// Name of the object it belongs to.
    pub owner_object: String,
    pub file_name: String,
    pub media_type: String,
    pub size_bytes: i64,
    pub digest: Digest,
    /// Name of the principal.
    pub uploaded_by: String,
    pub organization: Option<OrganizationId>,
    pub created_at: Timestamp,
    pub retired_at: Option<Timestamp>,
    /// When its bytes were removed.
    pub removed_at: Option<Timestamp>,
    /// Until when a record that cites it demands that it is kept.
    pub retain_until: Option<Timestamp>,
}

/// How a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    Active,
    Retired,
    Removed,
}

impl File {
    pub fn state(&self) -> FileState {
        match (self.retired_at, self.removed_at) {
            (_, Some(_)) => FileState::Removed,
            (Some(_), None) => FileState::Retired,
            (None, None) => FileState::Active,
        }
    }

    pub fn blob(&self) -> Blob {
        Blob {
            community: self.name.community.clone(),
            digest: self.digest,
        }
    }

    fn is_retained(&self, now: Timestamp) -> bool {
        self.retain_until.is_some_and(|until| now < until)
    }

    /// Retires it.
    ///
    /// # Errors
    /// `FILE_RETIRED`, `FILE_RETAINED`.
    pub fn retire(&mut self, now: Timestamp) -> Result<()> {
        if self.state() != FileState::Active {
            return Err(self.retired());
        }
        if let Some(until) = self.retain_until.filter(|_| self.is_retained(now)) {
            return Err(Error::new(&reasons::FILE_RETAINED)
                .with("name", &self.name)
                .with("until", until));
        }
        self.retired_at = Some(now);
        Ok(())
    }

    /// Keeps it until an instant, or longer where that was demanded before; whether anything is new.
    ///
    /// # Errors
    /// `FILE_RETIRED` where its bytes are removed.
    pub fn retain(&mut self, until: Timestamp) -> Result<bool> {
        if self.state() == FileState::Removed {
            return Err(self.retired());
        }
        let is_new = self.retain_until.is_none_or(|earlier| earlier < until);
        if is_new {
            self.retain_until = Some(until);
        }
        Ok(is_new)
    }

    /// Its bytes may be read: it is in use, or a record cites it.
    ///
    /// # Errors
    /// `FILE_RETIRED`.
    pub fn expect_readable(&self, now: Timestamp) -> Result<()> {
        match self.state() {
            FileState::Active => Ok(()),
            FileState::Retired if self.is_retained(now) => Ok(()),
            FileState::Retired | FileState::Removed => Err(self.retired()),
        }
    }

    fn retired(&self) -> Error {
        Error::new(&reasons::FILE_RETIRED).with("name", &self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn file() -> File {
        File {
            name: "communities/440309002021/files/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f"
                .parse()
                .unwrap(),
            owner_object: "communities/440309002021/meetings/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f".into(),
            file_name: "照片.jpg".into(),
            media_type: "image/jpeg".into(),
            size_bytes: 3,
            digest: Digest::new([7; 32]),
            uploaded_by: "users/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f".into(),
            organization: None,
            created_at: at(0),
            retired_at: None,
            removed_at: None,
            retain_until: None,
        }
    }

    #[test]
    fn a_file_is_retired_once() {
        let mut file = file();
        file.retire(at(1)).unwrap();
        assert_eq!(file.state(), FileState::Retired);
        assert!(file.retire(at(2)).unwrap_err().is(&reasons::FILE_RETIRED));
        assert!(file.expect_readable(at(2)).unwrap_err().is(&reasons::FILE_RETIRED));
    }

    #[test]
    fn what_a_record_cites_is_not_retired_before_its_time() {
        let mut file = file();
        assert!(file.retain(at(DAY)).unwrap());
        assert!(!file.retain(at(1)).unwrap(), "an earlier instant changes nothing");
        let refused = file.retire(at(DAY - 1)).unwrap_err();
        assert!(refused.is(&reasons::FILE_RETAINED));
        assert_eq!(refused.metadata()["until"], at(DAY).to_string());
        file.retire(at(DAY)).unwrap();
    }

    #[test]
    fn a_cited_file_can_be_read_also_when_it_was_retired_before() {
        let mut file = file();
        file.retire(at(1)).unwrap();
        file.retain(at(DAY)).unwrap();
        file.expect_readable(at(2)).unwrap();
        assert!(file.expect_readable(at(DAY)).is_err());
        file.removed_at = Some(at(DAY));
        assert!(file.retain(at(2 * DAY)).unwrap_err().is(&reasons::FILE_RETIRED));
    }
}
