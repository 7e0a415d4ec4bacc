use yihe_authz::Authorized;
use yihe_kernel::{Error, Timestamp};
use yihe_store::{Failure, Tx};

use crate::domain::{
    AgendaItem, Amendment, AmendmentState, ClassObjection, Frozen, Meeting, Motion, MotionState, Vote,
};
use crate::names::{AgendaItemId, AmendmentName, MotionName};
use crate::{events, store};

/// What a vote is about to open on.
pub(super) enum Subject {
    /// The motion itself.
    Motion(Motion),
    /// An amendment to it.
    Amendment(Amendment, AgendaItemId),
}

impl Subject {
    /// Puts the motion to the vote, or the amendment to it, in its turn: amendments come first.
    pub async fn put_to_vote(tx: &Tx, motion: &MotionName, amendment: Option<&AmendmentName>) -> Result<Self, Failure> {
        let motion = store::motion::get(tx, motion).await?;
        let open = store::amendment::open_of(tx, &motion.name).await?;
        let Some(name) = amendment else {
            let motion = motion.put_to_vote()?;
            Amendment::expect_none_open(&motion, &open)?;
            return Ok(Self::Motion(motion));
        };
        let found = store::amendment::find(tx, name).await?;
        let amendment = found.filter(|amendment| name.meeting().motion(amendment.motion) == motion.name);
        let amendment = amendment.ok_or_else(|| Error::not_found(name))?;
        Ok(Self::Amendment(
            amendment.put_to_vote(&motion, &open)?,
            motion.agenda_item,
        ))
    }

    /// Refuses what this meeting may not decide, or not yet: an item that was not noticed in its class, or a class that is contested. Gives
    /// the item.
    pub async fn expect_competence(&self, tx: &Tx, meeting: &Meeting, frozen: &Frozen) -> Result<AgendaItem, Failure> {
        let item = match self {
            Self::Motion(motion) => motion.agenda_item,
            Self::Amendment(_, item) => *item,
        };
        let item = store::agenda::get(tx, &meeting.name.agenda_item(item)).await?;
        item.expect_decidable(&frozen.pack)?;
        let objections = store::class_objection::of_item(tx, &item.name).await?;
        ClassObjection::expect_none(&item, &objections)?;
        Ok(item)
    }

    /// The vote on it.
    pub fn of(&self, vote: Vote) -> Vote {
        match self {
            Self::Motion(_) => vote,
            Self::Amendment(amendment, _) => vote.on_amendment(amendment.name.amendment),
        }
    }

    /// Stores that it is being voted on.
    /// An amendment that nobody seconded by then falls.
    pub async fn save(&self, tx: &Tx, by: &Authorized, now: Timestamp) -> Result<(), Failure> {
        match self {
            Self::Motion(motion) => {
                store::motion::set_state(tx, by, motion, MotionState::Submitted).await?;
                fall_unseconded(tx, by, &motion.name, now).await
            }
            Self::Amendment(amendment, _) => store::amendment::save(tx, by, amendment, AmendmentState::Submitted).await,
        }
    }
}

/// Ends the amendments of a motion that still wait for seconders.
pub(in crate::commands) async fn fall_unseconded(
    tx: &Tx,
    by: &Authorized,
    motion: &MotionName,
    now: Timestamp,
) -> Result<(), Failure> {
    for amendment in store::amendment::awaiting_of(tx, motion).await? {
        let amendment = amendment.fall(now);
        store::amendment::save(tx, by, &amendment, AmendmentState::AwaitingSecond).await?;
        events::append(tx, by, events::AmendmentFell, &motion.meeting(), &amendment.name, now).await?;
    }
    Ok(())
}
