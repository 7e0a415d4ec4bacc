use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use yihe_kernel::{Error, Result};

use super::VoteKey;
use crate::names::VoteId;
use crate::reasons;

/// The keys of open secret votes: one file of 32 bytes each, named by the vote's id, readable by its owner alone.
///
/// **Invariant**: a key's file is durable before its vote is stored, and gone soon after the vote has ended: at once, or at
/// the next start of a node that ended in between.
#[derive(Debug)]
pub struct VoteKeys {
    folder: PathBuf,
    /// Since when a key without a vote is known.
    waiting: Mutex<BTreeMap<VoteId, Instant>>,
}

/// A vote is stored within this time of its key, or never.
const PATIENCE: Duration = Duration::from_secs(60);

impl VoteKeys {
    /// In a folder, which is made where it is missing. All replicas of the service need the same one.
    ///
    /// # Errors
    /// `VOTE_KEY_BROKEN` where the folder cannot be made.
    pub fn new(folder: PathBuf) -> Result<Self> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        made.map_err(|error| broken(&folder, &error))?;
        Ok(Self {
            folder,
            waiting: Mutex::default(),
        })
    }

    /// Makes the key of a vote that is about to open.
    ///
    /// # Errors
    /// `VOTE_KEY_BROKEN` where it cannot be kept.
    pub fn make(&self, vote: VoteId) -> Result<()> {
        let path = self.path(vote);
        let write = || {
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)?;
            file.write_all(&rand::random::<[u8; 32]>())?;
            file.sync_all()?;
            self.sync()
        };
        write().map_err(|error| broken(&path, &error))
    }

    /// The key of an open vote.
    ///
    /// # Errors
    /// `VOTE_KEY_BROKEN` where it is not there or not a key.
    pub fn of(&self, vote: VoteId) -> Result<VoteKey> {
        let path = self.path(vote);
        let mut key = [0; 32];
        let read = File::open(&path).and_then(|mut file| file.read_exact(&mut key));
        read.map_err(|error| broken(&path, &error))?;
        Ok(VoteKey::new(&key))
    }

    /// Destroys a key; fine where it is gone already.
    ///
    /// # Errors
    /// `VOTE_KEY_BROKEN` where it stays.
    pub fn destroy(&self, vote: VoteId) -> Result<()> {
        let path = self.path(vote);
        let destroy = || {
            let mut file = OpenOptions::new().write(true).open(&path)?;
            // the blocks may outlive the name
            file.write_all(&[0; 32])?;
            file.sync_all()?;
            fs::remove_file(&path)?;
            self.sync()
        };
        match destroy() {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            other => other.map_err(|error| broken(&path, &error)),
        }
    }

    /// Whether a key without a vote has been without it for so long that none will come.
    pub fn has_waited(&self, vote: VoteId) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let since = *waiting.entry(vote).or_insert_with(Instant::now);
        let waited = since.elapsed() > PATIENCE;
        if waited {
            waiting.remove(&vote);
        }
        waited
    }

    /// The votes whose keys are there.
    ///
    /// # Errors
    /// `VOTE_KEY_BROKEN` where the folder cannot be read.
    pub fn kept(&self) -> Result<Vec<VoteId>> {
        let unreadable = |error| broken(&self.folder, &error);
        let mut votes = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(unreadable)? {
            let name = entry.map_err(unreadable)?.file_name();
            votes.extend(name.to_str().and_then(|name| name.parse::<VoteId>().ok()));
        }
        Ok(votes)
    }

    fn path(&self, vote: VoteId) -> PathBuf {
        self.folder.join(vote.to_string())
    }

    fn sync(&self) -> std::io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }
}

fn broken(path: &Path, error: &std::io::Error) -> Error {
    let file = path.file_name().unwrap_or_default().display();
    Error::new(&reasons::VOTE_KEY_BROKEN)
        .with("file", file)
        .with("detail", error)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use yihe_tally::Choice;

    use super::*;

    const VOTE: &str = "communities/440309002021/meetings/019a0000-0000-7000-8000-000000000001/votes/019a0000-0000-7000-8000-000000000002";

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_destroyed_for_good() {
        let folder = tempfile::tempdir().unwrap();
        let keys = VoteKeys::new(folder.path().join("votes")).unwrap();
        let name: crate::names::VoteName = VOTE.parse().unwrap();
        let vote = name.vote;
        assert!(keys.of(vote).is_err());
        keys.make(vote).unwrap();
        assert!(
            keys.make(vote).is_err(),
            "a second key would orphan the ballots sealed under the first"
        );
        assert_eq!(keys.kept().unwrap(), [vote]);
        let mode = fs::metadata(keys.path(vote)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        let seal = keys.of(vote).unwrap().seal(&name, Choice::No).unwrap();
        assert_eq!(keys.of(vote).unwrap().open(&name, &seal).unwrap(), Choice::No);
        keys.destroy(vote).unwrap();
        keys.destroy(vote).unwrap();
        assert!(keys.kept().unwrap().is_empty());
        assert!(keys.of(vote).is_err());
    }

    #[test]
    fn half_a_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let keys = VoteKeys::new(folder.path().to_owned()).unwrap();
        let vote = VOTE.parse::<crate::names::VoteName>().unwrap().vote;
        fs::write(keys.path(vote), [1; 16]).unwrap();
        assert!(keys.of(vote).is_err());
    }
}
