//! Who pays whom, and how it is paid through the gateway.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use uuid::Uuid;
use yihe_kernel::{AdjustableClock, Ids};
use yihe_proto::ledger::v1::{
    Account, CreateTransfersRequest, IssueCreditsRequest, OpenAccountRequest, Transfer, Unit,
};
use yihe_testkit::Actor;

use crate::figures::rate;
use crate::room::{Community, Voter, last_id};

/// What everybody has at first.
const EACH: i64 = 1_000_000_000;

/// An organization's representative and the organization's account.
#[derive(Debug)]
pub struct Holder {
    pub actor: Actor,
    pub user: Uuid,
    pub organization: Uuid,
    pub account: String,
    pub account_id: Uuid,
}

/// One transfer to make.
#[derive(Clone)]
pub struct Payment {
    pub from: Arc<Holder>,
    pub to: Arc<Holder>,
    pub request_id: Uuid,
}

/// Which accounts the payments of several clients move.
#[derive(Clone, Copy)]
pub enum Spread {
    /// Each client pays between two accounts of its own.
    Pairs,
    /// All pay between the same two, half of them the other way.
    SameTwo,
}

/// Two holders for each client, and a connection for each.
pub struct Holders {
    community: String,
    holders: Vec<Arc<Holder>>,
    connections: Vec<Actor>,
    ids: Ids,
}

impl Holders {
    /// Opens accounts for so many clients and puts something into them.
    pub async fn open(community: &Community, clients: usize) -> Result<Self> {
        let ids = Ids::new(Arc::<AdjustableClock>::clone(&community.node.clock));
        let mut holders = Vec::new();
        for voter in community.voters.iter().take(2 * clients) {
            holders.push(Arc::new(open(community, voter, &ids).await?));
        }
        let mut connections = Vec::new();
        for _ in 0..clients {
            let stranger = community.node.stranger();
            connections.push(stranger.over_a_new_connection(community.node.address()).await?);
        }
        Ok(Self {
            community: community.name.clone(),
            holders,
            connections,
            ids,
        })
    }

    /// So many payments for so many clients, in turn.
    pub fn payments(&self, count: usize, clients: usize, spread: Spread) -> Vec<Payment> {
        let payment = |index: usize| {
            let client = index % clients;
            let (from, to) = match spread {
                Spread::Pairs => (2 * client, 2 * client + 1),
                Spread::SameTwo => (client % 2, 1 - client % 2),
            };
            Payment {
                from: Arc::clone(&self.holders[from]),
                to: Arc::clone(&self.holders[to]),
                request_id: self.ids.next(),
            }
        };
        (0..count).map(payment).collect()
    }

    /// Makes the payments, each client waiting for its answer before its next. Returns payments a second.
    pub async fn pay(&self, payments: Vec<Payment>, clients: usize) -> Result<f64> {
        let count = payments.len();
        let mut of_each: Vec<Vec<(Actor, CreateTransfersRequest)>> = vec![Vec::new(); clients];
        for (index, payment) in payments.into_iter().enumerate() {
            let client = index % clients;
            let actor = payment.from.actor.on_the_connection_of(&self.connections[client]);
            of_each[client].push((actor, self.request(&payment)));
        }
        let begun = Instant::now();
        let tasks: Vec<_> = of_each
            .into_iter()
            .map(|calls| {
                tokio::spawn(async move {
                    for (actor, request) in calls {
                        actor.call(request).await.context("paying")?;
                    }
                    anyhow::Ok(())
                })
            })
            .collect();
        for task in tasks {
            task.await??;
        }
        Ok(rate(count, begun.elapsed()))
    }

    fn request(&self, payment: &Payment) -> CreateTransfersRequest {
        let transfer = Transfer {
            debit_account: payment.from.account.clone(),
            credit_account: payment.to.account.clone(),
            unit: Unit::Points.into(),
            amount: 1,
            memo: MEMO.to_owned(),
            ..Default::default()
        };
        CreateTransfersRequest {
            parent: self.community.clone(),
            transfers: vec![transfer],
            request_id: payment.request_id.to_string(),
            ..Default::default()
        }
    }
}

/// What every payment says.
pub const MEMO: &str = "感谢";

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
