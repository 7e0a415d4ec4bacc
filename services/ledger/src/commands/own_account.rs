//! The account that somebody is credited to, opened where it is not there yet.

use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error};
use yihe_store::{Failure, Tx};

use crate::domain::{Account, AccountKind, Limits, Owner, Unit};
use crate::names::{AccountId, AccountName};
use crate::service::Service;
use crate::{events, store};

impl Service {
    /// The account of a person or an organization for a unit.
    pub async fn own_account(
        &self,
        tx: &Tx,
        by: &Authorized,
        community: &CommunityId,
        owner: Owner,
        unit: Unit,
    ) -> Result<AccountId, Failure> {
        if let Some(known) = store::account::own(tx, community, owner, unit).await? {
            return Ok(known.name.account);
        }
        let kind = match owner {
            Owner::Person(_) => AccountKind::Person,
            Owner::Organization(_) | Owner::Community => AccountKind::Organization,
        };
        let now = self.now();
        let account = Account {
            name: AccountName::new(community, self.store.ids().next()),
            owner,
            kind,
            unit,
            purpose: String::new(),
            opened_at: now,
            closed_at: None,
        };
        if store::account::open(tx, by, &account, Limits::usual(owner, unit)).await? {
            events::append(tx, by, events::AccountOpened, community, &account.name, now).await?;
            return Ok(account.name.account);
        }
        // somebody else opened it meanwhile
        let known = store::account::own(tx, community, owner, unit).await?;
        let known = known.ok_or_else(|| Error::internal("an account that is there and is not"))?;
        Ok(known.name.account)
    }
}
