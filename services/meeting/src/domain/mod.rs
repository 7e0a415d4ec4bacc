//! What meetings are: types and transitions. No clock, no database, no wire.

mod agenda;
mod amendment;
mod ballot_change;
mod body;
mod class_objection;
mod code;
mod commitment;
mod count;
mod course;
mod delivery;
mod digest;
mod dissent;
mod frozen;
mod hands;
mod interruption;
mod invited;
mod mandate;
mod meeting;
mod member;
pub mod minutes;
mod month;
mod motion;
mod notice;
mod paper;
mod period;
mod presence;
mod problem;
mod proxy;
mod quorum;
mod ratification;
mod reading;
mod record;
mod recusal;
mod resolution;
mod rules;
mod second;
mod secret;
mod speakers;
mod step;
mod tie;
mod vote;

pub mod local_day;
pub mod owners;

#[cfg(test)]
mod tests;

pub use agenda::{AgendaItem, AgendaItemKind};
pub use amendment::{Amendment, AmendmentState, MotionVersion};
pub use ballot_change::{BallotChange, BallotChangeKind};
pub use body::{Body, BodyMember, Membership, Organization};
pub use class_objection::{ClassObjection, ClassObjectionState};
pub use commitment::{
    Changed, Commitment, CommitmentAct, CommitmentPart, CommitmentState, CommitmentStep, Doing, Escalation,
    EscalationLevel, Holder, NewCommitment, Origin,
};
pub use count::{Count, count, counted, sheet};
pub use course::{Course, Reclassified};
pub use delivery::{Delivery, DeliveryChannel, Waiver};
pub use digest::sha256_hex;
pub use dissent::{Dissent, DissentAnswer};
pub use frozen::{Frozen, not_on_roster};
pub use hands::{Hands, ShowOfHands};
pub use interruption::Interruption;
pub use invited::InvitedPerson;
pub use mandate::{Mandate, no_mandate};
pub use meeting::{Meeting, MeetingMode, MeetingState};
pub use member::Member;
pub use month::{Month, MonthPlan, MonthReport, ScheduledMeeting, Standing, digest};
pub use motion::{Motion, MotionState};
pub use notice::{Notice, RosterEntry};
pub use paper::Paper;
pub use period::NoticePeriod;
pub use presence::{Arrival, Presence, Room, not_checked_in};
pub use problem::Problem;
pub use proxy::{Proxy, ProxyForm, ProxyInstruction, ProxyScope, Represented};
pub use quorum::Quorum;
pub use ratification::{Ratification, RatificationState, Route, Settlement};
pub use reading::{ReadFrom, Reading};
pub use record::{Contest, ContestState, NewRecord, Record, RecordedAct};
pub use recusal::{Recusal, RecusalState};
pub use resolution::Resolution;
pub use rules::pack_in_force;
pub use second::{Second, SecondedSubject};
pub use secret::SecretTotals;
pub use speakers::{DebateRules, Speech, SpeechSide, SpeechState, debate_rules, queue};
pub use step::Step;
pub use tie::CastingVote;
pub use vote::{Ballot, BallotMethod, Choice, HeldProxy, Vote, VoteState};
pub use yihe_proto::directory::v1::OrganizationKind;
pub use yihe_tally::{BodyKind, MatterClass};

/// The time zone of all communities so far.
pub const TIME_ZONE: &str = "Asia/Shanghai";
