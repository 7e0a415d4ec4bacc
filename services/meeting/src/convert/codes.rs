use yihe_proto::meeting::v1 as pb;

use crate::domain::{
    AgendaItemKind, AmendmentState, BallotChangeKind, BallotMethod, BodyKind, Choice, ClassObjectionState,
    CommitmentAct, CommitmentPart, CommitmentState, ContestState, DeliveryChannel, EscalationLevel, MatterClass,
    MeetingMode, MeetingState, MotionState, ProxyForm, ProxyInstruction, RatificationState, RecordedAct, RecusalState,
    SpeechSide, SpeechState, VoteState,
};

/// A domain enum and its form on the wire.
pub trait Wire: Sized {
    /// The generated enum.
    type Proto: TryFrom<i32> + Into<i32>;

    /// From the wire; `None` for unspecified.
    fn from_wire(wire: Self::Proto) -> Option<Self>;

    /// The generated value.
    fn to_wire(self) -> Self::Proto;

    /// The number on the wire.
    fn number(self) -> i32 {
        self.to_wire().into()
    }
}

// both matches are exhaustive: a value added on either side does not compile until it is added here
macro_rules! wire {
    ($($name:ident { $($variant:ident)+ } $(| $($unsent:ident)+)? ;)+) => {$(
        impl Wire for $name {
            type Proto = pb::$name;

            fn from_wire(wire: pb::$name) -> Option<Self> {
                match wire {
                    pb::$name::Unspecified => None,
                    $(pb::$name::$variant => Some(Self::$variant),)+
                }
            }

            fn to_wire(self) -> pb::$name {
                match self {
                    $(Self::$variant => pb::$name::$variant,)+
                    $($(Self::$unsent => pb::$name::Unspecified,)+)?
                }
            }
        }
    )+};
}

wire! {
    BodyKind {
        JointConference OnSite PartyBriefing ResidentsCouncil SupervisoryBoard CaptainsAssociation OwnersCommitteeMeeting
        OwnersAssembly ResidentsMeeting
    } | MediationPanel;
    MeetingState { Draft Noticed InSession Suspended Closed MinutesSigning Published Cancelled Postponed Voting };
    MeetingMode { Session Written };
    MatterClass {
        Information Coordination ResourceSharing PublicFundUse RulesAndCovenants Election OwnersOrdinary OwnersSpecial
        OwnersChangeOfUse ResidentsReserved PersonalMatter
    };
    AgendaItemKind { Report Deliberation Decision };
    MotionState { Submitted Voting Adopted Rejected Withdrawn PendingRatification Ratified NotRatified AwaitingSecond };
    AmendmentState { Submitted Voting Adopted Rejected Withdrawn Struck Fallen AwaitingSecond };
    ClassObjectionState { Open Upheld NotUpheld Reclassified Withdrawn };
    RatificationState { Pending Routed Ratified NotRatified };
    VoteState { Open Closed Lapsed Tied };
    RecusalState { Moved InForce Rejected Withdrawn Settled };
    BallotMethod { OpenRollCall Secret ByUnit };
    Choice { Yes No Abstain Sealed Invalid };
    BallotChangeKind { Changed TakenBack };
    RecordedAct {
        CheckIn CheckOut Acknowledgement Delivery Ballot Signature Recusal Commitment Waiver Mandate Proxy Motion
    };
    ContestState { Open Upheld Rejected };
    ProxyInstruction { Free For Against };
    ProxyForm { Written Electronic };
    SpeechSide { For Against Neutral };
    SpeechState { Waiting Speaking Interrupted Ended Withdrawn };
    DeliveryChannel { App Hand Phone Chat Post };
    CommitmentState { Proposed Accepted InProgress Done Confirmed Declined Cancelled };
    CommitmentPart { Lead Support };
    EscalationLevel { None Head Secretary Street };
    CommitmentAct {
        Made Accepted Declined Reassigned Progressed Done Confirmed Reopened Cancelled Escalated HolderLeft
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_codes_are_those_of_the_contract() {
        for state in MeetingState::ALL {
            assert_eq!(format!("MEETING_STATE_{}", state.code()), state.to_wire().as_str_name());
            assert_eq!(MeetingState::from_wire(state.to_wire()), Some(*state));
        }
        for state in MotionState::ALL {
            assert_eq!(format!("MOTION_STATE_{}", state.code()), state.to_wire().as_str_name());
        }
        for state in VoteState::ALL {
            assert_eq!(format!("VOTE_STATE_{}", state.code()), state.to_wire().as_str_name());
        }
        for choice in Choice::ALL {
            assert_eq!(format!("CHOICE_{}", choice.code()), choice.to_wire().as_str_name());
        }
        for state in CommitmentState::ALL {
            assert_eq!(
                format!("COMMITMENT_STATE_{}", state.code()),
                state.to_wire().as_str_name()
            );
        }
        for part in CommitmentPart::ALL {
            assert_eq!(format!("COMMITMENT_PART_{}", part.code()), part.to_wire().as_str_name());
        }
        for act in CommitmentAct::ALL {
            assert_eq!(format!("COMMITMENT_ACT_{}", act.code()), act.to_wire().as_str_name());
        }
        for level in EscalationLevel::ALL {
            assert_eq!(
                format!("ESCALATION_LEVEL_{}", level.code()),
                level.to_wire().as_str_name()
            );
        }
        for class in MatterClass::ALL {
            assert_eq!(format!("MATTER_CLASS_{}", class.code()), class.to_wire().as_str_name());
        }
        for kind in BodyKind::ALL.iter().filter(|kind| **kind != BodyKind::MediationPanel) {
            assert_eq!(format!("BODY_KIND_{}", kind.code()), kind.to_wire().as_str_name());
        }
    }
}
