use yihe_authz::Admitted;
use yihe_kernel::{OrganizationId, UserId};

use crate::lookup::Facts;

/// Whose things of a list are wanted.
#[derive(Debug, Clone, Copy)]
pub enum Whose {
    /// Everybody's.
    All,
    /// Those of a person or of an organization.
    Of(Option<UserId>, Option<OrganizationId>),
}

impl Whose {
    /// Those that the caller of a list may see.
    #[must_use]
    pub fn seen_by(admitted: &Admitted) -> Self {
        let filter = admitted.filter();
        let sees = |facts: Facts| filter.lets_through(&|condition| facts.holds(condition));
        if sees(Facts::default()) {
            return Self::All;
        }
        let own = Facts {
            caller: true,
            ..Facts::default()
        };
        let organization = Facts {
            owner: true,
            ..Facts::default()
        };
        Self::Of(
            admitted.user().filter(|_| sees(own)),
            admitted.organization().filter(|_| sees(organization)),
        )
    }
}
