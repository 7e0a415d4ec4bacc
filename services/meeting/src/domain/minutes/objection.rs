use yihe_kernel::{OrganizationId, Timestamp, UserId};

use crate::names::ObjectionName;

/// An objection to published minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// Its name.
    pub name: ObjectionName,
    /// Who objects.
    pub author: UserId,
    /// The organization for which; absent for itself.
    pub organization: Option<OrganizationId>,
    /// What is objected.
    pub text: String,
    /// When.
    pub created_at: Timestamp,
    /// The answer.
    pub answer: Option<Answer>,
}

/// The convener's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it says.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// Who answered.
    pub by: UserId,
    /// Whether the disclosure period was over.
    pub late: bool,
}
