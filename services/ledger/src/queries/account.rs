use tonic::Request;
use yihe_kernel::{Error, Fields, Result};
use yihe_proto::ledger::v1 as pb;

use crate::convert::{self, code};
use crate::domain::{Account, Unit};
use crate::names::AccountName;
use crate::service::Service;
use crate::store;
use crate::store::sight::Sight;

pub async fn get(service: &Service, request: Request<pb::GetAccountRequest>) -> Result<pb::Account> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, account) = service
        .account(admitted, &convert::name("name", &request.name)?)
        .await?;
    let told = with_balances(service, vec![account]).await?;
    told.into_iter().next().ok_or_else(|| Error::not_found(&request.name))
}

pub async fn list(service: &Service, request: Request<pb::ListAccountsRequest>) -> Result<pb::ListAccountsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let sight = Sight::new(admitted.filter(), admitted.organization(), admitted.user());
    let by = admitted.authorized_list();
    let community = by.community()?;
    let mut fields = Fields::new();
    let unit = match request.unit {
        0 => None,
        number => code::<Unit>(&mut fields, "unit", number),
    };
    fields.finish()?;
    let query = format!("accounts of {community} in {}", request.unit);
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let accounts = store::account::list(service.reader(), community, &sight, unit, &page).await?;
    let (accounts, next_page_token) = page.next(accounts, |account| account.name.account.to_string());
    Ok(pb::ListAccountsResponse {
        accounts: with_balances(service, accounts).await?,
        next_page_token,
    })
}

/// An account that was just changed.
pub async fn told(service: &Service, name: &AccountName) -> Result<pb::Account> {
    let account = store::account::find(service.reader(), name).await?;
    let account = account.ok_or_else(|| Error::not_found(name))?;
    let told = with_balances(service, vec![account]).await?;
    told.into_iter().next().ok_or_else(|| Error::not_found(name))
}

async fn with_balances(service: &Service, accounts: Vec<Account>) -> Result<Vec<pb::Account>> {
    let Some(first) = accounts.first() else {
        return Ok(Vec::new());
    };
    let community = first.name.community.clone();
    let ids: Vec<_> = accounts.iter().map(|account| account.name.account).collect();
    let standings = store::balance::standings(service.reader(), &community, &ids, service.now()).await?;
    let told = accounts.into_iter().map(|account| {
        let standing = standings.get(&account.name.account);
        let standing = standing.ok_or_else(|| Error::internal(format!("{} has no balance", account.name)))?;
        Ok(convert::account::account(account, standing))
    });
    told.collect()
}
