use std::borrow::Cow;

use yihe_kernel::{CommunityId, Error, Result, Timestamp, UserId};

use super::{Frozen, Member, Proxy, Quorum};
use crate::names::{InvitedPersonId, MandateId};
use crate::reasons;

/// One interval during which one of those on the roster was there or represented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// Orders intervals that began in one instant.
    pub id: uuid::Uuid,
    /// Who was present.
    pub member: Member,
    /// The person who represented it; a person represents itself.
    pub representative: UserId,
    /// First instant.
    pub started_at: Timestamp,
    /// First instant after; absent while it lasts.
    pub ended_at: Option<Timestamp>,
    /// Who recorded the arrival for it.
    pub recorded_by: Option<UserId>,
    /// The mandate by which the representative is there.
    pub mandate: Option<MandateId>,
    /// The invitation by which a person is there who is on no roster.
    pub invited: Option<InvitedPersonId>,
}

/// What a check-in comes to.
#[derive(Debug, PartialEq, Eq)]
pub enum Arrival<'a> {
    /// A new interval begins.
    New,
    /// The same person is there for the same member already.
    There(&'a Presence),
}

/// Who came and went in one meeting, and all the proxies given for it.
///
/// **Invariant**: a member has one open interval at most, and a person represents one member in a meeting, or as many
/// organizations as the rules let it: else one person could cast two ballots by changing hats.
#[derive(Debug, Clone, Default)]
pub struct Room(pub Vec<Presence>, pub Vec<Proxy>);

impl Room {
    /// The intervals that last.
    pub fn present(&self) -> impl Iterator<Item = &Presence> {
        self.0.iter().filter(|presence| presence.ended_at.is_none())
    }

    /// Whether `user` can represent `member` from now on.
    ///
    /// # Errors
    /// `NOT_ON_ROSTER`, `ALREADY_REPRESENTED`, `REPRESENTS_ANOTHER`.
    pub fn arrive(&self, frozen: &Frozen, member: Member, user: UserId) -> Result<Arrival<'_>> {
        frozen.entry(member)?;
        let others = self
            .0
            .iter()
            .filter(|presence| presence.representative == user && presence.member != member);
        frozen.expect_representable_beside(member, &others.map(|presence| presence.member).collect())?;
        match self.present().find(|presence| presence.member == member) {
            None => Ok(Arrival::New),
            Some(presence) if presence.representative == user => Ok(Arrival::There(presence)),
            Some(_) => Err(Error::new(&reasons::ALREADY_REPRESENTED)
                .with("member", member.name(&frozen.meeting.community))
                .with("name", &frozen.meeting)),
        }
    }

    /// The arrival of somebody who is on no roster, in a room of such.
    #[must_use]
    pub fn visit(&self, visitor: Member) -> Arrival<'_> {
        let there = self.present().find(|presence| presence.member == visitor);
        there.map_or(Arrival::New, Arrival::There)
    }

    /// The open interval of `user` for `member`.
    ///
    /// # Errors
    /// `NOT_CHECKED_IN`.
    pub fn interval_of(&self, community: &CommunityId, member: Member, user: UserId) -> Result<&Presence> {
        self.present()
            .find(|presence| presence.member == member && presence.representative == user)
            .ok_or_else(|| not_checked_in(community, member))
    }

    /// The open interval of `member`, whoever represents it.
    ///
    /// # Errors
    /// `NOT_CHECKED_IN`.
    pub fn open_interval(&self, community: &CommunityId, member: Member) -> Result<&Presence> {
        self.present()
            .find(|presence| presence.member == member)
            .ok_or_else(|| not_checked_in(community, member))
    }

    /// Who counts now, and whether that is enough.
    ///
    /// # Errors
    /// `INTERNAL` where the frozen pack cannot be applied to the frozen roster.
    pub fn quorum(&self, frozen: &Frozen, now: Timestamp) -> Result<Quorum> {
        self.quorum_without(frozen, &[], now)
    }

    /// The same for an item from which some are recused: they are in no number, nor are the proxies they gave or hold.
    ///
    /// # Errors
    /// `INTERNAL` where the frozen pack cannot be applied to the frozen roster.
    pub fn quorum_without(&self, frozen: &Frozen, recused: &[Member], now: Timestamp) -> Result<Quorum> {
        let others = self.without(recused);
        let present = others.present().map(|presence| presence.member);
        Quorum::certify(frozen, present, others.represented(now), recused, now)
    }

    /// The room as it is where nobody can be represented by proxy.
    #[must_use]
    pub fn in_person(&self) -> Self {
        Self(self.0.clone(), Vec::new())
    }

    /// The room as it is for an item from which some are recused.
    #[must_use]
    pub fn without(&self, recused: &[Member]) -> Cow<'_, Self> {
        if recused.is_empty() {
            return Cow::Borrowed(self);
        }
        let takes_part = |member: Member| !recused.contains(&member);
        let intervals = self.0.iter().filter(|presence| takes_part(presence.member));
        let proxies = self.1.iter();
        let proxies = proxies.filter(|proxy| takes_part(proxy.principal) && takes_part(proxy.holder));
        Cow::Owned(Self(intervals.cloned().collect(), proxies.cloned().collect()))
    }
}

/// The refusal of who is not there.
#[must_use]
pub fn not_checked_in(community: &CommunityId, member: Member) -> Error {
    Error::new(&reasons::NOT_CHECKED_IN).with("member", member.name(community))
}
