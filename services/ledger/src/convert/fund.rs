use std::collections::HashMap;

use yihe_kernel::{Error, Fields, FileId, FileName, OrganizationName, Result};
use yihe_proto::ledger::v1 as pb;

use super::account::owner_of;
use super::transfer::project_name;
use super::{Wire, account_name, amount, code, file_name, instant, owner, required_request_id};
use crate::domain::{AttributionRule, Contribution, Expense, Fund, FundReturn, MAX_AMOUNT, Owner, Part, Sums};
use crate::names::{ContributionId, FundName, ProjectName, ResolutionName, TransferId, TransferName};
use yihe_retry::Retry;

/// A fund to be set up.
#[derive(Debug)]
pub struct NewFund {
    /// What it is for.
    pub title: String,
    /// How expenses are attributed.
    pub rule: AttributionRule,
    /// The most that one expense may be without a resolution.
    pub spending_limit: i64,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::CreateFundRequest> for NewFund {
    type Error = Error;

    fn try_from(request: &pb::CreateFundRequest) -> Result<Self> {
        let fund = request.fund.clone().unwrap_or_default();
        let mut fields = Fields::new();
        required_request_id(&mut fields, &request.request_id);
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let title = fields.line("fund.title", &fund.title, 1..=200);
        let rule = code(&mut fields, "fund.rule", fund.rule);
        if !(0..=MAX_AMOUNT).contains(&fund.spending_limit) {
            let (en, zh) = ("must be 0 to 1,000,000,000,000,000", "须为 0 至 1000000000000000");
            fields.refuse("fund.spending_limit", en, zh);
        }
        let rule = fields.finish_with("fund.rule", rule)?;
        Ok(Self {
            title,
            rule,
            spending_limit: fund.spending_limit,
            retry,
        })
    }
}

/// A contribution to be recorded.
#[derive(Debug)]
pub struct NewContribution {
    /// Who paid in.
    pub contributor: Owner,
    /// How much.
    pub amount: i64,
    /// What it is for.
    pub earmark: String,
    /// The voucher.
    pub voucher: FileId,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::ContributeRequest> for NewContribution {
    type Error = Error;

    fn try_from(request: &pb::ContributeRequest) -> Result<Self> {
        let wire = request.contribution.clone().unwrap_or_default();
        let contributor = owner_of("contribution.contributor", &wire.contributor)?;
        let mut fields = Fields::new();
        required_request_id(&mut fields, &request.request_id);
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let amount = amount(&mut fields, "contribution.amount", wire.amount);
        let earmark = fields.line("contribution.earmark", &wire.earmark, 0..=100);
        let voucher = fields.name::<FileName>("contribution.voucher", &wire.voucher);
        let voucher = fields.finish_with("contribution.voucher", voucher)?;
        Ok(Self {
            contributor,
            amount,
            earmark,
            voucher: voucher.file,
            retry,
        })
    }
}

impl NewContribution {
    /// An earmark means something in the fund.
    ///
    /// # Errors
    /// `INVALID_REQUEST` where the fund's rule does not look at it.
    pub fn expect_earmark(&self, fund: &Fund) -> Result<()> {
        let mut fields = Fields::new();
        if !self.earmark.is_empty() && fund.rule != AttributionRule::EarmarkFirst {
            let (en, zh) = (
                "is not looked at by the rule of the fund",
                "本共筹的分摊规则不区分指定用途",
            );
            fields.refuse("contribution.earmark", en, zh);
        }
        fields.finish()
    }
}

/// An expense to be recorded.
#[derive(Debug)]
pub struct NewExpense {
    /// How much.
    pub amount: i64,
    /// What for.
    pub purpose: String,
    /// The earmark it falls under.
    pub earmark: String,
    /// To whom.
    pub payee: String,
    /// What approved it.
    pub resolution: Option<ResolutionName>,
    /// The project it carries out.
    pub project: Option<ProjectName>,
    /// The voucher.
    pub voucher: FileId,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::RecordExpenseRequest> for NewExpense {
    type Error = Error;

    fn try_from(request: &pb::RecordExpenseRequest) -> Result<Self> {
        let wire = request.expense.clone().unwrap_or_default();
        let mut fields = Fields::new();
        required_request_id(&mut fields, &request.request_id);
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let amount = amount(&mut fields, "expense.amount", wire.amount);
        let purpose = fields.line("expense.purpose", &wire.purpose, 1..=200);
        let earmark = fields.line("expense.earmark", &wire.earmark, 0..=100);
        let payee = fields.line("expense.payee", &wire.payee, 1..=200);
        let resolution = fields.optional_name::<ResolutionName>("expense.resolution", &wire.resolution);
        let project = fields.optional_name::<ProjectName>("expense.project", &wire.project);
        let voucher = fields.name::<FileName>("expense.voucher", &wire.voucher);
        let voucher = fields.finish_with("expense.voucher", voucher)?;
        Ok(Self {
            amount,
            purpose,
            earmark,
            payee,
            resolution,
            project,
            voucher: voucher.file,
            retry,
        })
    }
}

/// A return to be recorded.
#[derive(Debug)]
pub struct NewReturn {
    /// To whom.
    pub contributor: Owner,
    /// How much.
    pub amount: i64,
    /// The voucher.
    pub voucher: FileId,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::ReturnShareRequest> for NewReturn {
    type Error = Error;

    fn try_from(request: &pb::ReturnShareRequest) -> Result<Self> {
        let contributor = owner_of("contributor", &request.contributor)?;
        let mut fields = Fields::new();
        required_request_id(&mut fields, &request.request_id);
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let amount = amount(&mut fields, "amount", request.amount);
        let voucher = fields.name::<FileName>("voucher", &request.voucher);
        let voucher = fields.finish_with("voucher", voucher)?;
        Ok(Self {
            contributor,
            amount,
            voucher: voucher.file,
            retry,
        })
    }
}

/// A fund with its sums.
pub fn fund(fund: Fund, sums: Sums) -> pb::Fund {
    let organization = OrganizationName {
        organization: fund.organization,
    };
    pb::Fund {
        name: fund.name.to_string(),
        title: fund.title,
        organization: organization.to_string(),
        organization_display_name: fund.organization_display_name,
        rule: fund.rule.number(),
        spending_limit: fund.spending_limit,
        account: account_name(&fund.name.community, fund.account),
        contributed: sums.contributed,
        spent: sums.spent,
        returned: sums.returned,
        unspent: sums.unspent,
        create_time: instant(Some(fund.created_at)),
        close_time: instant(fund.closed_at),
    }
}

/// A contribution as it is told.
pub fn contribution(made: Contribution) -> pb::Contribution {
    let community = &made.name.community;
    let transfer = TransferId::from(made.name.contribution.uuid());
    pb::Contribution {
        name: made.name.to_string(),
        contributor: owner(made.contributor.owner),
        contributor_display_name: made.contributor.display_name,
        amount: made.amount,
        unspent: made.unspent,
        earmark: made.earmark,
        voucher: file_name(community, made.voucher),
        transfer: TransferName::new(community, transfer).to_string(),
        create_time: instant(Some(made.made_at)),
    }
}

/// An expense with whose money it was.
///
/// # Errors
/// `INTERNAL` where a contribution is missing.
pub fn expense(
    made: Expense,
    parts: &[Part],
    contributions: &HashMap<ContributionId, Contribution>,
) -> Result<pb::Expense> {
    let community = &made.name.community;
    let attributions = parts.iter().map(|part| {
        let of = contributions.get(&part.contribution);
        let of = of.ok_or_else(|| Error::internal(format!("there is no contribution {}", part.contribution)))?;
        Ok(pb::Attribution {
            contribution: of.name.to_string(),
            contributor: owner(of.contributor.owner),
            contributor_display_name: of.contributor.display_name.clone(),
            amount: part.amount,
        })
    });
    let attributions: Result<Vec<_>> = attributions.collect();
    let resolution = made.resolution.map(|resolution| ResolutionName {
        community: community.clone(),
        resolution,
    });
    let transfer = TransferId::from(made.name.expense.uuid());
    Ok(pb::Expense {
        attributions: attributions?,
        amount: made.amount,
        resolution: resolution.map(|resolution| resolution.to_string()).unwrap_or_default(),
        voucher: file_name(community, made.voucher),
        transfer: TransferName::new(community, transfer).to_string(),
        create_time: instant(Some(made.made_at)),
        project: project_name(community, made.project),
        name: made.name.to_string(),
        purpose: made.purpose,
        earmark: made.earmark,
        payee: made.payee,
    })
}

/// A return as it is told.
pub fn fund_return(fund: &FundName, made: FundReturn) -> pb::FundReturn {
    pb::FundReturn {
        contributor: owner(made.contributor.owner),
        contributor_display_name: made.contributor.display_name,
        amount: made.amount,
        transfer: TransferName::new(&fund.community, made.id).to_string(),
        create_time: instant(Some(made.made_at)),
    }
}
