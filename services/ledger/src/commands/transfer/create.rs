use std::collections::HashMap;
use std::sync::Arc;

use tonic::Request;
use yihe_authz::{Admitted, Authorized};
use yihe_kernel::{CommunityId, Error, FileId, Result};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::transfer::{Line, NewTransfers, new_transfers, sides};
use crate::domain::{Account, Hold, Standing, Transfer, legs};
use crate::lookup::Facts;
use crate::names::{AccountId, AccountName, TransferName};
use crate::service::Service;
use crate::{convert, reasons, store};

struct Create {
    service: Arc<Service>,
    by: Authorized,
    community: CommunityId,
    new: NewTransfers,
}

pub async fn create(
    service: &Arc<Service>,
    request: Request<pb::CreateTransfersRequest>,
) -> Result<pb::CreateTransfersResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let named = sides(&request)?;
    let (by, accounts) = authorize(service, admitted, &named).await?;
    let community = by.community()?.clone();
    let mut new = new_transfers(&request, service.now())?;
    for (index, line) in new.lines.iter().enumerate() {
        expect_accounts(index, line, &community, &accounts)?;
    }
    for line in &mut new.lines {
        line.serves = service.projects.expect_open(line.project.as_ref(), None).await?;
    }
    let vouchers: Vec<FileId> = new
        .lines
        .iter()
        .filter_map(|line| Some(line.voucher.as_ref()?.file))
        .collect();
    service.files.keep(&community, &vouchers, service.now()).await?;
    let input = Create {
        service: Arc::clone(service),
        by,
        community,
        new,
    };
    if input.new.validate_only {
        return try_out(&input, &accounts).await;
    }
    let made = service
        .store
        .transaction("ledger.create_transfers", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    if let Some(first) = made.first() {
        tracing::info!(first = %first.transfer.name, count = made.len(), "transfers made");
    }
    Ok(answer(&made, service))
}

fn answer(made: &[Hold], service: &Service) -> pb::CreateTransfersResponse {
    let now = service.now();
    let transfers = made.iter().map(|hold| convert::transfer::transfer(hold, None, now));
    pb::CreateTransfersResponse {
        transfers: transfers.collect(),
    }
}

type Accounts = HashMap<AccountId, Account>;
type Named = [(Option<AccountName>, Option<AccountName>)];

/// Whoever gives decides; where money comes from outside, whoever receives it.
async fn authorize(service: &Service, admitted: Admitted, named: &Named) -> Result<(Authorized, Accounts)> {
    let community = admitted.community()?.clone();
    let ids: Vec<AccountId> = named
        .iter()
        .flat_map(|(debit, credit)| [debit, credit])
        .flatten()
        .map(|name| name.account)
        .collect();
    let known = store::account::find_all(service.reader(), &community, &ids).await?;
    let accounts: Accounts = known.into_iter().map(|known| (known.name.account, known)).collect();
    let mut facts: Option<Facts> = None;
    for (debit, credit) in named {
        let Some(name) = debit.as_ref().or(credit.as_ref()) else {
            continue;
        };
        let Some(account) = accounts.get(&name.account) else {
            return Err(admitted.missing(name));
        };
        let of_line = Facts::of(account.owner, &admitted);
        facts = Some(facts.map_or(of_line, |facts| facts.and(of_line)));
    }
    let facts = facts.unwrap_or_default();
    Ok((admitted.settle(&|condition| facts.holds(condition))?, accounts))
}

fn expect_accounts(index: usize, line: &Line, community: &CommunityId, accounts: &Accounts) -> Result<()> {
    for id in [line.debit, line.credit].into_iter().flatten() {
        let name = AccountName::new(community, id);
        let account = accounts.get(&id);
        let account = account.ok_or_else(|| Error::new(&reasons::ACCOUNT_UNKNOWN).with("name", &name))?;
        account.expect_free()?;
        if account.unit != line.unit {
            return Err(Error::new(&reasons::UNITS_MIXED)
                .with("index", index)
                .with("unit", line.unit.code())
                .with("name", name)
                .with("other", account.unit.code()));
        }
    }
    Ok(())
}

fn transfers(input: &Create) -> Vec<Transfer> {
    let now = input.service.now();
    let mut made: Vec<Transfer> = Vec::with_capacity(input.new.lines.len());
    for (place, line) in (0..).zip(&input.new.lines) {
        let name = TransferName::new(&input.community, input.service.store.ids().next());
        let batch = made.first().map_or(name.transfer, |first| first.name.transfer);
        made.push(Transfer {
            name,
            batch,
            place,
            debit: line.debit_or_outside(),
            credit: line.credit_or_outside(),
            unit: line.unit,
            amount: line.amount,
            kind: line.kind,
            memo: line.memo.clone(),
            voucher: line.voucher.as_ref().map(|voucher| voucher.file),
            expires_at: line.expires_at,
            corrects: None,
            serves: line.serves,
            creator: input.by.actor(),
            made_at: now,
        });
    }
    made
}

async fn apply(tx: &Tx, input: &Create) -> Result<Vec<Hold>, Failure> {
    let transfers = transfers(input);
    let first = transfers.first().map(|first| first.name.clone());
    let first = first.ok_or_else(|| Error::internal("no transfers"))?;
    let now = input.service.now();
    if let Some(earlier) = input.new.retry.earlier(tx, &input.by, &first, now).await? {
        return store::transfer::of_batch(tx, &input.community, earlier.transfer).await;
    }
    store::engine::make(tx, &input.by, &transfers).await?;
    Ok(just_made(transfers))
}

/// Nothing has become of them yet.
fn just_made(transfers: Vec<Transfer>) -> Vec<Hold> {
    let made = transfers.into_iter().map(|transfer| Hold { transfer, end: None });
    made.collect()
}

/// What would happen now, with the rule that the guards of the statements repeat.
async fn try_out(input: &Create, accounts: &Accounts) -> Result<pb::CreateTransfersResponse> {
    let transfers = transfers(input);
    let ids: Vec<AccountId> = accounts.keys().copied().collect();
    let now = input.service.now();
    let mut standings: HashMap<AccountId, Standing> =
        store::balance::standings(input.service.reader(), &input.community, &ids, now).await?;
    for leg in legs(&transfers) {
        // the community's books have no limits
        let (Some(account), Some(standing)) = (accounts.get(&leg.account), standings.get_mut(&leg.account)) else {
            continue;
        };
        standing.expect(&leg, &account.name, account.unit)?;
        *standing = standing.after(&leg);
    }
    Ok(answer(&just_made(transfers), &input.service))
}
