//! The authorized lookup: loads accounts, settles the open conditions with whose they are, and answers for a missing one as for
//! one that the caller may not see.

use yihe_authz::{Admitted, Authorized, Condition};
use yihe_kernel::Result;

use crate::domain::{Account, Hold, Owner};
use crate::names::{AccountId, AccountName, TransferName};
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
        Self {
            owner: admitted
                .organization()
                .is_some_and(|organization| owner == Owner::Organization(organization)),
            caller: admitted.user().is_some_and(|user| owner == Owner::Person(user)),
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
        let account = |id: AccountId| AccountName::new(&name.community, id);
        let debit = store::account::find(self.reader(), &account(hold.transfer.debit)).await?;
        let credit = store::account::find(self.reader(), &account(hold.transfer.credit)).await?;
        let (Some(debit), Some(credit)) = (debit, credit) else {
            return Err(yihe_kernel::Error::internal(format!("{name} has no accounts")));
        };
        let facts = stands(Facts::of(debit.owner, &admitted), Facts::of(credit.owner, &admitted));
        let by = admitted.settle(&|condition| facts.holds(condition))?;
        Ok((by, hold))
    }
}
