//! How a caller stands to an object: asked by the file service, which keeps what belongs to one.

use tonic::Request;
use yihe_authz::{Caller, Capacity, Principal, Scope};
use yihe_kernel::{CommunityId, Error, Result};
use yihe_proto::ledger::v1 as pb;

use crate::domain::{Owner, ServiceRecord};
use crate::lookup::Facts;
use crate::names::{AccountName, ContributionName, ExpenseName, FundName, GoodName, ServiceRecordName, TransferName};
use crate::service::Service;
use crate::store;

/// Who an object belongs to, as far as a permission asks.
struct Asked {
    permission: &'static str,
    facts: Facts,
}

/// An object as a caller sees it.
struct Seen {
    community: CommunityId,
    read: Asked,
    /// One is enough.
    record: Vec<Asked>,
}

pub async fn facts(service: &Service, request: Request<pb::GetObjectFactsRequest>) -> Result<pb::ObjectFacts> {
    let (_, request) = service.guard.admit(request).await?;
    let capacity: Capacity = request.capacity.parse().map_err(Error::internal)?;
    let principal: Principal = request.principal.parse().map_err(Error::internal)?;
    let caller = Caller {
        principal,
        capacity,
        address: None,
        token_issued_at: None,
    };
    let Some(seen) = see(service, &request.name, &caller).await? else {
        return Ok(pb::ObjectFacts::default());
    };
    let scope = Scope::Community(seen.community.clone());
    let mut recordable = false;
    for asked in &seen.record {
        recordable = recordable || may(service, &caller, &scope, asked).await?;
    }
    Ok(pb::ObjectFacts {
        exists: true,
        readable: may(service, &caller, &scope, &seen.read).await?,
        recordable,
    })
}

async fn may(service: &Service, caller: &Caller, scope: &Scope, asked: &Asked) -> Result<bool> {
    let (principal, capacity) = (&caller.principal, &caller.capacity);
    let decided = service
        .snapshots
        .decide(principal, capacity, asked.permission, scope, None)
        .await?;
    Ok(decided.0.settle(&|condition| asked.facts.holds(condition)))
}

/// One arm for each kind of object that papers can belong to.
async fn see(service: &Service, name: &str, caller: &Caller) -> Result<Option<Seen>> {
    if let Ok(name) = name.parse::<FundName>() {
        return fund(service, &name, caller).await;
    }
    if let Ok(name) = name.parse::<ContributionName>() {
        return contribution(service, &name, caller).await;
    }
    if let Ok(name) = name.parse::<ExpenseName>() {
        return expense(service, &name, caller).await;
    }
    if let Ok(name) = name.parse::<AccountName>() {
        return account(service, &name, caller).await;
    }
    if let Ok(name) = name.parse::<TransferName>() {
        return transfer(service, &name, caller).await;
    }
    if let Ok(name) = name.parse::<ServiceRecordName>() {
        return service_record(service, &name, caller).await;
    }
    if let Ok(name) = name.parse::<GoodName>() {
        return good(service, &name, caller).await;
    }
    Ok(None)
}

fn asked(permission: &'static str, facts: Facts) -> Asked {
    Asked { permission, facts }
}

/// Papers of a fund are added by who keeps it, and by whoever may pay into it for itself.
async fn fund(service: &Service, name: &FundName, caller: &Caller) -> Result<Option<Seen>> {
    let Some(fund) = store::fund::find(service.reader(), name).await? else {
        return Ok(None);
    };
    let keeps = Facts::seen_by(Owner::Organization(fund.organization), caller);
    Ok(Some(Seen {
        community: name.community.clone(),
        read: asked("ledger.fund.get", keeps),
        record: vec![
            asked("ledger.expense.record", keeps),
            asked("ledger.contribution.create", Facts::own(caller)),
        ],
    }))
}

async fn contribution(service: &Service, name: &ContributionName, caller: &Caller) -> Result<Option<Seen>> {
    let in_fund = FundName {
        community: name.community.clone(),
        fund: name.fund,
    };
    let found = store::contribution::find_all(service.reader(), &in_fund, vec![name.contribution.uuid()]).await?;
    let fund = store::fund::find(service.reader(), &in_fund).await?;
    let (Some(found), Some(fund)) = (found.first(), fund) else {
        return Ok(None);
    };
    let keeps = Facts::seen_by(Owner::Organization(fund.organization), caller);
    let paid = Facts::seen_by(found.contributor.owner, caller);
    Ok(Some(Seen {
        community: name.community.clone(),
        read: asked("ledger.contribution.list", keeps),
        record: vec![asked("ledger.contribution.create", keeps.or(paid))],
    }))
}

async fn expense(service: &Service, name: &ExpenseName, caller: &Caller) -> Result<Option<Seen>> {
    let found = store::expense::find(service.reader(), name).await?;
    let fund = store::fund::find(service.reader(), &name.in_fund()).await?;
    let (Some(_), Some(fund)) = (found, fund) else {
        return Ok(None);
    };
    let keeps = Facts::seen_by(Owner::Organization(fund.organization), caller);
    Ok(Some(Seen {
        community: name.community.clone(),
        read: asked("ledger.expense.get", keeps),
        record: vec![asked("ledger.expense.record", keeps)],
    }))
}

async fn account(service: &Service, name: &AccountName, caller: &Caller) -> Result<Option<Seen>> {
    let Some(account) = store::account::find(service.reader(), name).await? else {
        return Ok(None);
    };
    let owns = Facts::seen_by(account.owner, caller);
    Ok(Some(Seen {
        community: name.community.clone(),
        read: asked("ledger.account.get", owns),
        record: vec![asked("ledger.transfer.create", owns)],
    }))
}

async fn transfer(service: &Service, name: &TransferName, caller: &Caller) -> Result<Option<Seen>> {
    let Some(hold) = store::transfer::find(service.reader(), name).await? else {
        return Ok(None);
    };
    let (debit, credit) = service.owners(name, &hold).await?;
    let stands = Facts::seen_by(debit, caller).or(Facts::seen_by(credit, caller));
    Ok(Some(Seen {
        community: name.community.clone(),
        read: asked("ledger.transfer.get", stands),
        record: vec![asked("ledger.transfer.create", stands)],
    }))
}

async fn service_record(service: &Service, name: &ServiceRecordName, caller: &Caller) -> Result<Option<Seen>> {
    let Some(record) = store::service_record::find(service.reader(), name).await? else {
        return Ok(None);
    };
    let stands = parties(&record).fold(Facts::default(), |facts, owner| facts.or(Facts::seen_by(owner, caller)));
    Ok(Some(Seen {
        community: name.community.clone(),
        read: asked("ledger.service.get", stands),
        record: vec![asked("ledger.service.record", stands)],
    }))
}

fn parties(record: &ServiceRecord) -> impl Iterator<Item = Owner> {
    let gave = record.givers.iter().map(|giver| Owner::Person(giver.user));
    gave.chain([record.receiver])
        .chain(record.organizer.map(Owner::Organization))
}

async fn good(service: &Service, name: &GoodName, caller: &Caller) -> Result<Option<Seen>> {
    let Some(good) = store::good::find(service.reader(), name).await? else {
        return Ok(None);
    };
    let provides = Facts::seen_by(Owner::Organization(good.organization), caller);
    Ok(Some(Seen {
        community: name.community.clone(),
        read: asked("ledger.good.get", provides),
        record: vec![asked("ledger.good.restock", provides)],
    }))
}
