//! What the conditions of grants can know of the directory's objects. The same as the SQL of `store::filter`.

use yihe_authz::{Caller, Condition};
use yihe_kernel::{OrganizationId, UserId};

use crate::domain::appointment::Appointment;
use crate::domain::client::Client;
use crate::domain::membership::Membership;

/// Facts of one object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// The organization it belongs to.
    pub owner: Option<OrganizationId>,
    /// The person it is about.
    pub about: Option<UserId>,
    /// The property company that serves its compound now.
    pub served_by: Option<OrganizationId>,
}

impl Facts {
    /// An object of one organization.
    #[must_use]
    pub fn owned_by(organization: Option<OrganizationId>) -> Self {
        Self {
            owner: organization,
            ..Self::default()
        }
    }

    /// Whether a condition holds for the caller. Those that the directory's objects cannot meet do not.
    #[must_use]
    pub fn hold(&self, condition: Condition, caller: &Caller) -> bool {
        let acting = caller.capacity.organization();
        match condition {
            Condition::Owner => acting.is_some() && self.owner == acting,
            Condition::Serves => acting.is_some() && self.served_by == acting,
            Condition::Caller => caller.principal.user().is_some() && self.about == caller.principal.user(),
            Condition::Participant | Condition::Assignee | Condition::Convener => false,
        }
    }
}

impl From<&Membership> for Facts {
    fn from(membership: &Membership) -> Self {
        Self::owned_by(Some(membership.organization.id))
    }
}

impl From<&Client> for Facts {
    fn from(client: &Client) -> Self {
        Self::owned_by(Some(client.organization))
    }
}

impl From<&Appointment> for Facts {
    fn from(appointment: &Appointment) -> Self {
        Self {
            owner: Some(appointment.organization),
            about: Some(appointment.user),
            served_by: None,
        }
    }
}
