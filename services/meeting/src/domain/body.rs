use yihe_kernel::{CompoundId, Error, OrganizationId, OrganizationName, Result, Timestamp};
use yihe_tally::BodyKind;

use super::{Member, OrganizationKind};
use crate::names::{BodyMemberName, BodyName};
use crate::reasons;

/// An organization as the directory told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its kind then.
    pub kind: OrganizationKind,
    /// Its name then.
    pub display_name: String,
    /// Whether it was a member of the community then.
    pub active: bool,
}

impl Organization {
    /// The standing of `id` among those looked up, if it is a member of the community.
    ///
    /// # Errors
    /// `ORGANIZATION_NOT_A_MEMBER`.
    pub fn member_of(known: &[Self], id: OrganizationId) -> Result<&Self> {
        known
            .iter()
            .find(|organization| organization.id == id && organization.active)
            .ok_or_else(|| {
                Error::new(&reasons::ORGANIZATION_NOT_A_MEMBER).with("name", OrganizationName { organization: id })
            })
    }
}

/// A standing forum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Its name.
    pub name: BodyName,
    /// Its kind.
    pub kind: BodyKind,
    /// What it is called.
    pub display_name: String,
    /// Who convenes it.
    pub convener: OrganizationId,
    /// The compound of an owners' assembly or committee.
    pub compound: Option<CompoundId>,
    /// Id of its rule pack.
    pub rule_pack: String,
    /// When it was set up.
    pub created_at: Timestamp,
    /// Grows with every write.
    pub version: i64,
}

/// Who can be listed as a member of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// Organizations.
    Organizations,
    /// Persons, each for itself.
    Persons,
    /// Both.
    Both,
    /// Nobody: the owners in the register of the body's compound are its members.
    Register,
}

impl Membership {
    /// Of a kind of body.
    #[must_use]
    pub const fn of(kind: BodyKind) -> Self {
        match kind {
            BodyKind::JointConference | BodyKind::OnSite | BodyKind::MediationPanel => Self::Organizations,
            BodyKind::PartyBriefing => Self::Both,
            BodyKind::ResidentsCouncil
            | BodyKind::SupervisoryBoard
            | BodyKind::CaptainsAssociation
            | BodyKind::OwnersCommitteeMeeting
            | BodyKind::ResidentsMeeting => Self::Persons,
            BodyKind::OwnersAssembly => Self::Register,
        }
    }

    /// Whether somebody can be listed.
    #[must_use]
    pub const fn takes(self, member: Member) -> bool {
        match member {
            Member::Organization(_) => matches!(self, Self::Organizations | Self::Both),
            Member::Person(_) => matches!(self, Self::Persons | Self::Both),
            Member::Owner { .. } => false,
        }
    }
}

/// A membership of a body; an organization's kind and name as they were when it joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyMember {
    /// Its name; ends in the member's id.
    pub name: BodyMemberName,
    /// Who is the member.
    pub member: Member,
    /// Kind of the organization; unspecified for a person.
    pub kind: OrganizationKind,
    /// Name of the organization; empty for a person, whose name is kept apart.
    pub display_name: String,
    /// The group it belongs to; empty where there are none.
    pub group: String,
    /// When it joined, last.
    pub joined_at: Timestamp,
    /// When it left.
    pub ended_at: Option<Timestamp>,
}

impl Body {
    /// Refuses to list somebody who cannot be a member of this kind of body.
    ///
    /// # Errors
    /// `BODY_MEMBER_KIND`, `BODY_MEMBERS_REGISTERED`.
    pub fn expect_takes(&self, member: Member) -> Result<()> {
        let membership = Membership::of(self.kind);
        if membership == Membership::Register {
            return Err(Error::new(&reasons::BODY_MEMBERS_REGISTERED).with("name", &self.name));
        }
        if membership.takes(member) {
            return Ok(());
        }
        Err(Error::new(&reasons::BODY_MEMBER_KIND)
            .with("name", &self.name)
            .with("kind", self.kind.code())
            .with("member", member.name(&self.name.community)))
    }
}

impl BodyMember {
    /// Ends the membership.
    ///
    /// # Errors
    /// `BODY_MEMBER_ENDED`.
    pub fn end(mut self, now: Timestamp) -> Result<Self> {
        if self.ended_at.is_some() {
            return Err(Error::new(&reasons::BODY_MEMBER_ENDED).with("name", &self.name));
        }
        self.ended_at = Some(now);
        Ok(self)
    }
}
