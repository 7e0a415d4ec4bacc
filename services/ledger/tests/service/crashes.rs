//! `kill -9` at seeded points: what was acknowledged is there after the restart, nothing is there by half, and what was asked
//! without an answer has one effect when it is asked again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use uuid::Uuid;
use yihe_proto::ledger::v1::*;

use crate::harness::{COMMUNITY, House, Party, transfer};
use crate::histories::Dice;

const FOLDER: &str = "YIHE_TEST_LEDGER_FOLDER";
const FIRST: &str = "YIHE_TEST_LEDGER_FIRST";
const LOSSY: &str = "YIHE_TEST_LEDGER_LOSSY";
const POINTS: u64 = 50;
/// Requests that one run of the process makes at most, by several at once.
const RUN: u64 = 4000;
const WORKERS: u64 = 4;

fn user(place: u128) -> String {
    format!(
        "users/{}",
        Uuid::from_u128(0x0190_a5b4_7e1e_7c3a_9b3e_0000_0000_0000 | place)
    )
}

fn giver(house: &House) -> Party {
    house.party(&user(1), "self", "COMPOUND/OWNER")
}

/// The accounts: one that gives and two that receive.
async fn accounts(house: &House) -> Vec<String> {
    let mut names = Vec::new();
    for place in 1..=3 {
        let party = house.party(&user(place), "self", "COMPOUND/OWNER");
        let request = ListAccountsRequest {
            parent: COMMUNITY.to_owned(),
            ..ListAccountsRequest::default()
        };
        let listed = party.accounts().list_accounts(request).await.unwrap().into_inner();
        names.push(match listed.accounts.into_iter().next() {
            Some(account) => account.name,
            None => party.open(house, Unit::Points).await.unwrap().name,
        });
    }
    names
}

/// Two linked transfers, the same whenever this number is asked for.
fn request(number: u64, accounts: &[String]) -> CreateTransfersRequest {
    let side = |to: usize, mark: &str| Transfer {
        memo: format!("{number}{mark}"),
        ..transfer(&accounts[0], &accounts[to], Unit::Points, 1)
    };
    CreateTransfersRequest {
        parent: COMMUNITY.to_owned(),
        transfers: vec![side(1, "a"), side(2, "b")],
        request_id: Uuid::from_u128(0x0190_a5b4_7e1e_7c3a_8000_0000_0000_0000 | u128::from(number)).to_string(),
        validate_only: false,
    }
}

/// The process that is killed: it does something only where the tests below start it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_process_that_is_killed() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let first: u64 = std::env::var(FIRST).unwrap().parse().unwrap();
    let lossy = std::env::var(LOSSY).is_ok();
    let house = House::at(PathBuf::from(folder)).await;
    let accounts = accounts(&house).await;
    let giver = giver(&house);
    let workers = (0..WORKERS).map(|worker| {
        let (giver, accounts) = (giver.clone(), accounts.clone());
        tokio::spawn(async move {
            for number in (first + worker..first + RUN).step_by(4) {
                println!("\nASK {number}");
                if lossy {
                    // the defect that the check must notice: an answer before the commit
                    println!("\nACK {number}");
                }
                giver
                    .transfers()
                    .create_transfers(request(number, &accounts))
                    .await
                    .unwrap();
                if !lossy {
                    println!("\nACK {number}");
                }
            }
        })
    });
    futures::future::join_all(workers).await;
}

/// What a process said before it was killed.
#[derive(Default)]
struct Said {
    asked: BTreeSet<u64>,
    answered: BTreeSet<u64>,
}

/// Starts the process and kills it some time after some of its answers.
fn kill(folder: &Path, first: u64, lossy: bool, dice: &mut Dice) -> Said {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["crashes::the_process_that_is_killed", "--exact", "--nocapture"])
        .env(FOLDER, folder)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if lossy {
        command.env(LOSSY, "1");
    }
    let mut process = command.spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut said = Said::default();
    let wanted = dice.roll(24) + 1;
    let mut note = |line: String| {
        let number = |text: &str| text.parse::<u64>().ok();
        match line.split_once(' ') {
            Some(("ASK", text)) => said.asked.extend(number(text)),
            Some(("ACK", text)) => said.answered.extend(number(text)),
            _ => {}
        }
        said.answered.len()
    };
    while let Some(Ok(line)) = lines.next() {
        if note(line) >= wanted {
            break;
        }
    }
    std::thread::sleep(Duration::from_micros(dice.roll(4000) as u64));
    process.kill().unwrap();
    process.wait().unwrap();
    // a line that was cut off by the kill was not said
    for line in lines.map_while(Result::ok) {
        note(line);
    }
    said
}

