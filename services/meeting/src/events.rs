//! What this service tells others. An event names what it is about; whoever may, reads it there.

use std::fmt::Display;

use yihe_authz::Authorized;
use yihe_kernel::Timestamp;
use yihe_store::{Failure, NewEvent, Tx};

use crate::domain::CommitmentAct;

macro_rules! kinds {
    ($($name:ident)+) => {$(
        #[expect(non_upper_case_globals, reason = "named like the type it becomes on the wire")]
        pub const $name: &str = concat!("yihe.meeting.v1.", stringify!($name));
    )+};
}

kinds! {
    BodyCreated BodyMemberAdded BodyMemberRemoved PersonNameErased
    MeetingCreated MeetingUpdated AgendaItemCreated AgendaItemWithdrawn NoticeServed NoticeAcknowledged
    SessionOpened CheckedIn CheckedOut QuorumReached QuorumLost MeetingClosed MeetingCancelled
    MeetingPostponed MeetingSuspended MeetingResumed AgendaItemMoved
    NoticeWaived NoticeDelivered
    ClerkRecorded RecordContested ContestAnswered
    ProxyGranted ProxyRevoked ProxyVoided
    SpeechRequested PointOfOrderRaised FloorGranted SpeechInterrupted SpeechEnded SpeechWithdrawn
    AgendaPapersSet AgendaPaperTabled
    MandateGranted MandateRevoked PersonInvited InvitationWithdrawn
    MinutesDrafted MinutesUpdated SignaturesRequested MinutesSigned SigningRefused SigningClosed ResultsPublished
    MinutesPublished ObjectionSubmitted ObjectionAnswered
    MotionSubmitted MotionWithdrawn VoteOpened BallotCast BallotChanged BallotTakenBack VoteClosed VoteLapsed ResolutionAdopted
    AmendmentSubmitted AmendmentRestated AmendmentWithdrawn AmendmentStruck AmendmentFell AmendmentsOrdered MotionAmended
    ClassObjectionMade ClassObjectionWithdrawn MatterClassUpheld MatterClassNotUpheld AgendaItemReclassified AgendaItemCarried
    RatificationRequested RatificationRouted RatificationSettled
    RecusalDeclared RecusalMoved RecusalCarried RecusalRejected RecusalWithdrawn RecusalSettled
    DissentAttached DissentAnswered MotionSeconded AmendmentSeconded VoteTied TieDecided
    CommitmentMade CommitmentAccepted CommitmentDeclined CommitmentReassigned CommitmentProgressed CommitmentDone
    CommitmentConfirmed CommitmentReopened CommitmentCancelled CommitmentEscalated CommitmentHolderLeft
    VotingOpened UnitBallotsCast UnitBallotsCorrected PaperUnitBallotsRecorded UnitBallotsRead ResultChallenged ChallengeAnswered
    ProblemReported ProblemLinked ProblemClosed MonthReportPublished
}

/// The event that tells of a step in the life of a commitment.
pub const fn of_commitment(act: CommitmentAct) -> &'static str {
    match act {
        CommitmentAct::Made => CommitmentMade,
        CommitmentAct::Accepted => CommitmentAccepted,
        CommitmentAct::Declined => CommitmentDeclined,
        CommitmentAct::Reassigned => CommitmentReassigned,
        CommitmentAct::Progressed => CommitmentProgressed,
        CommitmentAct::Done => CommitmentDone,
        CommitmentAct::Confirmed => CommitmentConfirmed,
        CommitmentAct::Reopened => CommitmentReopened,
        CommitmentAct::Cancelled => CommitmentCancelled,
        CommitmentAct::Escalated => CommitmentEscalated,
        CommitmentAct::HolderLeft => CommitmentHolderLeft,
    }
}

/// Appends an event of a body's or meeting's history.
pub async fn append(
    tx: &Tx,
    by: &Authorized,
    kind: &'static str,
    stream: &impl Display,
    subject: &impl Display,
    at: Timestamp,
) -> Result<(), Failure> {
    let event = NewEvent {
        community: Some(by.community()?.clone()),
        kind,
        stream: stream.to_string(),
        subject: subject.to_string(),
        actor: by.actor(),
        organization: by.organization(),
        payload: Vec::new(),
        at,
    };
    tx.append(event).await?;
    Ok(())
}
