use yihe_kernel::{Error, Result, Timestamp, UserId};

use super::code::codes;
use super::secret::{SecretTotals, secrecy_is_possible};
use super::{CastingVote, Count, Frozen, MatterClass, Meeting, Member, OrganizationKind, Quorum, Room, Step};
use crate::names::{AgendaItemId, AmendmentId, MotionId, ProxyId, ResolutionId, VoteName};
use crate::reasons;

codes! {
    /// State of a vote.
    VoteState {
        /// Open.
        Open = "OPEN",
        /// Closed and counted.
        Closed = "CLOSED",
        /// Ended without a count, because the meeting ended while the room had no quorum.
        Lapsed = "LAPSED",
        /// Counted with a tie that the chair may decide.
        Tied = "TIED",
    }

    /// How ballots are given.
    BallotMethod {
        /// Open, by roll-call.
        OpenRollCall = "OPEN_ROLL_CALL",
        /// Secret.
        Secret = "SECRET",
        /// By the units of a register, in writing.
        ByUnit = "BY_UNIT",
    }

    /// What a ballot says.
    Choice {
        /// In favour.
        Yes = "YES",
        /// Against.
        No = "NO",
        /// Abstains.
        Abstain = "ABSTAIN",
        /// Cast in a secret vote.
        Sealed = "SEALED",
        /// Cannot be read; recorded from paper.
        Invalid = "INVALID",
    }
}

/// A vote on one motion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// Its name.
    pub name: VoteName,
    /// The motion.
    pub motion: MotionId,
    /// The amendment to the motion that is voted on; absent where the motion itself is.
    pub amendment: Option<AmendmentId>,
    /// State.
    pub state: VoteState,
    /// How ballots are given.
    pub method: BallotMethod,
    /// Who counted when it opened.
    pub quorum: Quorum,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was closed or lapsed.
    pub closed_at: Option<Timestamp>,
    /// The count, once closed.
    pub count: Option<Count>,
    /// The resolution, if the motion was adopted.
    pub resolution: Option<ResolutionId>,
    /// What a secret vote came to, once closed.
    pub totals: Option<SecretTotals>,
    /// The chair's decision of a tie.
    pub casting_vote: Option<CastingVote>,
    /// When the ballot box of a secret vote was counted.
    pub box_counted_at: Option<Timestamp>,
}

/// The place of one member in a vote: who may vote, and what it cast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ballot {
    /// Whose ballot.
    pub member: Member,
    /// Kind of the organization; unspecified for others.
    pub kind: OrganizationKind,
    /// Name of the organization; empty for others.
    pub display_name: String,
    /// Who represented it when the vote opened.
    pub representative: UserId,
    /// The proxy by which another casts it, as it stood when the vote opened; none once the principal has come itself.
    pub proxy: Option<HeldProxy>,
    /// What it cast, when, and by whom.
    pub cast: Option<(Choice, Timestamp, UserId)>,
    /// Who recorded it for the voter.
    pub recorded_by: Option<UserId>,
}

/// The proxy that a ballot is cast by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldProxy {
    /// The proxy.
    pub proxy: ProxyId,
    /// Who holds it.
    pub holder: Member,
}

impl Vote {
    /// Opens a vote: those present now may vote, and, unless it is secret, those represented for the item, and nobody else,
    /// whoever comes later. Those recused from the item are outside all of it.
    ///
    /// # Errors
    /// `MEETING_STATE`, `ALL_RECUSED`, `MEETING_NOT_QUORATE`, `SECRET_NOT_POSSIBLE`.
    pub fn open(
        name: VoteName,
        (motion, item): (MotionId, AgendaItemId),
        meeting: &Meeting,
        frozen: &Frozen,
        (room, recused): (&Room, &[Member]),
        (method, matter_class): (BallotMethod, MatterClass),
        now: Timestamp,
    ) -> Result<(Self, Vec<Ballot>)> {
        meeting.expect(Step::Decide)?;
        if method == BallotMethod::Secret {
            secrecy_is_possible(frozen, matter_class)?;
        }
        expect_somebody_left(&name, frozen, recused)?;
        let quorum = quorum_now((room, frozen), method, recused, now)?;
        meeting.expect_quorum(&quorum)?;
        let room = room.without(recused);
        let present = room
            .present()
            .filter_map(|presence| Ballot::of(frozen, presence.member, presence.representative, None));
        let represented = room.represented(now).filter_map(|one| {
            if method == BallotMethod::Secret {
                return None;
            }
            one.proxy.scope.instruction(item)?;
            let held = HeldProxy {
                proxy: one.proxy.name.proxy,
                holder: one.proxy.holder,
            };
            Ballot::of(frozen, one.proxy.principal, one.caster, Some(held))
        });
        let ballots = present.chain(represented).collect();
        let vote = Self {
            name,
            motion,
            amendment: None,
            state: VoteState::Open,
            method,
            quorum,
            opened_at: now,
            closed_at: None,
            count: None,
            resolution: None,
            totals: None,
            casting_vote: None,
            box_counted_at: None,
        };
        Ok((vote, ballots))
    }

