//! Ids and names of what this service keeps.

use yihe_kernel::{CommunityId, OrganizationId, UserId};

use crate::domain::Month;

yihe_kernel::ids! {
    /// Id of a member of a body, whatever it is: an organization, a person or an owner.
    MemberId
    /// Id of a body.
    BodyId
    /// Id of a meeting.
    MeetingId
    /// Id of an agenda item.
    AgendaItemId
    /// Id of a motion.
    MotionId
    /// Id of an amendment.
    AmendmentId
    /// Id of an objection to a class.
    ClassObjectionId
    /// Id of a recusal.
    RecusalId
    /// Id of a dissent.
    DissentId
    /// Id of a ratification.
    RatificationId
    /// Id of a vote.
    VoteId
    /// Id of a resolution.
    ResolutionId
    /// Id of a record made for another.
    RecordId
    /// Id of a proxy.
    ProxyId
    /// Id of a mandate.
    MandateId
    /// Id of a speech.
    SpeechId
    /// Id of an invited person.
    InvitedPersonId
    /// Id of a commitment.
    CommitmentId
    /// Id of a problem.
    ProblemId
    /// Id of a signature under minutes.
    SignatureId
    /// Id of an objection to published minutes.
    ObjectionId
    /// Id of a head: a set of owners, as a register computes it.
    HeadId
    /// Id of a challenge of a result.
    ChallengeId
}

yihe_kernel::names! {
    /// Name of a body.
    BodyName { "communities" community: CommunityId, "bodies" body: BodyId }
    /// Name of a membership of a body.
    BodyMemberName { "communities" community: CommunityId, "bodies" body: BodyId, "members" member: MemberId }
    /// Name of a meeting.
    MeetingName { "communities" community: CommunityId, "meetings" meeting: MeetingId }
    /// Name of an agenda item.
    AgendaItemName { "communities" community: CommunityId, "meetings" meeting: MeetingId, "agendaItems" agenda_item: AgendaItemId }
    /// Name of a motion.
    MotionName { "communities" community: CommunityId, "meetings" meeting: MeetingId, "motions" motion: MotionId }
    /// Name of an amendment.
    AmendmentName { "communities" community: CommunityId, "meetings" meeting: MeetingId, "amendments" amendment: AmendmentId }
    /// Name of an objection to a class.
    ClassObjectionName {
        "communities" community: CommunityId,
        "meetings" meeting: MeetingId,
        "classObjections" class_objection: ClassObjectionId,
    }
    /// Name of a recusal.
    RecusalName { "communities" community: CommunityId, "meetings" meeting: MeetingId, "recusals" recusal: RecusalId }
    /// Name of a dissent.
    DissentName { "communities" community: CommunityId, "meetings" meeting: MeetingId, "dissents" dissent: DissentId }
    /// Name of a ratification.
    RatificationName { "communities" community: CommunityId, "ratifications" ratification: RatificationId }
    /// Name of a vote.
    VoteName { "communities" community: CommunityId, "meetings" meeting: MeetingId, "votes" vote: VoteId }
    /// Name of the ballot of one of those who may vote.
    BallotName {
        "communities" community: CommunityId,
        "meetings" meeting: MeetingId,
        "votes" vote: VoteId,
        "ballots" ballot: MemberId,
    }
    /// Name of a challenge of the result of a vote.
    ChallengeName {
        "communities" community: CommunityId,
        "meetings" meeting: MeetingId,
        "votes" vote: VoteId,
        "challenges" challenge: ChallengeId,
    }
    /// Name of a record made for another.
    RecordName { "communities" community: CommunityId, "meetings" meeting: MeetingId, "records" record: RecordId }
    /// Name of a proxy.
    ProxyName { "communities" community: CommunityId, "meetings" meeting: MeetingId, "proxies" proxy: ProxyId }
    /// Name of a mandate.
    MandateName { "communities" community: CommunityId, "meetings" meeting: MeetingId, "mandates" mandate: MandateId }
    /// Name of a speech.
    SpeechName { "communities" community: CommunityId, "meetings" meeting: MeetingId, "speeches" speech: SpeechId }
    /// Name of an invited person.
    InvitedPersonName {
        "communities" community: CommunityId,
        "meetings" meeting: MeetingId,
        "invitedPersons" invited_person: InvitedPersonId,
    }
    /// Name of a resolution.
    ResolutionName { "communities" community: CommunityId, "resolutions" resolution: ResolutionId }
    /// Name of a commitment.
    CommitmentName { "communities" community: CommunityId, "commitments" commitment: CommitmentId }
    /// Name of a problem.
    ProblemName { "communities" community: CommunityId, "problems" problem: ProblemId }
    /// Name of a month's report.
    MonthReportName { "communities" community: CommunityId, "monthReports" month_report: Month }
    /// Name of a signature under minutes.
    SignatureName { "communities" community: CommunityId, "meetings" meeting: MeetingId, "signatures" signature: SignatureId }
    /// Name of an objection to published minutes.
    ObjectionName { "communities" community: CommunityId, "meetings" meeting: MeetingId, "objections" objection: ObjectionId }
}

impl From<OrganizationId> for MemberId {
    fn from(organization: OrganizationId) -> Self {
        organization.uuid().into()
    }
}

impl From<UserId> for MemberId {
    fn from(user: UserId) -> Self {
        user.uuid().into()
    }
}

