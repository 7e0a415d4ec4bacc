//! The frozen part of meetings in memory: it never changes, so casting a ballot need not read it again.

use std::sync::Arc;

use moka::sync::Cache;
use yihe_store::{Failure, Reader};

use crate::domain::{BallotMethod, Frozen};
use crate::names::{MeetingName, VoteName};
use crate::store;

const MEETINGS: u64 = 1000;
const VOTES: u64 = 10_000;

/// Meetings whose notice was served, and their votes.
pub struct FrozenMeetings {
    reader: Reader,
    meetings: Cache<MeetingName, Arc<Frozen>>,
    votes: Cache<VoteName, (Arc<Frozen>, BallotMethod)>,
}

impl FrozenMeetings {
    pub fn new(reader: Reader) -> Self {
        Self {
            reader,
            meetings: Cache::new(MEETINGS),
            votes: Cache::new(VOTES),
        }
    }

    /// What the notice of a meeting froze; `None` before it is served.
    pub async fn of(&self, meeting: &MeetingName) -> Result<Option<Arc<Frozen>>, Failure> {
        if let Some(frozen) = self.meetings.get(meeting) {
            return Ok(Some(frozen));
        }
        let Some(notice) = store::notice::find(&self.reader, meeting).await? else {
            return Ok(None);
        };
        let Some(held) = store::meeting::find(&self.reader, meeting).await? else {
            return Ok(None);
        };
        let frozen = Arc::new(Frozen::new(notice, &held));
        self.meetings.insert(meeting.clone(), Arc::clone(&frozen));
        Ok(Some(frozen))
    }

    /// What was frozen for the meeting of a vote; `None` where there is no such vote.
    /// Told with how its ballots are given.
    pub async fn of_vote(&self, vote: &VoteName) -> Result<Option<(Arc<Frozen>, BallotMethod)>, Failure> {
        if let Some(known) = self.votes.get(vote) {
            return Ok(Some(known));
        }
        let Some(found) = store::vote::find(&self.reader, vote).await? else {
            return Ok(None);
        };
        let frozen = self.of(&vote.meeting()).await?;
        let known = frozen.map(|frozen| (frozen, found.method));
        if let Some(known) = &known {
            self.votes.insert(vote.clone(), known.clone());
        }
        Ok(known)
    }
}