    /// The same vote on an amendment to the motion.
    #[must_use]
    pub fn on_amendment(self, amendment: AmendmentId) -> Self {
        Self {
            amendment: Some(amendment),
            ..self
        }
    }

    /// Refuses what needs an open vote.
    ///
    /// # Errors
    /// `VOTE_CLOSED`.
    pub fn expect_open(&self) -> Result<()> {
        if self.state == VoteState::Open {
            return Ok(());
        }
        Err(Error::new(&reasons::VOTE_CLOSED).with("name", &self.name))
    }

    /// The refusal of what cannot be done while it is open.
    #[must_use]
    pub fn is_open_refusal(name: &VoteName) -> Error {
        Error::new(&reasons::VOTE_OPEN).with("name", name)
    }

    /// Whether it can be closed now. A room without a quorum decides nothing, not even by counting: the vote waits, with its
    /// ballots, until the quorum is back or the meeting ends.
    ///
    /// # Errors
    /// `VOTE_CLOSED`, `MEETING_STATE`, `MEETING_NOT_QUORATE`.
    pub fn expect_closable(&self, meeting: &Meeting, now_present: &Quorum) -> Result<()> {
        self.expect_open()?;
        meeting.expect(Step::Decide)?;
        meeting.expect_quorum(now_present)
    }

    /// Who counts in the room while it is open.
    ///
    /// # Errors
    /// `INTERNAL` where the frozen pack cannot be applied to the frozen roster.
    pub fn quorum_now(&self, room: &Room, frozen: &Frozen, now: Timestamp) -> Result<Quorum> {
        quorum_now((room, frozen), self.method, &self.quorum.recused, now)
    }

    /// Opens the ballots of a secret vote; to be done before they are counted.
    #[must_use]
    pub fn unseal(mut self, totals: SecretTotals) -> Self {
        self.totals = Some(totals);
        self
    }

    /// Closes it with its count.
    #[must_use]
    pub fn close(mut self, count: Count, resolution: Option<ResolutionId>, now: Timestamp) -> Self {
        self.state = VoteState::Closed;
        self.closed_at = Some(now);
        self.count = Some(count);
        self.resolution = resolution;
        self
    }

    /// Ends with the meeting. With a quorum it must be closed and counted first.
    ///
    /// # Errors
    /// `VOTE_OPEN`.
    pub fn lapse(self, now_present: &Quorum, now: Timestamp) -> Result<Self> {
        if now_present.met {
            return Err(Self::is_open_refusal(&self.name));
        }
        Ok(self.lapse_with_meeting(now))
    }

    /// Ends with a meeting that is postponed: quorum or not, it is no longer this room that decides.
    #[must_use]
    pub fn lapse_with_meeting(mut self, now: Timestamp) -> Self {
        self.state = VoteState::Lapsed;
        self.closed_at = Some(now);
        self
    }
}

/// Nobody votes by proxy in a secret vote, so nobody counts by one: the minutes would have two numbers of those present.
fn quorum_now(
    (room, frozen): (&Room, &Frozen),
    method: BallotMethod,
    recused: &[Member],
    now: Timestamp,
) -> Result<Quorum> {
    match method {
        BallotMethod::Secret => room.in_person().quorum_without(frozen, recused, now),
        _ => room.quorum_without(frozen, recused, now),
    }
}

/// Where all of a group that the rules ask are recused, nobody could say what that group wants.
fn expect_somebody_left(name: &VoteName, frozen: &Frozen, recused: &[Member]) -> Result<()> {
    let refuse = |group: &str| {
        Err(Error::new(&reasons::ALL_RECUSED)
            .with("name", name.meeting())
            .with("group", group))
    };
    let groups = frozen.pack.provisions().groups.iter().map(|group| group.id.as_str());
    for group in groups.chain([""]) {
        let mut of = frozen
            .roster
            .values()
            .filter(|entry| group.is_empty() || entry.group == group)
            .peekable();
        if of.peek().is_some() && of.all(|entry| recused.contains(&entry.member)) {
            return refuse(if group.is_empty() { "MEMBERS" } else { group });
        }
    }
    Ok(())
}

impl Ballot {
    fn of(frozen: &Frozen, member: Member, representative: UserId, proxy: Option<HeldProxy>) -> Option<Self> {
        let entry = frozen.roster.get(&member)?;
        Some(Self {
            member: entry.member,
            kind: entry.kind,
            display_name: entry.display_name.clone(),
            representative,
            proxy,
            cast: None,
            recorded_by: None,
        })
    }
}
