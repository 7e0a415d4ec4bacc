//! Who pays whom, and how fast it is paid through the gateway.

use std::sync::Arc;

use anyhow::{Context, Result};
use uuid::Uuid;
use yihe_kernel::{AdjustableClock, Ids};
use yihe_proto::ledger::v1::{
    Account, CreateTransfersRequest, IssueCreditsRequest, OpenAccountRequest, Transfer, Unit,
};
use yihe_testkit::Actor;

use super::load::{Callers, MANY, Rates, SOME, Spread, parts};
use super::{Arguments, raw_payment};
use crate::figures::Report;
use crate::room::{Community, Voter, last_id};

/// What everybody has at first.
const EACH: i64 = 1_000_000_000;
/// What every payment says.
pub const MEMO: &str = "感谢";

/// An organization's representative and the organization's account.
pub struct Holder {
    pub actor: Actor,
    pub user: Uuid,
    pub organization: Uuid,
    pub account: String,
    pub account_id: Uuid,
}

/// One transfer to make.
pub struct Payment<'a> {
    pub from: &'a Holder,
    pub to: &'a Holder,
    pub request_id: Uuid,
}

pub async fn measure(
    community: &Community,
    callers: &Callers,
    arguments: &Arguments,
    report: &Report,
) -> Result<Rates> {
    let holders = Holders::open(community).await.context("preparing")?;
    let copy = community.copy_of("ledger").await.context("copying the data file")?;
    let mut rates = Rates::default();
    for round in 1..=arguments.rounds {
        let alone = holders.payments(arguments.alone, 1, Spread::Own);
        for part in parts(&alone, 1) {
            let raw = raw_payment::pay(&copy, part, 1).await?;
            rates.one.push(raw, callers.call(holders.requests(part), 1).await?);
        }
        let together = holders.payments(arguments.together, MANY, Spread::Own);
        for part in parts(&together, MANY) {
            let raw = raw_payment::pay(&copy, part, MANY).await?;
            rates.many.push(raw, callers.call(holders.requests(part), MANY).await?);
        }
        for (clients, spread, rates) in [
            (MANY, Spread::Same, &mut rates.many_contended),
            (SOME, Spread::Own, &mut rates.some),
            (SOME, Spread::Same, &mut rates.some_contended),
        ] {
            let payments = holders.payments(arguments.together, clients, spread);
            rates.push(callers.call(holders.requests(&payments), clients).await?);
        }
        report.line(&format!("transfers, round {round}: {}", rates.last()));
    }
    Ok(rates)
}

/// Two holders for each client.
struct Holders {
    community: String,
    holders: Vec<Holder>,
    ids: Ids,
}

impl Holders {
    /// Opens accounts and puts something into them.
    async fn open(community: &Community) -> Result<Self> {
        let ids = Ids::new(Arc::<AdjustableClock>::clone(&community.node.clock));
        let mut holders = Vec::new();
        for voter in community.voters.iter().take(2 * MANY) {
            holders.push(open(community, voter, &ids).await?);
        }
        Ok(Self {
            community: community.name.clone(),
            holders,
            ids,
        })
    }

    /// So many payments of so many clients, in turn: between two accounts of the client's own, or all between the same two, half of
    /// them the other way.
    fn payments(&self, count: usize, clients: usize, spread: Spread) -> Vec<Payment<'_>> {
        let payment = |index: usize| {
            let client = index % clients;
            let (from, to) = match spread {
                Spread::Own => (2 * client, 2 * client + 1),
                Spread::Same => (client % 2, 1 - client % 2),
            };
            Payment {
                from: &self.holders[from],
                to: &self.holders[to],
                request_id: self.ids.next(),
            }
        };
        (0..count).map(payment).collect()
    }

    fn requests<'a>(&self, payments: &[Payment<'a>]) -> Vec<(&'a Actor, CreateTransfersRequest)> {
        let request = |payment: &Payment<'a>| {
            let transfer = Transfer {
                debit_account: payment.from.account.clone(),
                credit_account: payment.to.account.clone(),
                unit: Unit::Points.into(),
                amount: 1,
                memo: MEMO.to_owned(),
                ..Default::default()
            };
            let request = CreateTransfersRequest {
                parent: self.community.clone(),
                transfers: vec![transfer],
                request_id: payment.request_id.to_string(),
                ..Default::default()
            };
            (&payment.from.actor, request)
        };
        payments.iter().map(request).collect()
    }
}

async fn open(community: &Community, voter: &Voter, ids: &Ids) -> Result<Holder> {
    let account = Account {
        owner: format!("organizations/{}", voter.organization),
        unit: Unit::Points.into(),
        ..Default::default()
    };
    let request = OpenAccountRequest {
        parent: community.name.clone(),
        account: Some(account),
        request_id: ids.next::<Uuid>().to_string(),
    };
    let account = voter.actor.call(request).await.context("opening an account")?.name;
    let request = IssueCreditsRequest {
        account: account.clone(),
        amount: EACH,
        memo: MEMO.to_owned(),
        request_id: ids.next::<Uuid>().to_string(),
        ..Default::default()
    };
    community.secretary.call(request).await.context("issuing")?;
    Ok(Holder {
        actor: voter.actor.clone(),
        user: voter.user,
        organization: voter.organization,
        account_id: last_id(&account)?,
        account,
    })
}