macro_rules! within_meeting {
    ($($name:ident)+) => {$(
        impl $name {
            /// The meeting it belongs to.
            #[must_use]
            pub fn meeting(&self) -> MeetingName {
                MeetingName { community: self.community.clone(), meeting: self.meeting }
            }
        }
    )+};
}

within_meeting! { AgendaItemName MotionName VoteName BallotName RecordName ProxyName AmendmentName ClassObjectionName }
within_meeting! { SignatureName ObjectionName MandateName SpeechName InvitedPersonName }
within_meeting! { RecusalName DissentName }

impl BodyMemberName {
    /// The body it belongs to.
    #[must_use]
    pub fn body(&self) -> BodyName {
        BodyName {
            community: self.community.clone(),
            body: self.body,
        }
    }
}

impl MeetingName {
    /// An agenda item of this meeting.
    #[must_use]
    pub fn agenda_item(&self, agenda_item: AgendaItemId) -> AgendaItemName {
        AgendaItemName {
            community: self.community.clone(),
            meeting: self.meeting,
            agenda_item,
        }
    }

    /// A motion of this meeting.
    #[must_use]
    pub fn motion(&self, motion: MotionId) -> MotionName {
        MotionName {
            community: self.community.clone(),
            meeting: self.meeting,
            motion,
        }
    }

    /// An amendment of this meeting.
    #[must_use]
    pub fn amendment(&self, amendment: AmendmentId) -> AmendmentName {
        AmendmentName {
            community: self.community.clone(),
            meeting: self.meeting,
            amendment,
        }
    }

    /// An objection to a class in this meeting.
    #[must_use]
    pub fn class_objection(&self, class_objection: ClassObjectionId) -> ClassObjectionName {
        ClassObjectionName {
            community: self.community.clone(),
            meeting: self.meeting,
            class_objection,
        }
    }

    /// A recusal in this meeting.
    #[must_use]
    pub fn recusal(&self, recusal: RecusalId) -> RecusalName {
        RecusalName {
            community: self.community.clone(),
            meeting: self.meeting,
            recusal,
        }
    }

    /// A dissent from what this meeting decided.
    #[must_use]
    pub fn dissent(&self, dissent: DissentId) -> DissentName {
        DissentName {
            community: self.community.clone(),
            meeting: self.meeting,
            dissent,
        }
    }

    /// A vote of this meeting.
    #[must_use]
    pub fn vote(&self, vote: VoteId) -> VoteName {
        VoteName {
            community: self.community.clone(),
            meeting: self.meeting,
            vote,
        }
    }

    /// A record of this meeting.
    #[must_use]
    pub fn record(&self, record: RecordId) -> RecordName {
        RecordName {
            community: self.community.clone(),
            meeting: self.meeting,
            record,
        }
    }

    /// A proxy of this meeting.
    #[must_use]
    pub fn proxy(&self, proxy: ProxyId) -> ProxyName {
        ProxyName {
            community: self.community.clone(),
            meeting: self.meeting,
            proxy,
        }
    }

    /// A mandate for this meeting.
    #[must_use]
    pub fn mandate(&self, mandate: MandateId) -> MandateName {
        MandateName {
            community: self.community.clone(),
            meeting: self.meeting,
            mandate,
        }
    }

    /// A speech in this meeting.
    #[must_use]
    pub fn speech(&self, speech: SpeechId) -> SpeechName {
        SpeechName {
            community: self.community.clone(),
            meeting: self.meeting,
            speech,
        }
    }

    /// A person invited to this meeting.
    #[must_use]
    pub fn invited_person(&self, invited_person: InvitedPersonId) -> InvitedPersonName {
        InvitedPersonName {
            community: self.community.clone(),
            meeting: self.meeting,
            invited_person,
        }
    }

    /// A signature under the minutes of this meeting.
    #[must_use]
    pub fn signature(&self, signature: SignatureId) -> SignatureName {
        SignatureName {
            community: self.community.clone(),
            meeting: self.meeting,
            signature,
        }
    }

    /// An objection to the minutes of this meeting.
    #[must_use]
    pub fn objection(&self, objection: ObjectionId) -> ObjectionName {
        ObjectionName {
            community: self.community.clone(),
            meeting: self.meeting,
            objection,
        }
    }

    /// A body of the same community.
    #[must_use]
    pub fn body(&self, body: BodyId) -> BodyName {
        BodyName {
            community: self.community.clone(),
            body,
        }
    }
}

impl ChallengeName {
    /// The vote whose result is challenged.
    #[must_use]
    pub fn vote(&self) -> VoteName {
        VoteName {
            community: self.community.clone(),
            meeting: self.meeting,
            vote: self.vote,
        }
    }
}

impl VoteName {
    /// A challenge of its result.
    #[must_use]
    pub fn challenge(&self, challenge: ChallengeId) -> ChallengeName {
        ChallengeName {
            community: self.community.clone(),
            meeting: self.meeting,
            vote: self.vote,
            challenge,
        }
    }

    /// The ballot of one of those who may vote.
    #[must_use]
    pub fn ballot(&self, member: impl Into<MemberId>) -> BallotName {
        BallotName {
            community: self.community.clone(),
            meeting: self.meeting,
            vote: self.vote,
            ballot: member.into(),
        }
    }
}

impl BodyName {
    /// A membership of this body.
    #[must_use]
    pub fn member(&self, member: impl Into<MemberId>) -> BodyMemberName {
        BodyMemberName {
            community: self.community.clone(),
            body: self.body,
            member: member.into(),
        }
    }
}
