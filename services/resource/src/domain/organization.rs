use yihe_kernel::{Error, OrganizationId, Result, reasons};

use super::OrganizationKind;
use crate::names;

/// An organization as the directory knows it, or as it was called when it acted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its kind; unspecified where only the name was kept.
    pub kind: OrganizationKind,
    /// Its name.
    pub display_name: String,
}

impl Organization {
    /// The one of those known that is a member of the community.
    ///
    /// # Errors
    /// `ORGANIZATION_NOT_A_MEMBER`.
    pub fn member_of(members: Vec<Self>, id: OrganizationId) -> Result<Self> {
        let found = members.into_iter().find(|organization| organization.id == id);
        found.ok_or_else(|| Error::new(&reasons::ORGANIZATION_NOT_A_MEMBER).with("name", names::organization(id)))
    }
}
