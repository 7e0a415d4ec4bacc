use serde::{Deserialize, Serialize};
use yihe_kernel::{Error, Result, Timestamp, UserId};

use super::{Frozen, Meeting, Member, Room};
use crate::reasons;

/// Whose hands went up for what, as somebody read them from the room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hands {
    /// Those in favour.
    pub in_favour: Vec<Member>,
    /// Those against.
    pub against: Vec<Member>,
    /// Those abstaining.
    pub abstaining: Vec<Member>,
}

impl Hands {
    fn all(&self) -> impl Iterator<Item = Member> {
        [&self.in_favour, &self.against, &self.abstaining]
            .into_iter()
            .flatten()
            .copied()
    }
}

/// A recorded show of hands: how members decide on matters of procedure. Kept as JSON with what it decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowOfHands {
    /// The hands.
    pub hands: Hands,
    /// Heads present that might take part.
    pub present: u64,
    /// Heads in favour.
    pub in_favour: u64,
    /// Whether more than half of those present who might take part were in favour.
    pub carried: bool,
    /// Who recorded it.
    #[serde(with = "person")]
    pub recorded_by: UserId,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl ShowOfHands {
    /// Counts the hands of those present. The one `concerned` has none, neither for nor against; without a quorum of the others
    /// nothing is decided.
    ///
    /// # Errors
    /// `MEETING_NOT_QUORATE`, `NOT_ON_ROSTER`, `HAND_NOT_PRESENT`, `HAND_TWICE`, `HAND_CONCERNED`.
    pub fn count(
        meeting: &Meeting,
        (frozen, room): (&Frozen, &Room),
        concerned: Option<Member>,
        hands: Hands,
        (recorded_by, recorded_at): (UserId, Timestamp),
    ) -> Result<Self> {
        meeting.expect_quorum(&room.quorum_without(frozen, concerned.as_slice(), recorded_at)?)?;
        let mut seen = Vec::new();
        for member in hands.all() {
            frozen.entry(member)?;
            let refuse = |reason| Error::new(reason).with("member", member.name(&meeting.name.community));
            if concerned == Some(member) {
                return Err(refuse(&reasons::HAND_CONCERNED));
            }
            if !room.present().any(|presence| presence.member == member) {
                return Err(refuse(&reasons::HAND_NOT_PRESENT));
            }
            if seen.contains(&member) {
                return Err(refuse(&reasons::HAND_TWICE));
            }
            seen.push(member);
        }
        let heads = |member: &Member| frozen.roster.get(member).map_or(0, |entry| u64::from(entry.heads));
        let others = room
            .present()
            .map(|presence| presence.member)
            .filter(|member| concerned != Some(*member));
        let present: u64 = others.map(|member| heads(&member)).sum();
        let in_favour: u64 = hands.in_favour.iter().map(heads).sum();
        Ok(Self {
            carried: in_favour.saturating_mul(2) > present,
            hands,
            present,
            in_favour,
            recorded_by,
            recorded_at,
        })
    }
}

mod person {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};
    use yihe_kernel::UserId;

    pub fn serialize<S: Serializer>(user: &UserId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(user)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UserId, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
