//! Steady mixed load through both gateways: transfers, bookings of what is scarce, votes, rules that come and go, and reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::task::JoinSet;
use yihe_kernel::{Clock, SystemClock, Timestamp};
use yihe_proto::directory::v1::WhoAmIRequest;
use yihe_proto::ledger::v1::{
    Account, AccountKind, CreateTransfersRequest, GetAccountRequest, IssueCreditsRequest, OpenAccountRequest, Transfer,
    Unit,
};
use yihe_proto::resource::v1::{Bookable, BookableKind, Booking, CreateBookableRequest, CreateBookingRequest};
use yihe_testkit::crash::Dice;

use super::check::OPENING;
use super::journal::{Act, Journal};
use super::scene::People;
use super::{rules, votes};

/// What everybody has at first, in minutes; little enough that some transfers are refused.
const EACH: i64 = 300;
pub const CAPACITY: i64 = 3;
const HALLS: usize = 2;
/// Hours of which each booking takes one or two.
const HOURS: u64 = 120;

/// What one run changes: accounts and halls of its own.
pub struct Round {
    pub seed: u64,
    /// Accounts, and which voter holds each.
    pub accounts: Vec<(String, usize)>,
    pub halls: Vec<String>,
    /// The first hour that can be booked.
    pub first: Timestamp,
}

impl Round {
    pub async fn open(people: &People, seed: u64) -> Result<Self> {
        let mut accounts = Vec::new();
        for (holder, (organization, caller)) in people.voters.iter().enumerate().take(4) {
            let account = Account {
                owner: organization.clone(),
                kind: AccountKind::Purpose.into(),
                purpose: format!("seed {seed}"),
                unit: Unit::Minutes.into(),
                ..Default::default()
            };
            let open = OpenAccountRequest {
                parent: people.community.clone(),
                account: Some(account),
                request_id: key(seed, 1, holder as u64),
            };
            let account = caller.ask(open).await.answer.context("opening an account")?.name;
            let issue = IssueCreditsRequest {
                account: account.clone(),
                amount: EACH,
                memo: OPENING.into(),
                request_id: key(seed, 2, holder as u64),
            };
            people.secretary.ask(issue).await.answer.context("issuing")?;
            accounts.push((account, holder));
        }
        let mut halls = Vec::new();
        for index in 0..HALLS {
            let create = CreateBookableRequest {
                parent: people.community.clone(),
                bookable: Some(Bookable {
                    kind: BookableKind::Place.into(),
                    title: format!("会议室 {seed}.{index}"),
                    capacity: CAPACITY,
                    ..Default::default()
                }),
                request_id: key(seed, 3, index as u64),
            };
            halls.push(people.voters[0].1.ask(create).await.answer.context("a hall")?.name);
        }
        let day = SystemClock.now().plus_days(2).seconds() / 3600 * 3600;
        Ok(Self {
            seed,
            accounts,
            halls,
            first: Timestamp::from_seconds(day),
        })
    }
}

/// A `request_id` that nobody else uses.
pub fn key(seed: u64, worker: u64, number: u64) -> String {
    let seed = seed & 0xffff_ffff;
    format!(
        "{seed:08x}-0000-4000-8{:03x}-{:012x}",
        worker & 0xfff,
        number & 0xffff_ffff_ffff
    )
}

/// Those who ask until they are told to stop.
pub struct Load {
    stop: Arc<AtomicBool>,
    workers: JoinSet<Result<()>>,
}

/// What every worker has.
#[derive(Clone)]
pub struct Desk {
    pub people: Arc<People>,
    pub round: Arc<Round>,
    pub journal: Arc<Journal>,
    stop: Arc<AtomicBool>,
}

impl Desk {
    pub fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    pub fn dice(&self, worker: u64) -> Dice {
        Dice::new(self.round.seed.wrapping_mul(1000).wrapping_add(worker))
    }
}

