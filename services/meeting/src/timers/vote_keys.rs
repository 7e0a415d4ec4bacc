//! Destroys the keys that outlived their votes: a node that stopped between the end of a vote and the end of its key, a
//! vote that lapsed with its meeting, a vote that was never opened.

use std::sync::Arc;

use yihe_kernel::{Result, Timestamp};

use crate::domain::VoteState;
use crate::service::Service;
use crate::store;

pub async fn sweep(service: Arc<Service>, _now: Timestamp) -> Result<u64> {
    let kept = service.vote_keys.kept()?;
    if kept.is_empty() {
        return Ok(0);
    }
    let states = store::vote::states(service.reader(), &kept).await?;
    let mut destroyed = 0;
    for vote in kept {
        let outlived = match states.get(&vote) {
            Some(VoteState::Open) => false,
            Some(VoteState::Closed | VoteState::Lapsed | VoteState::Tied) => true,
            // about to be opened, or never: only time tells
            None => service.vote_keys.has_waited(vote),
        };
        if outlived {
            service.vote_keys.destroy(vote)?;
            destroyed += 1;
        }
    }
    Ok(destroyed)
}
