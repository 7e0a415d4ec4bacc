use yihe_kernel::Timestamp;

use super::code::codes;
use crate::names::{ClaimId, ProjectName, TransferId};

codes! {
    /// What the ledger counts.
    LedgerUnit {
        /// Minutes of service.
        Minutes = "MINUTES",
        /// Points.
        Points = "POINTS",
        /// A hundredth of a yuan.
        Fen = "FEN",
    }
    /// Why something moved there.
    EntryKind {
        /// From account to account.
        Payment = "PAYMENT",
        /// A donation.
        Donation = "DONATION",
        /// Issued by the community.
        Issue = "ISSUE",
        /// Credit for a service.
        Service = "SERVICE",
        /// For goods.
        Redemption = "REDEMPTION",
        /// One unit for another.
        Exchange = "EXCHANGE",
        /// Into a pooled fund.
        Contribution = "CONTRIBUTION",
        /// From a pooled fund.
        Expense = "EXPENSE",
        /// Back to a contributor.
        Return = "RETURN",
        /// Puts another right.
        Correction = "CORRECTION",
    }
}

/// What moved in the ledger for a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectEntry {
    /// The project.
    pub project: ProjectName,
    /// What moved it.
    pub transfer: TransferId,
    /// Why.
    pub kind: EntryKind,
    /// What is counted.
    pub unit: LedgerUnit,
    /// How much; below zero for what puts another right.
    pub amount: i64,
    /// The claim whose hours it credits.
    pub claim: Option<ClaimId>,
    /// When.
    pub made_at: Timestamp,
}
