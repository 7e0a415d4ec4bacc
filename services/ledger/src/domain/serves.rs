use crate::names::{ClaimId, ProjectId};

/// What a service, an expense or a transfer is done for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Serves {
    /// The project it carries out.
    pub project: Option<ProjectId>,
    /// The claim it fulfils.
    pub claim: Option<ClaimId>,
}
