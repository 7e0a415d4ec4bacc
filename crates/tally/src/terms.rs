//! The closed lists of words that packs and counts are written in.

use crate::code::codes;

codes! {
    /// The kind of a standing forum (议事机构).
    BodyKind {
        /// Joint conference of organizations (联席会议).
        JointConference = "JOINT_CONFERENCE",
        /// On-site consultation about one matter (现场协商会).
        OnSite = "ON_SITE",
        /// Secretary's tea party (书记茶话会).
        PartyBriefing = "PARTY_BRIEFING",
        /// Residents' council (居民议事会).
        ResidentsCouncil = "RESIDENTS_COUNCIL",
        /// Residents' supervisory board (居民监事会).
        SupervisoryBoard = "SUPERVISORY_BOARD",
        /// Building captains' association (楼长协会).
        CaptainsAssociation = "CAPTAINS_ASSOCIATION",
        /// Meeting of an owners' committee (业委会会议).
        OwnersCommitteeMeeting = "OWNERS_COMMITTEE_MEETING",
        /// Owners' assembly of one compound (业主大会).
        OwnersAssembly = "OWNERS_ASSEMBLY",
        /// Residents' meeting (居民会议).
        ResidentsMeeting = "RESIDENTS_MEETING",
        /// Joint mediation (联合调解会议).
        MediationPanel = "MEDIATION_PANEL",
    }
}

codes! {
    /// What an agenda item is about (事项类别); it decides who may decide and by which majority.
    MatterClass {
        /// A report; nothing is decided.
        Information = "INFORMATION",
        /// Who does what.
        Coordination = "COORDINATION",
        /// Places, volunteers and services given to one another.
        ResourceSharing = "RESOURCE_SHARING",
        /// Spending public or pooled money.
        PublicFundUse = "PUBLIC_FUND_USE",
        /// Rules of procedure and covenants.
        RulesAndCovenants = "RULES_AND_COVENANTS",
        /// Choosing persons.
        Election = "ELECTION",
        /// Civil Code 278 (1)–(5) and (9).
        OwnersOrdinary = "OWNERS_ORDINARY",
        /// Civil Code 278 (6)–(8).
        OwnersSpecial = "OWNERS_SPECIAL",
        /// Civil Code 279: a home turned to business use.
        OwnersChangeOfUse = "OWNERS_CHANGE_OF_USE",
        /// Reserved to the residents' meeting.
        ResidentsReserved = "RESIDENTS_RESERVED",
        /// About one person; closed.
        PersonalMatter = "PERSONAL_MATTER",
    }
}

codes! {
    /// What is added up.
    Measure {
        /// Voters, each with its heads (usually one).
        Heads = "HEADS",
        /// Exclusive area, in 0.01 m².
        Area = "AREA",
        /// Heads and area, each on its own; both must pass.
        Both = "BOTH",
    }
}

impl Measure {
    /// The single measures that have to be tested.
    pub const fn parts(self) -> &'static [Measure] {
        match self {
            Self::Heads => &[Self::Heads],
            Self::Area => &[Self::Area],
            Self::Both => &[Self::Area, Self::Heads],
        }
    }
}

codes! {
    /// What a majority is a share of.
    Base {
        /// Everybody on the roster who is not recused for the item.
        AllMembers = "ALL_MEMBERS",
        /// Those present when the vote opened.
        Present = "PRESENT",
        /// Those who cast a ballot, whatever it says: abstaining and invalid ones too.
        Participating = "PARTICIPATING",
    }
}

codes! {
    /// Who has to be on the roster of a vote. The count cannot know it: whoever builds the roster keeps to it.
    Electorate {
        /// The members of the body.
        Members = "MEMBERS",
        /// The owners whose interests are affected, at least those of the same building (Civil Code 279).
        InterestedOwners = "INTERESTED_OWNERS",
    }
}

codes! {
    /// How days of notice are counted.
    DayUnit {
        /// Every day.
        Calendar = "CALENDAR",
        /// Working days of the State Council calendar.
        Working = "WORKING",
    }
}

codes! {
    /// What a voter who casts nothing counts as.
    NonResponse {
        /// Not participating, for neither side.
        NotCounted = "NOT_COUNTED",
    }
}

codes! {
    /// The period of a regular meeting.
    CadenceUnit {
        /// Calendar weeks.
        Week = "WEEK",
        /// Calendar months.
        Month = "MONTH",
        /// Calendar years.
        Year = "YEAR",
    }
}

codes! {
    /// The chair's decision of a tie.
    CastingVote {
        /// For the motion.
        Yes = "YES",
        /// Against it.
        No = "NO",
    }
}

codes! {
    /// Who may ask for a meeting out of turn.
    Asker {
        /// Members of the body.
        Members = "MEMBERS",
        /// Owners of the compound.
        Owners = "OWNERS",
        /// Residents entitled to vote.
        Residents = "RESIDENTS",
        /// Households.
        Households = "HOUSEHOLDS",
        /// Residents' groups (居民小组).
        ResidentGroups = "RESIDENT_GROUPS",
    }
}
