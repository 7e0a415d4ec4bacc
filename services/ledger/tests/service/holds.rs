use yihe_proto::ledger::v1::*;

use crate::harness::{COMMUNITY, House, Party, hold, possible, reason, transfer};

async fn held(house: &House, amount: i64) -> ((Party, String), (Party, String), Transfer, Party) {
    let secretary = house.secretary();
    let giver = house.holder(&secretary, Unit::Points, 100).await;
    let taker = house.holder(&secretary, Unit::Points, 0).await;
    let asked = hold(house, transfer(&giver.1, &taker.1, Unit::Points, amount), 3600);
    let made = giver.0.pay(house, asked).await.unwrap();
    assert_eq!((made.state(), made.posted_amount), (TransferState::Pending, 0));
    (giver, taker, made, secretary)
}

#[tokio::test]
async fn what_is_held_cannot_be_spent_and_moves_when_it_is_posted() {
    let house = House::new().await;
    let ((giver, from), (taker, to), made, _) = held(&house, 70).await;
    let account = giver.account(&from).await.unwrap();
    assert_eq!((account.balance, account.held_out), (100, 70));
    assert_eq!(taker.account(&to).await.unwrap().held_in, 70);
    let sent = giver.pay(&house, transfer(&from, &to, Unit::Points, 31)).await;
    assert_eq!(possible(sent), ("BALANCE_TOO_LOW".to_owned(), "30".to_owned()));
    assert_eq!(reason(taker.post(&made.name, 0).await), "PERMISSION_DENIED");
    assert_eq!(
        possible(giver.post(&made.name, 71).await),
        ("HOLD_TOO_SMALL".to_owned(), "70".to_owned())
    );
    assert_eq!(reason(giver.post(&made.name, -1).await), "INVALID_REQUEST");
    let posted = giver.post(&made.name, 50).await.unwrap();
    assert_eq!(
        (posted.state(), posted.posted_amount, posted.amount),
        (TransferState::Posted, 50, 70)
    );
    let account = giver.account(&from).await.unwrap();
    assert_eq!((account.balance, account.held_out), (50, 0));
    assert_eq!(
        (taker.balance(&to).await, taker.account(&to).await.unwrap().held_in),
        (50, 0)
    );
    assert_eq!(taker.postings(&to).await.len(), 1);
    for again in [giver.post(&made.name, 0).await, taker.void(&made.name).await] {
        assert_eq!(reason(again), "HOLD_ENDED");
    }
}

#[tokio::test]
async fn a_voided_hold_moves_nothing() {
    let house = House::new().await;
    let ((giver, from), (taker, to), made, secretary) = held(&house, 100).await;
    assert_eq!(reason(giver.void(&made.name).await), "PERMISSION_DENIED");
    let voided = taker.void(&made.name).await.unwrap();
    assert_eq!((voided.state(), voided.posted_amount), (TransferState::Voided, 0));
    assert_eq!((giver.balance(&from).await, taker.postings(&to).await.len()), (100, 0));
    assert_eq!(reason(giver.post(&made.name, 0).await), "HOLD_ENDED");
    assert_eq!(reason(secretary.correct(&house, &made.name).await), "TRANSFER_KIND");
    let plain = giver
        .pay(&house, transfer(&from, &to, Unit::Points, 100))
        .await
        .unwrap();
    assert_eq!(reason(giver.post(&plain.name, 0).await), "NOT_A_HOLD");
}

