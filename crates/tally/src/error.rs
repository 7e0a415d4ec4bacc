//! Why a count is refused.

use serde::Serialize;

use crate::calendar::CalendarMissing;
use crate::roster::VoterId;
use crate::terms::{MatterClass, Measure};

/// Input that cannot be counted. Nothing is counted in part: one such error, no outcome. Of several, the one that
/// sorts first is reported, so that the answer does not depend on the order of the input either.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, thiserror::Error)]
pub enum TallyError {
    /// The pack lets no vote be taken on such a matter.
    #[error("rule pack {pack} has no majority for {matter_class}")]
    NoMajority {
        /// Id of the pack.
        pack: String,
        /// The matter asked for.
        matter_class: MatterClass,
    },
    /// Nobody is entitled to vote: the roster is empty or all on it are recused.
    #[error("nobody on the roster is entitled to vote")]
    EmptyRoster,
    /// Two entries of the roster have one id.
    #[error("voter {voter} is on the roster twice")]
    DuplicateVoter {
        /// The voter.
        voter: VoterId,
    },
    /// A voter has neither heads nor area.
    #[error("voter {voter} has neither heads nor area")]
    Weightless {
        /// The voter.
        voter: VoterId,
    },
    /// The roster adds up to more than every reader of JSON keeps exact (2^53 - 1).
    #[error("heads or area of the roster add up to more than 9007199254740991")]
    TooMuchWeight,
    /// The rules measure something of which the roster has none.
    #[error("the rules count {measure}, of which the roster has none")]
    NothingToMeasure {
        /// What is missing.
        measure: Measure,
    },
    /// The rules depend on presence and none is given.
    #[error("the rules depend on who is present, and no session is given")]
    PresenceRequired,
    /// Somebody present is not on the roster.
    #[error("{voter} is listed as present but is not on the roster")]
    UnknownPresent {
        /// The one present.
        voter: VoterId,
    },
    /// Somebody is listed as present twice.
    #[error("{voter} is listed as present twice")]
    DuplicatePresent {
        /// The one present.
        voter: VoterId,
    },
    /// More are present than there are members.
    #[error("{present} present are more than {members} members")]
    MorePresentThanMembers {
        /// Heads present.
        present: u64,
        /// Heads of all members.
        members: u64,
    },
    /// A ballot of somebody who is not on the roster.
    #[error("{voter} cast a ballot but is not on the roster")]
    UnknownVoter {
        /// The one who cast it.
        voter: VoterId,
    },
    /// Two ballots of one voter.
    #[error("voter {voter} cast two ballots")]
    DuplicateBallot {
        /// The voter.
        voter: VoterId,
    },
    /// A ballot of a voter who is recused.
    #[error("voter {voter} is recused but cast a ballot")]
    RecusedVoter {
        /// The voter.
        voter: VoterId,
    },
    /// A ballot in a session at which the voter was not present.
    #[error("voter {voter} was not present but cast a ballot")]
    AbsentVoter {
        /// The voter.
        voter: VoterId,
    },
    /// A ballot cast for somebody who gave no such proxy.
    #[error("{holder} cast a ballot for {voter} and holds no proxy of theirs")]
    NoProxy {
        /// The voter.
        voter: VoterId,
        /// The one who cast it.
        holder: VoterId,
    },
    /// The pack lets nobody vote for another.
    #[error("rule pack {pack} allows no proxies")]
    ProxiesNotAllowed {
        /// Id of the pack.
        pack: String,
    },
    /// A proxy of somebody who has no vote.
    #[error("{principal} gave a proxy but has no vote")]
    UnknownPrincipal {
        /// The one who gave it.
        principal: VoterId,
    },
    /// Two proxies of one voter for the same item.
    #[error("{principal} gave two proxies")]
    DuplicateProxy {
        /// The one who gave them.
        principal: VoterId,
    },
    /// A proxy given to oneself.
    #[error("{principal} cannot be their own proxy")]
    OwnProxy {
        /// The one who gave it.
        principal: VoterId,
    },
    /// Two entries of the register have one unit.
    #[error("unit {unit} is in the register twice")]
    DuplicateUnit {
        /// The unit.
        unit: String,
    },
    /// A unit nobody owns.
    #[error("unit {unit} has no owner")]
    OwnerlessUnit {
        /// The unit.
        unit: String,
    },
    /// The co-owners' nominated one is none of them.
    #[error("{nominee} is nominated for unit {unit} but is none of its owners")]
    StrangeNominee {
        /// The unit.
        unit: String,
        /// The one nominated.
        nominee: VoterId,
    },
    /// A ballot for a unit that is not in the register.
    #[error("unit {unit} is not in the register, and a ballot was cast for it")]
    UnknownUnit {
        /// The unit.
        unit: String,
    },
    /// Two ballots of one person for one unit.
    #[error("{cast_by} cast two ballots for unit {unit}")]
    DuplicateUnitBallot {
        /// The unit.
        unit: String,
        /// The one who cast them.
        cast_by: VoterId,
    },
    /// A ballot of somebody who neither owns the unit nor holds a proxy of an owner.
    #[error("{cast_by} cast a ballot for unit {unit} and is neither its owner nor a proxy of one")]
    NotAnOwner {
        /// The unit.
        unit: String,
        /// The one who cast it.
        cast_by: VoterId,
    },
    /// The rules ask about a group of which the roster has nobody entitled.
    #[error("the rules ask for the consent of group {group}, of which the roster has nobody")]
    EmptyGroup {
        /// Id of the group.
        group: String,
    },
    /// A secret vote in which groups decide along: a ballot would have to say whose group it is from.
    #[error("a secret vote cannot be counted by groups, and the rules ask for group {group}")]
    SecretByGroup {
        /// Id of the group.
        group: String,
    },
    /// A secret vote with proxies: nobody could tell which ballots were cast for others.
    #[error("a secret vote is cast in person, and {proxies} proxies are given")]
    SecretByProxy {
        /// How many.
        proxies: u64,
    },
    /// A secret vote by area: the weight would name the flat.
    #[error("a secret vote counts heads only, and the rules count {measure}")]
    SecretByArea {
        /// What the rules count.
        measure: Measure,
    },
    /// A secret vote in which one voter weighs more than another cannot be counted without knowing who cast what.
    #[error("a secret vote gives each voter one head, and voter {voter} has {heads}")]
    SecretWeight {
        /// The voter.
        voter: VoterId,
        /// Its heads.
        heads: u64,
    },
    /// The number of secret ballots differs from the number of those who took part.
    #[error("{ballots} secret ballots of {participants} participants")]
    SecretCount {
        /// How many took part.
        participants: u64,
        /// How many ballots there are.
        ballots: u64,
    },
    /// The chair casts a vote the pack does not give.
    #[error("rule pack {pack} gives the chair no casting vote")]
    NoCastingVote {
        /// Id of the pack.
        pack: String,
    },
    /// The chair casts a vote where there is no tie.
    #[error("the vote is not tied, there is nothing for the chair to decide")]
    NotTied,
    /// Days have to be counted through a year whose working days nobody knows.
    #[error(transparent)]
    CalendarMissing(#[from] CalendarMissing),
    /// A period ends after the year 9999.
    #[error("the period ends after the year 9999")]
    BeyondCalendar,
    /// The outcome was counted by other rules than those given.
    #[error("the outcome was counted by other rules")]
    OtherRules,
}

/// Keeps the error that sorts first, so that the one reported does not depend on the order of the input.
#[derive(Default)]
pub(crate) struct Faults(Option<TallyError>);

impl Faults {
    pub fn note(&mut self, fault: TallyError) {
        if self.0.as_ref().is_none_or(|first| fault < *first) {
            self.0 = Some(fault);
        }
    }

    pub fn end(self) -> Result<(), TallyError> {
        self.0.map_or(Ok(()), Err)
    }
}