/// How often each number is in the books, by its two marks.
async fn booked(giver: &Party, account: &str) -> BTreeMap<u64, Vec<char>> {
    let mut found: BTreeMap<u64, Vec<char>> = BTreeMap::new();
    for posting in giver.postings_by(account, 1000).await {
        let (number, mark) = posting.memo.split_at(posting.memo.len().saturating_sub(1));
        if let (Ok(number), Some(mark)) = (number.parse(), mark.chars().next()) {
            found.entry(number).or_default().push(mark);
        }
    }
    found
}

/// Everything that is wrong after a restart, and in which phases requests were hit.
async fn check(
    house: &House,
    accounts: &[String],
    said: &Said,
    phases: &mut BTreeMap<&'static str, usize>,
) -> Vec<String> {
    let giver = giver(house);
    let mut wrong = Vec::new();
    let before = booked(&giver, &accounts[0]).await;
    for (number, marks) in &before {
        if marks.len() != 2 || marks[0] == marks[1] {
            wrong.push(format!("{number} is there by half or twice: {marks:?}"));
        }
    }
    for number in &said.answered {
        if !before.contains_key(number) {
            wrong.push(format!("{number} was acknowledged and is lost"));
        }
    }
    let open: Vec<u64> = said.asked.difference(&said.answered).copied().collect();
    if open.is_empty() {
        *phases.entry("between requests").or_default() += 1;
    }
    for number in open {
        let phase = match before.contains_key(&number) {
            true => "between commit and reply",
            false => "before the commit",
        };
        *phases.entry(phase).or_default() += 1;
        giver
            .transfers()
            .create_transfers(request(number, accounts))
            .await
            .unwrap();
        let after = booked(&giver, &accounts[0]).await;
        if after.get(&number).map(Vec::len) != Some(2) {
            wrong.push(format!("{number} asked again is there {:?}", after.get(&number)));
        }
    }
    let lines = house.secretary().trial_balance().await;
    if lines.iter().map(|line| line.balance).sum::<i64>() != 0 {
        wrong.push(format!("{lines:?}"));
    }
    wrong
}

async fn points(seed: u64, points: u64, lossy: bool) -> (Vec<String>, BTreeMap<&'static str, usize>) {
    let data = tempfile::tempdir().unwrap();
    let house = House::at(data.path().to_owned()).await;
    let accounts = accounts(&house).await;
    house
        .secretary()
        .issue(&house, &accounts[0], 1_000_000_000)
        .await
        .unwrap();
    drop(house);
    let (mut wrong, mut phases) = (Vec::new(), BTreeMap::new());
    let mut dice = Dice::new(seed);
    for point in 0..points {
        let folder = data.path().to_owned();
        let (said, thrown) = tokio::task::spawn_blocking(move || {
            let said = kill(&folder, point * RUN, lossy, &mut dice);
            (said, dice)
        })
        .await
        .unwrap();
        dice = thrown;
        let house = House::at(data.path().to_owned()).await;
        wrong.extend(check(&house, &accounts, &said, &mut phases).await);
    }
    println!("seed {seed}: {points} kills, phases hit {phases:?}");
    (wrong, phases)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kill_9_and_nothing_is_there_by_half() {
    let (wrong, phases) = points(1, POINTS, false).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    for phase in ["before the commit", "between commit and reply"] {
        assert!(phases.contains_key(phase), "{phases:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_check_notices_a_build_that_answers_before_it_commits() {
    let (wrong, _) = points(2, 10, true).await;
    assert!(wrong.iter().any(|what| what.contains("is lost")), "{wrong:?}");
}
