use yihe_kernel::{Error, FileId, OrganizationId, Result, Timestamp};

use super::account::Owner;
use super::attribution::{AttributionRule, Pot};
use crate::names::{
    AccountId, ContributionId, ContributionName, ExpenseName, FundName, ProjectId, ResolutionId, TransferId,
};
use crate::reasons;

/// A pooled fund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fund {
    /// Its name.
    pub name: FundName,
    /// Who keeps it.
    pub organization: OrganizationId,
    /// What it was called then.
    pub organization_display_name: String,
    /// What it is for.
    pub title: String,
    /// How expenses are attributed.
    pub rule: AttributionRule,
    /// The most that one expense may be without a resolution.
    pub spending_limit: i64,
    /// Its account.
    pub account: AccountId,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

/// What went through a fund.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// Paid in.
    pub contributed: i64,
    /// Left.
    pub unspent: i64,
    /// Paid out.
    pub spent: i64,
    /// Given back.
    pub returned: i64,
}

/// Who paid in, as it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contributor {
    /// Who.
    pub owner: Owner,
    /// What an organization was called then; empty for persons.
    pub display_name: String,
}

/// What somebody paid in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    /// Its name.
    pub name: ContributionName,
    /// Who.
    pub contributor: Contributor,
    /// How much.
    pub amount: i64,
    /// What is left of it.
    pub unspent: i64,
    /// What it is for; empty for anything.
    pub earmark: String,
    /// The voucher.
    pub voucher: FileId,
    /// When.
    pub made_at: Timestamp,
}

/// What was paid from a fund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expense {
    /// Its name.
    pub name: ExpenseName,
    /// How much.
    pub amount: i64,
    /// What for.
    pub purpose: String,
    /// The earmark it falls under; empty for none.
    pub earmark: String,
    /// To whom.
    pub payee: String,
    /// What approved it; nothing where the fund's rule did.
    pub resolution: Option<ResolutionId>,
    /// The voucher.
    pub voucher: FileId,
    /// The project it carries out.
    pub project: Option<ProjectId>,
    /// When.
    pub made_at: Timestamp,
}

/// A part that one contribution bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The contribution.
    pub contribution: ContributionId,
    /// How much.
    pub amount: i64,
}

/// What went back to a contributor; bears the id of its transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FundReturn {
    /// The transfer.
    pub id: TransferId,
    /// To whom.
    pub contributor: Contributor,
    /// How much.
    pub amount: i64,
    /// When.
    pub made_at: Timestamp,
}

impl Fund {
    /// Something may still go in and out.
    ///
    /// # Errors
    /// `FUND_CLOSED`.
    pub fn expect_open(&self) -> Result<()> {
        match self.closed_at {
            None => Ok(()),
            Some(_) => Err(Error::new(&reasons::FUND_CLOSED).with("name", &self.name)),
        }
    }

    /// An expense without a resolution is within what the fund may spend by itself.
    ///
    /// # Errors
    /// `RESOLUTION_REQUIRED`.
    pub fn expect_approved(&self, amount: i64, has_resolution: bool) -> Result<()> {
        if has_resolution || amount <= self.spending_limit {
            return Ok(());
        }
        Err(Error::new(&reasons::RESOLUTION_REQUIRED)
            .with("name", &self.name)
            .with("amount", amount)
            .with("possible", self.spending_limit))
    }

    /// Who bears how much of an expense, by the fund's rule; contributions in the order they came.
    ///
    /// # Errors
    /// `FUND_TOO_LOW`.
    pub fn attribute(&self, amount: i64, earmark: &str, contributions: &[Contribution]) -> Result<Vec<Part>> {
        let pots = pots(contributions);
        let parts = self.rule.attribute(amount, earmark, &pots).ok_or_else(|| {
            Error::new(&reasons::FUND_TOO_LOW)
                .with("name", &self.name)
                .with("amount", amount)
                .with("possible", self.rule.possible(earmark, &pots))
        })?;
        Ok(taken(contributions, parts))
    }

    /// From which of its contributions something goes back to one contributor: the oldest first.
    ///
    /// # Errors
    /// `SHARE_TOO_LOW`.
    pub fn give_back(&self, amount: i64, of_one: &[Contribution]) -> Result<Vec<Part>> {
        let pots = pots(of_one);
        let parts = AttributionRule::Fifo.attribute(amount, "", &pots).ok_or_else(|| {
            Error::new(&reasons::SHARE_TOO_LOW)
                .with("name", &self.name)
                .with("amount", amount)
                .with("possible", AttributionRule::Fifo.possible("", &pots))
        })?;
        Ok(taken(of_one, parts))
    }
}

fn pots(contributions: &[Contribution]) -> Vec<Pot<'_>> {
    let pots = contributions.iter();
    pots.map(|one| Pot {
        unspent: one.unspent,
        earmark: &one.earmark,
    })
    .collect()
}

fn taken(contributions: &[Contribution], parts: Vec<i64>) -> Vec<Part> {
    let both = contributions.iter().zip(parts);
    let taken = both
        .filter(|(_, amount)| *amount > 0)
        .map(|(contribution, amount)| Part {
            contribution: contribution.name.contribution,
            amount,
        });
    taken.collect()
}
