use std::collections::BTreeMap;

use yihe_testkit::crash::{Phases, Said};

use super::work::{Act, FEN_AT_FIRST, HELD, Made, POINTS_AT_FIRST, PRICE, SPENT, STOCK_AT_FIRST, World, key, parse};
use crate::funds::known;
use crate::harness::reason;

/// What a folder must hold, and what was wrong with it.
#[derive(Default)]
pub struct Left {
    /// Everything that was ever asked for, and whether its end was.
    made: BTreeMap<u64, bool>,
    pub requests: usize,
    pub phases: Phases,
    pub wrong: Vec<String>,
}

impl Left {
    /// Looks at everything after a restart. What was open is asked for again, so that it is there once.
    pub async fn check(&mut self, world: &World, said: &Said) {
        // what is made now can be told from what was there
        world.house.clock.advance_seconds(3600);
        self.requests += said.asked.len();
        if said.open().next().is_none() {
            self.phases.hit("", Phases::BETWEEN);
        }
        let mut asked: Vec<(u64, usize)> = said.asked.iter().filter_map(|key| parse(key)).collect();
        asked.sort_unstable();
        let mut names: BTreeMap<u64, String> = BTreeMap::new();
        for (number, place) in asked {
            let answer = said.answered.get(&key(number, place));
            let was_there = match place {
                0 => {
                    let made = self.begin_again(world, number).await;
                    if answer.is_some_and(|name| !name.is_empty() && *name != made.name) {
                        self.wrong
                            .push(format!("{number} is there twice: {answer:?}, {}", made.name));
                    }
                    names.insert(number, made.name);
                    self.made.insert(number, false);
                    made.is_old
                }
                _ => {
                    self.made.insert(number, true);
                    self.end_again(world, number, &names[&number]).await
                }
            };
            let act = Act::of(number)[place].code();
            match (answer, was_there) {
                (Some(_), true) => {}
                (Some(_), false) => self
                    .wrong
                    .push(format!("{number}, {act}, was acknowledged and is lost")),
                (None, true) => self.phases.hit(act, Phases::BEFORE_REPLY),
                (None, false) => self.phases.hit(act, Phases::BEFORE_COMMIT),
            }
        }
        self.compare(world).await;
    }

    async fn begin_again(&mut self, world: &World, number: u64) -> Made {
        let made = world.begin(number).await.unwrap();
        let again = world.begin(number).await.unwrap();
        if again.name != made.name {
            self.wrong.push(format!("{number} asked twice is there twice"));
        }
        made
    }

    async fn end_again(&mut self, world: &World, number: u64, name: &str) -> bool {
        let ended = match world.has_ended(number, name).await {
            Ok(ended) => ended,
            Err(wrong) => {
                self.wrong.push(wrong);
                return true;
            }
        };
        if !ended {
            world.end(number, name).await.unwrap();
        }
        let again = reason(world.end(number, name).await);
        if again != "HOLD_ENDED" {
            self.wrong.push(format!("{number} was ended twice: {again}"));
        }
        ended
    }

    fn count(&self, act: Act) -> i64 {
        let counted = self.made.iter().filter(|(number, ended)| {
            let acts = Act::of(**number);
            acts[0] == act || (**ended && acts.get(1) == Some(&act))
        });
        i64::try_from(counted.count()).unwrap()
    }

    /// The sums that everything asked for, once each, comes to; anything by half or twice shows in one of them.
    async fn compare(&mut self, world: &World) {
        let count = |act| self.count(act);
        let (paid, posted, fulfilled) = (count(Act::Pay), count(Act::Post), count(Act::Fulfil));
        let open_holds = count(Act::Hold) - posted - count(Act::Void);
        let reserved = count(Act::Redeem) - fulfilled - count(Act::Cancel);
        let spent = SPENT * count(Act::Spend);
        let mut expected = vec![
            (
                "the giver's balance",
                POINTS_AT_FIRST - 2 * paid - HELD * posted - PRICE * fulfilled,
            ),
            ("held of the giver's", HELD * open_holds + PRICE * reserved),
            ("the taker's balance", paid + HELD * posted),
            ("held for the taker", HELD * open_holds),
            ("the third's balance", paid),
            ("stock", STOCK_AT_FIRST - fulfilled - reserved),
            ("spent from the fund", spent),
            ("unspent in the fund", FEN_AT_FIRST - spent),
            ("the fund's account", FEN_AT_FIRST - spent),
            ("holds placed", count(Act::Hold) + count(Act::Redeem)),
            ("holds posted", posted + fulfilled),
            ("holds voided", count(Act::Void) + count(Act::Cancel)),
            ("expenses told of", count(Act::Spend)),
        ];
        let found = self.found(world).await;
        for ((what, wanted), is) in expected.drain(..).zip(found) {
            if wanted != is {
                self.wrong.push(format!("{what}: {is}, not {wanted}"));
            }
        }
        let postings = world.giver.postings_by(&world.accounts[0], 1000).await;
        let mut balance = postings.first().map_or(0, |newest| newest.balance);
        for (posting, number) in postings.iter().zip((1..=postings.len()).rev()) {
            if posting.sequence != i64::try_from(number).unwrap() || posting.balance != balance {
                self.wrong.push(format!("the statement has a gap: {posting:?}"));
            }
            balance -= posting.amount;
        }
        let lines = world.secretary.trial_balance().await;
        let mut units: BTreeMap<i32, i64> = BTreeMap::new();
        for line in lines {
            *units.entry(line.unit).or_default() += line.balance;
        }
        if units.values().any(|sum| *sum != 0) {
            self.wrong.push(format!("the books do not balance: {units:?}"));
        }
    }

    async fn found(&self, world: &World) -> Vec<i64> {
        let mut accounts = Vec::new();
        for name in world.accounts.iter().chain([&world.fund.account]) {
            accounts.push(world.secretary.account(name).await.unwrap());
        }
        let request = yihe_proto::ledger::v1::GetGoodRequest {
            name: world.good.clone(),
        };
        let stock = world.shop.goods().get_good(request).await.unwrap().into_inner().stock;
        let fund = known(&world.shop, &world.fund.name).await;
        let events = world.house.started.feed.after(0, u64::from(u32::MAX)).await.unwrap();
        let told = |kind: &str| {
            let of_kind = events.iter().filter(|event| event.kind.ends_with(kind));
            i64::try_from(of_kind.count()).unwrap()
        };
        vec![
            accounts[0].balance,
            accounts[0].held_out,
            accounts[1].balance,
            accounts[1].held_in,
            accounts[2].balance,
            stock,
            fund.spent,
            fund.unspent,
            accounts[3].balance,
            told("HoldPlaced"),
            told("HoldPosted"),
            told("HoldVoided"),
            told("ExpenseRecorded"),
        ]
    }
}
