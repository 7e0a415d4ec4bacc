//! The authorized lookup: loads accounts, settles the open conditions with whose they are, and answers for a missing one as for
//! one that the caller may not see.

use yihe_authz::{Admitted, Authorized, Caller, Condition};
use yihe_kernel::{OrganizationId, Result};

use crate::domain::{Account, Fund, Good, Hold, Owner, ServiceRecord};
use crate::names::{AccountId, AccountName, FundName, GoodName, RedemptionName, ServiceRecordName, TransferName};
use crate::service::Service;
use crate::store;

/// The facts about what belongs to accounts. Conditions without meaning here hold for nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// The acting organization owns it.
    pub owner: bool,
    /// It is the calling person's own.
    pub caller: bool,
}

impl Facts {
    /// How who calls stands to what an owner has.
    #[must_use]
    pub fn of(owner: Owner, admitted: &Admitted) -> Self {
        Self::seen_by(owner, admitted.caller())
    }

    /// How a caller stands to what an owner has.
    #[must_use]
    pub fn seen_by(owner: Owner, caller: &Caller) -> Self {
        let organization = caller.capacity.organization();
        let user = caller.principal.user();
        Self {
            owner: organization.is_some_and(|organization| owner == Owner::Organization(organization)),
            caller: user.is_some_and(|user| owner == Owner::Person(user)),
        }
    }

    /// How a caller stands to what is its own.
    #[must_use]
    pub fn own(caller: &Caller) -> Self {
        Self {
            owner: caller.capacity.organization().is_some(),
            caller: caller.principal.user().is_some(),
        }
    }

    /// What holds of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            owner: self.owner && other.owner,
            caller: self.caller && other.caller,
        }
    }

    /// What holds of either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            owner: self.owner || other.owner,
            caller: self.caller || other.caller,
        }
    }

    /// Whether a condition holds.
    #[must_use]
    pub fn holds(self, condition: Condition) -> bool {
        match condition {
            Condition::Owner => self.owner,
            Condition::Caller => self.caller,
            Condition::Participant | Condition::Assignee | Condition::Convener | Condition::Serves => false,
        }
    }
}

impl Service {
    /// An account.
    pub async fn account(&self, admitted: Admitted, name: &AccountName) -> Result<(Authorized, Account)> {
        let Some(account) = store::account::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let facts = Facts::of(account.owner, &admitted);
        Ok((admitted.settle(&|condition| facts.holds(condition))?, account))
    }

    /// A transfer; `stands` says what who calls must own of it.
    pub async fn transfer(
        &self,
        admitted: Admitted,
        name: &TransferName,
        stands: fn(Facts, Facts) -> Facts,
    ) -> Result<(Authorized, Hold)> {
        let Some(hold) = store::transfer::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let (debit, credit) = self.owners(name, &hold).await?;
        let facts = stands(Facts::of(debit, &admitted), Facts::of(credit, &admitted));
        let by = admitted.settle(&|condition| facts.holds(condition))?;
        Ok((by, hold))
    }

    /// Whose accounts a transfer debits and credits.
    pub async fn owners(&self, name: &TransferName, hold: &Hold) -> Result<(Owner, Owner)> {
        let account = |id: AccountId| AccountName::new(&name.community, id);
        let debit = store::account::find(self.reader(), &account(hold.transfer.debit)).await?;
        let credit = store::account::find(self.reader(), &account(hold.transfer.credit)).await?;
        match (debit, credit) {
            (Some(debit), Some(credit)) => Ok((debit.owner, credit.owner)),
            _ => Err(yihe_kernel::Error::internal(format!("{name} has no accounts"))),
        }
    }

    /// A service, for those who gave, received or organized it.
    pub async fn service_record(
        &self,
        admitted: Admitted,
        name: &ServiceRecordName,
    ) -> Result<(Authorized, ServiceRecord)> {
        let Some(record) = store::service_record::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let gave = record
            .givers
            .iter()
            .map(|giver| Facts::of(Owner::Person(giver.user), &admitted));
        let facts = gave.fold(deciders(&record, &admitted), Facts::or);
        Ok((admitted.settle(&|condition| facts.holds(condition))?, record))
    }

    /// A service, for those who received or organized it.
    pub async fn decidable(&self, admitted: Admitted, name: &ServiceRecordName) -> Result<(Authorized, ServiceRecord)> {
        let Some(record) = store::service_record::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let facts = deciders(&record, &admitted);
        Ok((admitted.settle(&|condition| facts.holds(condition))?, record))
    }

    /// A good.
    pub async fn good(&self, admitted: Admitted, name: &GoodName) -> Result<(Authorized, Good)> {
        let Some(good) = store::good::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let facts = Facts::of(Owner::Organization(good.organization), &admitted);
        Ok((admitted.settle(&|condition| facts.holds(condition))?, good))
    }

    /// A redemption; `stands` says what of who redeems and of who provides counts.
    pub async fn redemption(
        &self,
        admitted: Admitted,
        name: &RedemptionName,
        stands: fn(Facts, Facts) -> Facts,
    ) -> Result<Authorized> {
        let Some(redemption) = store::good::find_redemption(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let good = store::good::find(self.reader(), &redemption.good).await?;
        let provider = |good: Good| Facts::of(Owner::Organization(good.organization), &admitted);
        let facts = stands(
            Facts::of(Owner::Person(redemption.user), &admitted),
            good.map_or_else(Facts::default, provider),
        );
        admitted.settle(&|condition| facts.holds(condition))
    }

    /// A fund; `beside` are facts that count as well as keeping it.
    pub async fn fund(&self, admitted: Admitted, name: &FundName, beside: Facts) -> Result<(Authorized, Fund)> {
        let Some(fund) = store::fund::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let facts = Facts::of(Owner::Organization(fund.organization), &admitted).or(beside);
        Ok((admitted.settle(&|condition| facts.holds(condition))?, fund))
    }
}

fn deciders(record: &ServiceRecord, admitted: &Admitted) -> Facts {
    let organized = |organizer: OrganizationId| Facts::of(Owner::Organization(organizer), admitted);
    let organized = record.organizer.map_or_else(Facts::default, organized);
    Facts::of(record.receiver, admitted).or(organized)
}
