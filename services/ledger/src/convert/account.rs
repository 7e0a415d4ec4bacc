use yihe_kernel::{Error, Fields, OrganizationName, Result, UserName};
use yihe_proto::ledger::v1 as pb;

use super::{Wire, code, instant, limit, owner};
use crate::domain::{Account, AccountKind, BOUND, Limits, Owner, Standing, Unit};
use yihe_retry::Retry;

/// An account to be opened.
#[derive(Debug)]
pub struct NewAccount {
    /// Whose it is to be.
    pub owner: Owner,
    /// What it is for.
    pub kind: AccountKind,
    /// What it counts.
    pub unit: Unit,
    /// The purpose, or nothing.
    pub purpose: String,
    /// Its limits.
    pub limits: Limits,
    /// How the request is known again.
    pub retry: Retry,
}

/// Whose an account is to be.
///
/// # Errors
/// `MALFORMED_NAME`.
pub fn owner_of(field: &str, text: &str) -> Result<Owner> {
    if let Ok(name) = text.parse::<UserName>() {
        return Ok(Owner::Person(name.user));
    }
    let name: OrganizationName = super::name(field, text)?;
    Ok(Owner::Organization(name.organization))
}

impl TryFrom<&pb::OpenAccountRequest> for NewAccount {
    type Error = Error;

    fn try_from(request: &pb::OpenAccountRequest) -> Result<Self> {
        let account = request.account.clone().unwrap_or_default();
        let owner = owner_of("account.owner", &account.owner)?;
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let unit = code(&mut fields, "account.unit", account.unit);
        let purpose = fields.line("account.purpose", &account.purpose, 0..=200);
        let kind = match (owner, purpose.is_empty()) {
            (Owner::Person(_), true) => AccountKind::Person,
            (Owner::Person(_), false) => {
                fields.refuse(
                    "account.purpose",
                    "is for accounts of organizations",
                    "仅单位账户可设用途",
                );
                AccountKind::Person
            }
            (_, true) => AccountKind::Organization,
            (_, false) => AccountKind::Purpose,
        };
        let unit = fields.finish_with("account.unit", unit)?;
        let limits = Limits {
            donate_only: account.donate_only,
            ..Limits::usual(owner, unit)
        };
        Ok(Self {
            owner,
            kind,
            unit,
            purpose,
            limits,
            retry,
        })
    }
}

/// The limits that a request sets.
///
/// # Errors
/// `INVALID_REQUEST` naming every bad field.
pub fn limits(request: &pb::SetAccountLimitsRequest) -> Result<Limits> {
    let mut fields = Fields::new();
    if !(-BOUND..=0).contains(&request.least_balance) {
        fields.refuse("least_balance", "must be 0 or less", "须为 0 或负数");
    }
    let most = request.most_balance.unwrap_or(BOUND);
    if !(0..=BOUND).contains(&most) {
        fields.refuse("most_balance", "must be at least 0", "不得为负");
    }
    fields.finish()?;
    Ok(Limits {
        least: request.least_balance,
        most,
        donate_only: request.donate_only,
    })
}

/// An account with what stands in it.
pub fn account(account: Account, standing: &Standing) -> pb::Account {
    let is_book = account.kind.is_book();
    let of_account = |bound: i64| limit(bound).filter(|_| !is_book);
    pb::Account {
        name: account.name.to_string(),
        owner: owner(account.owner),
        kind: account.kind.number(),
        unit: account.unit.number(),
        purpose: account.purpose,
        balance: standing.settled,
        held_out: standing.held_out,
        held_in: standing.held_in,
        least_balance: of_account(standing.limits.least),
        most_balance: of_account(standing.limits.most),
        donate_only: standing.limits.donate_only,
        create_time: instant(Some(account.opened_at)),
        close_time: instant(account.closed_at),
    }
}

/// The name of an owner; nothing for the community.
#[must_use]
pub fn owner_name(of: Owner) -> String {
    owner(of)
}