#[tokio::test]
async fn an_expired_hold_posted_late_is_refused_and_what_it_held_is_free() {
    let house = House::new().await;
    let ((giver, from), (taker, to), made, _) = held(&house, 100).await;
    house.clock.advance_seconds(3600);
    assert_eq!(reason(giver.post(&made.name, 0).await), "HOLD_EXPIRED");
    assert_eq!(giver.account(&from).await.unwrap().held_out, 0);
    // the transfer that meets it sweeps it
    giver
        .pay(&house, transfer(&from, &to, Unit::Points, 100))
        .await
        .unwrap();
    assert_eq!((giver.balance(&from).await, taker.balance(&to).await), (0, 100));
    let request = GetTransferRequest {
        name: made.name.clone(),
    };
    let expired = giver.transfers().get_transfer(request).await.unwrap().into_inner();
    assert_eq!((expired.state(), expired.posted_amount), (TransferState::Expired, 0));
    assert_eq!(reason(taker.void(&made.name).await), "HOLD_EXPIRED");
    let events = house.started.feed.after(0, 100).await.unwrap();
    let swept = events.iter().filter(|event| event.kind.ends_with("HoldExpired"));
    assert_eq!(swept.count(), 1);
}

#[tokio::test]
async fn holds_end_within_a_year() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (giver, from) = house.holder(&secretary, Unit::Points, 10).await;
    let (_, to) = house.holder(&secretary, Unit::Points, 0).await;
    for seconds in [0, -1, 367 * 86_400] {
        let asked = hold(&house, transfer(&from, &to, Unit::Points, 1), seconds);
        assert_eq!(reason(giver.pay(&house, asked).await), "INVALID_REQUEST", "{seconds}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hold_ends_once_however_many_end_it() {
    let house = House::new().await;
    let ((giver, from), (taker, to), made, _) = held(&house, 100).await;
    let ends = (0..16).map(|place| {
        let (giver, taker, name) = (giver.clone(), taker.clone(), made.name.clone());
        async move {
            match place % 2 {
                0 => giver.post(&name, 0).await,
                _ => taker.void(&name).await,
            }
        }
    });
    let ended = futures::future::join_all(ends).await;
    assert_eq!(ended.iter().filter(|end| end.is_ok()).count(), 1);
    let account = giver.account(&from).await.unwrap();
    assert_eq!((account.balance + taker.balance(&to).await, account.held_out), (100, 0));
}

async fn open_holds(by: &Party, account: &str, page_size: i32) -> Result<Vec<String>, tonic::Status> {
    let mut all = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListHoldsRequest {
            parent: account.to_owned(),
            page_size,
            page_token,
        };
        let answer = by.statements().list_holds(request).await?.into_inner();
        for one in answer.holds {
            assert_eq!(one.state(), TransferState::Pending, "{one:?}");
            all.push(one.name);
        }
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(all);
        }
    }
}

#[tokio::test]
async fn open_holds_are_listed_for_both_sides_and_those_who_keep_the_books() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (giver, from) = house.holder(&secretary, Unit::Points, 100).await;
    let (taker, to) = house.holder(&secretary, Unit::Points, 0).await;
    let mut made = Vec::new();
    // the last made is the first to run out; two run out at one instant
    for seconds in [400, 300, 200, 200, 100] {
        let asked = hold(&house, transfer(&from, &to, Unit::Points, 10), seconds);
        made.push(giver.pay(&house, asked).await.unwrap().name);
    }
    let order = [&made[4], &made[2], &made[3], &made[1], &made[0]].map(String::clone);
    for (by, account) in [(&giver, &from), (&taker, &to), (&secretary, &from)] {
        for page_size in [0, 1, 2] {
            assert_eq!(open_holds(by, account, page_size).await.unwrap(), order);
        }
    }
    // one ends by hand, one by itself
    giver.post(&made[1], 0).await.unwrap();
    house.clock.advance_seconds(150);
    assert_eq!(
        open_holds(&giver, &from, 0).await.unwrap(),
        [&made[2], &made[3], &made[0]].map(String::clone)
    );
    for stranger in [&taker, &house.resident(), &house.unit("RESIDENT_UNIT/STAFF")] {
        assert_eq!(reason(open_holds(stranger, &from, 0).await), "PERMISSION_DENIED");
    }
    let nowhere = format!("{COMMUNITY}/accounts/{}", house.id());
    assert_eq!(reason(open_holds(&giver, &nowhere, 0).await), "PERMISSION_DENIED");
    assert_eq!(reason(open_holds(&secretary, &nowhere, 0).await), "RESOURCE_NOT_FOUND");
}
