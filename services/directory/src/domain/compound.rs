//! Compounds and who serves them.

use yihe_authz::Term;
use yihe_kernel::{CommunityId, Error, OrganizationId, Result, Timestamp};

use crate::domain::names::{CompoundId, CompoundName, ServiceContractId, ServiceContractName};
use crate::domain::term;
use crate::reasons;

/// A residential compound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compound {
    /// The community.
    pub community: CommunityId,
    /// Its id.
    pub id: CompoundId,
    /// Its name.
    pub display_name: String,
    /// Its owners' committee.
    pub owners_committee: Option<OrganizationId>,
    /// When it was registered.
    pub created_at: Timestamp,
}

impl Compound {
    /// Its resource name.
    #[must_use]
    pub fn name(&self) -> CompoundName {
        CompoundName {
            community: self.community.clone(),
            compound: self.id,
        }
    }
}

/// A property company's contract to serve a compound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceContract {
    /// The community.
    pub community: CommunityId,
    /// The compound.
    pub compound: CompoundId,
    /// Its id.
    pub id: ServiceContractId,
    /// The company.
    pub property_company: OrganizationId,
    /// First instant.
    pub start_at: Timestamp,
    /// First instant after the agreed term.
    pub end_at: Option<Timestamp>,
    /// When it was ended before that.
    pub ended_at: Option<Timestamp>,
}

impl ServiceContract {
    /// Its resource name.
    #[must_use]
    pub fn name(&self) -> ServiceContractName {
        ServiceContractName {
            community: self.community.clone(),
            compound: self.compound,
            service_contract: self.id,
        }
    }

    /// The term that really runs.
    #[must_use]
    pub fn term(&self) -> Term {
        term::cut(self.start_at, self.end_at, self.ended_at)
    }

    /// Ends it now.
    ///
    /// # Errors
    /// `CONTRACT_ENDED`.
    pub fn end(mut self, now: Timestamp) -> Result<Self> {
        if term::is_over(self.term(), now) {
            return Err(Error::new(&reasons::CONTRACT_ENDED).with("name", self.name()));
        }
        self.ended_at = Some(now);
        Ok(self)
    }
}

/// Refuses a term in which the compound is served already: one company at a time.
///
/// # Errors
/// `CONTRACT_OVERLAPS`.
pub fn check_unserved(wanted: Term, contracts: &[ServiceContract]) -> Result<()> {
    match contracts.iter().find(|contract| term::overlap(wanted, contract.term())) {
        Some(other) => Err(Error::new(&reasons::CONTRACT_OVERLAPS).with("name", other.name())),
        None => Ok(()),
    }
}
