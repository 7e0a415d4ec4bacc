//! Random histories of many at once, compared with a model in memory: what was acknowledged, and nothing else, is in the books.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use tonic::Status;
use yihe_proto::ledger::v1::*;
use yihe_testkit::crash::Dice;

use crate::harness::{COMMUNITY, House, Party, hold, reason, transfer};

const ACTORS: usize = 16;
const STEPS: usize = 24;
const MOST: i64 = 400;
const EACH: i64 = 200;

fn pick(dice: &mut Dice, sides: usize) -> usize {
    usize::try_from(dice.roll(sides as u64)).unwrap()
}

fn amount(dice: &mut Dice) -> i64 {
    i64::try_from(dice.roll(120)).unwrap() + 1
}

/// What was answered: transfers by name, refusals by reason.
#[derive(Default)]
struct Heard {
    made: BTreeMap<String, Transfer>,
    refused: BTreeMap<String, usize>,
}

impl Heard {
    fn note(&mut self, answer: Result<Vec<Transfer>, Status>) -> Vec<Transfer> {
        match answer {
            Ok(made) => {
                for one in &made {
                    self.made.insert(one.name.clone(), one.clone());
                }
                made
            }
            Err(status) => {
                *self.refused.entry(reason(Err::<(), _>(status))).or_default() += 1;
                Vec::new()
            }
        }
    }
}