impl Load {
    pub fn begin(people: &Arc<People>, round: &Arc<Round>, journal: &Arc<Journal>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let desk = Desk {
            people: Arc::clone(people),
            round: Arc::clone(round),
            journal: Arc::clone(journal),
            stop: Arc::clone(&stop),
        };
        let mut workers = JoinSet::new();
        for worker in [11, 12] {
            workers.spawn(pay(desk.clone(), worker));
            workers.spawn(book(desk.clone(), worker + 10));
            workers.spawn(read(desk.clone(), worker + 20));
        }
        workers.spawn(votes::hold(desk.clone(), 41));
        workers.spawn(rules::change(desk, 51));
        Self { stop, workers }
    }

    /// Lets everybody finish what they ask for.
    pub async fn end(mut self) -> Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(ended) = self.workers.join_next().await {
            ended??;
        }
        Ok(())
    }
}

async fn pay(desk: Desk, worker: u64) -> Result<()> {
    let mut dice = desk.dice(worker);
    let accounts = &desk.round.accounts;
    for number in 0.. {
        if !desk.goes_on() {
            break;
        }
        let from = index(dice.roll(accounts.len() as u64));
        let to = (from + 1 + index(dice.roll(accounts.len() as u64 - 1))) % accounts.len();
        let amount = i64::try_from(dice.roll(20) + 1)?;
        let ((from, holder), (to, _)) = (&accounts[from], &accounts[to]);
        let key = key(desk.round.seed, worker, number);
        let request = CreateTransfersRequest {
            parent: desk.people.community.clone(),
            transfers: vec![Transfer {
                debit_account: from.clone(),
                credit_account: to.clone(),
                unit: Unit::Minutes.into(),
                amount,
                memo: key.clone(),
                ..Default::default()
            }],
            request_id: key.clone(),
            ..Default::default()
        };
        let act = Act::Transfer {
            from: from.clone(),
            to: to.clone(),
            amount,
        };
        let heard = desk.people.voters[*holder].1.ask(request).await;
        heard.note(&desk.journal, &key, act, |made| {
            let made = made.transfers.first();
            (
                made.map(|made| made.name.clone()).unwrap_or_default(),
                made.and_then(|made| made.create_time),
            )
        });
        pause(15).await;
    }
    Ok(())
}

async fn book(desk: Desk, worker: u64) -> Result<()> {
    let mut dice = desk.dice(worker);
    for number in 0.. {
        if !desk.goes_on() {
            break;
        }
        let hall = &desk.round.halls[index(dice.roll(HALLS as u64))];
        let begins = i64::try_from(dice.roll(HOURS))?;
        let lasts = i64::try_from(dice.roll(2) + 1)?;
        let quantity = i64::try_from(dice.roll(2) + 1)?;
        let key = key(desk.round.seed, worker, number);
        let request = CreateBookingRequest {
            parent: hall.clone(),
            booking: Some(Booking {
                start_time: Some(desk.round.first.plus_seconds(begins * 3600).to_proto()),
                end_time: Some(desk.round.first.plus_seconds((begins + lasts) * 3600).to_proto()),
                quantity,
                purpose: key.clone(),
                ..Default::default()
            }),
            request_id: key.clone(),
            ..Default::default()
        };
        let act = Act::Booking {
            hall: hall.clone(),
            quantity,
        };
        let booker = &desk.people.voters[1 + index(dice.roll(4))].1;
        let heard = booker.ask(request).await;
        heard.note(&desk.journal, &key, act, |made| (made.name.clone(), made.create_time));
        pause(15).await;
    }
    Ok(())
}

async fn read(desk: Desk, worker: u64) -> Result<()> {
    for number in 0.. {
        if !desk.goes_on() {
            break;
        }
        let key = key(desk.round.seed, worker, number);
        let (account, holder) = &desk.round.accounts[index(number) % desk.round.accounts.len()];
        let caller = &desk.people.voters[*holder].1;
        if number % 2 == 0 {
            let request = GetAccountRequest { name: account.clone() };
            let heard = caller.ask(request).await;
            heard.note(&desk.journal, &key, Act::Read, |read| (read.name.clone(), None));
        } else {
            let heard = caller.ask(WhoAmIRequest::default()).await;
            heard.note(&desk.journal, &key, Act::Read, |_| (String::new(), None));
        }
        pause(10).await;
    }
    Ok(())
}

pub async fn pause(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or_default()
}
