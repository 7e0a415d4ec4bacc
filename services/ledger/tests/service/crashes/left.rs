use std::collections::BTreeMap;

use yihe_testkit::crash::Asked;

use super::work::{Act, FEN_AT_FIRST, HELD, POINTS_AT_FIRST, PRICE, SPENT, STOCK_AT_FIRST, Scene};
use crate::funds::known;

/// The sums that everything asked for, once each, comes to; anything by half or twice shows in one of them.
pub async fn compare(world: &Scene, asked: &Asked<Act>) -> Vec<String> {
    let mut wrong = Vec::new();
    let count = |act| asked.count(act);
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
    let found = found(world).await;
    for ((what, wanted), is) in expected.drain(..).zip(found) {
        if wanted != is {
            wrong.push(format!("{what}: {is}, not {wanted}"));
        }
    }
    let postings = world.giver.postings_by(&world.accounts[0], 1000).await;
    let mut balance = postings.first().map_or(0, |newest| newest.balance);
    for (posting, number) in postings.iter().zip((1..=postings.len()).rev()) {
        if posting.sequence != i64::try_from(number).unwrap() || posting.balance != balance {
            wrong.push(format!("the statement has a gap: {posting:?}"));
        }
        balance -= posting.amount;
    }
    let lines = world.secretary.trial_balance().await;
    let mut units: BTreeMap<i32, i64> = BTreeMap::new();
    for line in lines {
        *units.entry(line.unit).or_default() += line.balance;
    }
    if units.values().any(|sum| *sum != 0) {
        wrong.push(format!("the books do not balance: {units:?}"));
    }
    wrong
}

async fn found(world: &Scene) -> Vec<i64> {
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