struct Room {
    house: House,
    secretary: Party,
    holders: Vec<(Party, String)>,
    heard: Mutex<Heard>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn random_histories_agree_with_the_model() {
    for seed in 1..=4 {
        run(House::new().await, seed).await;
    }
}

/// Plays one history and compares.
pub async fn run(house: House, seed: u64) {
    let secretary = house.secretary();
    let mut holders = Vec::new();
    for _ in 0..ACTORS {
        let (party, account) = house.holder(&secretary, Unit::Points, EACH).await;
        let limits = SetAccountLimitsRequest {
            name: account.clone(),
            most_balance: Some(MOST),
            ..SetAccountLimitsRequest::default()
        };
        secretary.accounts().set_account_limits(limits).await.unwrap();
        holders.push((party, account));
    }
    let room = Arc::new(Room {
        house,
        secretary,
        holders,
        heard: Mutex::default(),
    });
    let actors = (0..ACTORS).map(|actor| tokio::spawn(play(Arc::clone(&room), actor, seed)));
    for ended in futures::future::join_all(actors).await {
        ended.unwrap();
    }
    compare(&room, seed).await;
}

async fn play(room: Arc<Room>, actor: usize, seed: u64) {
    let mut dice = Dice::new(seed * 1000 + actor as u64);
    let (party, own) = &room.holders[actor];
    let mut holds: Vec<String> = Vec::new();
    for _ in 0..STEPS {
        // few receivers, so that many meet
        let (_, to) = &room.holders[(actor + 1 + pick(&mut dice, 3)) % ACTORS];
        let (_, third) = &room.holders[pick(&mut dice, 3)];
        let pay = |to: &str, amount| transfer(own, to, Unit::Points, amount);
        let answer = match pick(&mut dice, 10) {
            0..=3 => party.send(&room.house, vec![pay(to, amount(&mut dice))]).await,
            4 => {
                let two = vec![pay(to, amount(&mut dice)), pay(third, amount(&mut dice))];
                party.send(&room.house, two).await
            }
            5 | 6 => {
                let held = hold(&room.house, pay(to, amount(&mut dice)), 10);
                let made = party.send(&room.house, vec![held]).await;
                holds.extend(made.iter().flatten().map(|one| one.name.clone()));
                made
            }
            7 if !holds.is_empty() => {
                let name = holds.swap_remove(pick(&mut dice, holds.len()));
                let amount = amount(&mut dice);
                party.post(&name, amount).await.map(|posted| vec![posted])
            }
            8 => twice(&room, party, pay(to, amount(&mut dice))).await,
            _ => end_of_somebody(&room, &mut dice).await,
        };
        room.heard.lock().unwrap().note(answer);
        if pick(&mut dice, 8) == 0 {
            room.house.clock.advance_seconds(3);
        }
    }
}

/// The same request twice at once, as after a time-out.
async fn twice(room: &Room, party: &Party, one: Transfer) -> Result<Vec<Transfer>, Status> {
    let request = CreateTransfersRequest {
        parent: COMMUNITY.to_owned(),
        transfers: vec![one],
        request_id: room.house.id(),
        validate_only: false,
    };
    let (mut first, mut second) = (party.transfers(), party.transfers());
    let (first, second) = tokio::join!(
        first.create_transfers(request.clone()),
        second.create_transfers(request)
    );
    if let (Ok(first), Ok(second)) = (&first, &second) {
        let name = |answer: &tonic::Response<CreateTransfersResponse>| answer.get_ref().transfers[0].name.clone();
        assert_eq!(name(first), name(second));
    }
    // what was refused at first may be possible when it comes again
    let answer = first.or(second)?;
    Ok(answer.into_inner().transfers)
}

/// Somebody's hold is voided by whom it was promised to, or the secretary corrects somebody's transfer.
async fn end_of_somebody(room: &Room, dice: &mut Dice) -> Result<Vec<Transfer>, Status> {
    let picked = {
        let heard = room.heard.lock().unwrap();
        let place = pick(dice, heard.made.len().max(1));
        heard.made.values().nth(place).cloned()
    };
    let Some(picked) = picked else { return Ok(Vec::new()) };
    let ended = if picked.state() == TransferState::Pending {
        let to = room
            .holders
            .iter()
            .find(|(_, account)| *account == picked.credit_account);
        to.unwrap().0.void(&picked.name).await
    } else {
        room.secretary.correct(&room.house, &picked.name).await
    };
    ended.map(|ended| vec![ended])
}

/// What is held of each account by holds that are open now.
async fn held(room: &Room, heard: &Heard) -> BTreeMap<String, i64> {
    let mut held = BTreeMap::new();
    for made in heard.made.values().filter(|made| made.expire_time.is_some()) {
        let name = made.name.clone();
        let found = room
            .secretary
            .transfers()
            .get_transfer(GetTransferRequest { name })
            .await;
        let now = found.unwrap().into_inner();
        if now.state() == TransferState::Pending {
            *held.entry(now.debit_account).or_default() += now.amount;
        }
    }
    held
}

async fn compare(room: &Room, seed: u64) {
    let heard = std::mem::take(&mut *room.heard.lock().unwrap());
    // what is acknowledged is there, and says the same
    let mut model: BTreeMap<&str, i64> = room
        .holders
        .iter()
        .map(|(_, account)| (account.as_str(), EACH))
        .collect();
    let mut ends = BTreeMap::<String, usize>::new();
    // holds may run out while this looks at them, so what is held is asked before and after
    let (at_most, mut told_held) = (held(room, &heard).await, Vec::new());
    let mut moved = BTreeSet::new();
    for made in heard.made.values() {
        let request = GetTransferRequest {
            name: made.name.clone(),
        };
        let now = room
            .secretary
            .transfers()
            .get_transfer(request)
            .await
            .unwrap()
            .into_inner();
        let same = |one: &Transfer| (one.debit_account.clone(), one.credit_account.clone(), one.amount);
        assert_eq!(same(&now), same(made), "seed {seed}");
        *model.get_mut(now.debit_account.as_str()).unwrap() -= now.posted_amount;
        *model.get_mut(now.credit_account.as_str()).unwrap() += now.posted_amount;
        if now.expire_time.is_some() {
            *ends.entry(now.state().as_str_name().to_owned()).or_default() += 1;
        }
        if now.posted_amount > 0 {
            moved.insert(now.name.clone());
        }
    }
    for (party, account) in &room.holders {
        let told = party.account(account).await.unwrap();
        assert_eq!(told.balance, model[account.as_str()], "seed {seed}: {account}");
        told_held.push((account, told.held_out));
        let postings = party.postings(account).await;
        assert_eq!(postings.iter().map(|posting| posting.amount).sum::<i64>(), told.balance);
        let mut after = told.balance;
        for (posting, number) in postings.iter().zip((1..=postings.len()).rev()) {
            assert_eq!(
                posting.sequence,
                i64::try_from(number).unwrap(),
                "seed {seed}: {account}"
            );
            assert_eq!(posting.balance, after, "seed {seed}: {account}");
            assert!((0..=MOST).contains(&posting.balance), "seed {seed}: {posting:?}");
            after -= posting.amount;
            let is_opening = posting.kind() == TransferKind::Issue;
            // nothing moved that nobody was told of
            assert!(
                is_opening || moved.contains(&posting.transfer),
                "seed {seed}: {posting:?}"
            );
        }
        assert_eq!(after, 0);
    }
    let at_least = held(room, &heard).await;
    for (account, is) in told_held {
        let of = |held: &BTreeMap<String, i64>| held.get(account).copied().unwrap_or_default();
        let between = of(&at_least)..=of(&at_most);
        assert!(
            between.contains(&is),
            "seed {seed}: {account} holds {is}, not {between:?}"
        );
    }
    let lines = room.secretary.trial_balance().await;
    assert_eq!(
        lines.iter().map(|line| line.balance).sum::<i64>(),
        0,
        "seed {seed}: {lines:?}"
    );
    println!(
        "seed {seed}: {} made, refused {:?}, holds {ends:?}",
        heard.made.len(),
        heard.refused
    );
    let expected = ["BALANCE_TOO_LOW", "BALANCE_TOO_HIGH"];
    assert!(
        expected.iter().all(|code| heard.refused.contains_key(*code)),
        "{:?}",
        heard.refused
    );
    let internal = heard
        .refused
        .keys()
        .find(|code| ["INTERNAL", "UNAVAILABLE"].contains(&code.as_str()));
    assert_eq!(internal, None, "seed {seed}: {:?}", heard.refused);
}
