use super::MeetingState;

/// What can be done in the life of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Changing title, place or start.
    Change,
    /// Putting an item on the agenda or taking one off.
    Agenda,
    /// Serving the notice.
    ServeNotice,
    /// Acknowledging the notice.
    Acknowledge,
    /// Opening the session.
    Open,
    /// Checking in or out.
    Presence,
    /// Moving, withdrawing a motion, opening, casting in and closing a vote.
    Decide,
    /// Objecting to the class of an item, and reclassifying it.
    Classify,
    /// Declaring oneself recused and withdrawing a recusal.
    Recuse,
    /// Dissenting from what was decided.
    Dissent,
    /// Making commitments in an on-site meeting.
    Commit,
    /// Opening the voting of a written meeting.
    OpenVoting,
    /// Casting in a written meeting, and closing its voting.
    CloseVoting,
    /// Closing the meeting.
    Close,
    /// Cancelling it.
    Cancel,
    /// Postponing it.
    Postpone,
    /// Suspending the session.
    Suspend,
    /// Resuming it.
    Resume,
    /// Waiving the notice period of a notice about to be served.
    Waive,
    /// Contesting what the clerk recorded, and answering.
    Contest,
    /// Giving and revoking proxies.
    Proxy,
    /// Giving and revoking mandates.
    Mandate,
    /// Tabling papers after the notice.
    Table,
    /// Inviting persons who are no members.
    Invite,
    /// Drawing up and editing minutes.
    Minutes,
    /// Opening the signing of minutes.
    RequestSignatures,
    /// Signing and publishing minutes.
    SignMinutes,
    /// Objecting to published minutes.
    Object,
}

impl Step {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Change,
        Self::Agenda,
        Self::ServeNotice,
        Self::Acknowledge,
        Self::Open,
        Self::Presence,
        Self::Decide,
        Self::Classify,
        Self::Recuse,
        Self::Dissent,
        Self::Commit,
        Self::OpenVoting,
        Self::CloseVoting,
        Self::Close,
        Self::Cancel,
        Self::Postpone,
        Self::Suspend,
        Self::Resume,
        Self::Waive,
        Self::Contest,
        Self::Minutes,
        Self::Object,
        Self::Proxy,
        Self::Mandate,
        Self::Table,
        Self::Invite,
        Self::RequestSignatures,
        Self::SignMinutes,
    ];

    /// The states in which it can be done: the state machine of a meeting.
    #[must_use]
    pub const fn states(self) -> &'static [MeetingState] {
        use MeetingState::{
            Closed, Draft, InSession, MinutesSigning, Noticed, Postponed, Published, Suspended, Voting,
        };
        match self {
            Self::Change | Self::Agenda | Self::ServeNotice | Self::Waive => &[Draft, Postponed],
            Self::Acknowledge | Self::Presence => &[Noticed, InSession, Suspended],
            Self::Open | Self::OpenVoting => &[Noticed],
            Self::CloseVoting => &[Voting],
            Self::Decide | Self::Suspend => &[InSession],
            Self::Resume => &[Suspended],
            Self::Proxy | Self::Table => &[Noticed, InSession, Suspended, Voting],
            // who was sent signs for it
            Self::Mandate => &[Noticed, InSession, Suspended, Voting, Closed, MinutesSigning],
            Self::Invite => &[Draft, Noticed, InSession, Suspended, Voting, Postponed],
            Self::Classify => &[Draft, Noticed, InSession, Suspended, Postponed],
            Self::Recuse => &[Noticed, InSession, Suspended],
            // until the minutes are to be signed: they carry it
            Self::Dissent | Self::Commit => &[InSession, Suspended, Closed],
            Self::Close => &[InSession, Suspended],
            // until the minutes are signed
            Self::Contest => &[
                Draft,
                Noticed,
                InSession,
                Suspended,
                Voting,
                Postponed,
                Closed,
                MinutesSigning,
            ],
            Self::Cancel | Self::Postpone => &[Draft, Noticed, InSession, Suspended, Voting, Postponed],
            Self::Minutes => &[Closed, MinutesSigning],
            Self::RequestSignatures => &[Closed],
            Self::SignMinutes => &[MinutesSigning],
            Self::Object => &[Published],
        }
    }
}
