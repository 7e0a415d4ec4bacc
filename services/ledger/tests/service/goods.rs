use std::time::Duration;

use tonic::Status;
use yihe_proto::ledger::v1::*;

use crate::harness::{COMMUNITY, House, Party, possible, reason};

async fn oil(house: &House, shop: &Party, stock: i64) -> Good {
    let request = CreateGoodRequest {
        parent: COMMUNITY.to_owned(),
        good: Some(Good {
            title: "a bottle of oil".to_owned(),
            unit: Unit::Minutes.into(),
            price: 60,
            stock,
            ..Good::default()
        }),
        request_id: house.id(),
    };
    shop.goods().create_good(request).await.unwrap().into_inner()
}

async fn redeem(house: &House, by: &Party, good: &str, quantity: i64) -> Result<Redemption, Status> {
    let request = RedeemGoodRequest {
        good: good.to_owned(),
        quantity,
        request_id: house.id(),
    };
    Ok(by.goods().redeem_good(request).await?.into_inner())
}

async fn stock(by: &Party, good: &str) -> i64 {
    let request = GetGoodRequest { name: good.to_owned() };
    by.goods().get_good(request).await.unwrap().into_inner().stock
}

async fn fulfil(by: &Party, name: &str) -> Result<Redemption, Status> {
    let request = FulfilRedemptionRequest { name: name.to_owned() };
    Ok(by.goods().fulfil_redemption(request).await?.into_inner())
}

async fn cancel(by: &Party, name: &str) -> Result<Redemption, Status> {
    let request = CancelRedemptionRequest { name: name.to_owned() };
    Ok(by.goods().cancel_redemption(request).await?.into_inner())
}

#[tokio::test]
async fn minutes_are_held_and_move_when_the_good_is_handed_over() {
    let house = House::new().await;
    let (secretary, shop) = (house.secretary(), house.unit("RESIDENT_UNIT/STAFF"));
    let (pupil, account) = house.holder(&secretary, Unit::Minutes, 150).await;
    let good = oil(&house, &shop, 10).await;
    let made = redeem(&house, &pupil, &good.name, 2).await.unwrap();
    assert_eq!((made.state(), made.price), (RedemptionState::Reserved, 120));
    let before = pupil.account(&account).await.unwrap();
    assert_eq!(
        (before.balance, before.held_out, stock(&pupil, &good.name).await),
        (150, 120, 8)
    );
    let refused = possible(redeem(&house, &pupil, &good.name, 1).await);
    assert_eq!(refused, ("BALANCE_TOO_LOW".to_owned(), "30".to_owned()));
    assert_eq!(stock(&pupil, &good.name).await, 8);
    // who redeems does not say that it was handed over, nor posts the hold past the goods
    assert_eq!(reason(fulfil(&pupil, &made.name).await), "PERMISSION_DENIED");
    assert_eq!(reason(pupil.post(&made.transfer, 0).await), "TRANSFER_KIND");
    let fulfilled = fulfil(&shop, &made.name).await.unwrap();
    assert_eq!(fulfilled.state(), RedemptionState::Fulfilled);
    let after = pupil.account(&account).await.unwrap();
    assert_eq!(
        (after.balance, after.held_out, stock(&pupil, &good.name).await),
        (30, 0, 8)
    );
    for again in [fulfil(&shop, &made.name).await, cancel(&pupil, &made.name).await] {
        assert_eq!(reason(again), "HOLD_ENDED");
    }
}

#[tokio::test]
async fn what_is_cancelled_or_runs_out_is_back() {
    let house = House::new().await;
    let (secretary, shop) = (house.secretary(), house.unit("RESIDENT_UNIT/STAFF"));
    let (pupil, account) = house.holder(&secretary, Unit::Minutes, 60).await;
    let (other, _) = house.holder(&secretary, Unit::Minutes, 60).await;
    let good = oil(&house, &shop, 1).await;
    let first = redeem(&house, &pupil, &good.name, 1).await.unwrap();
    let refused = possible(redeem(&house, &other, &good.name, 1).await);
    assert_eq!(refused, ("STOCK_TOO_LOW".to_owned(), "0".to_owned()));
    assert_eq!(reason(cancel(&other, &first.name).await), "PERMISSION_DENIED");
    let cancelled = cancel(&pupil, &first.name).await.unwrap();
    assert_eq!(cancelled.state(), RedemptionState::Cancelled);
    assert_eq!(
        (
            stock(&pupil, &good.name).await,
            pupil.account(&account).await.unwrap().held_out
        ),
        (1, 0)
    );

    let second = redeem(&house, &pupil, &good.name, 1).await.unwrap();
    house.clock.advance_seconds(14 * 86_400 + 1);
    assert_eq!(reason(fulfil(&shop, &second.name).await), "HOLD_EXPIRED");
    // whoever needs what was set aside for too long puts it back
    redeem(&house, &other, &good.name, 1).await.unwrap();
    let request = GetRedemptionRequest { name: second.name };
    let expired = pupil.goods().get_redemption(request).await.unwrap().into_inner();
    assert_eq!(
        (expired.state(), stock(&pupil, &good.name).await),
        (RedemptionState::Expired, 0)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_redemption_retried_after_a_time_out_is_one() {
    let house = House::new().await;
    let (secretary, shop) = (house.secretary(), house.unit("RESIDENT_UNIT/STAFF"));
    let (pupil, account) = house.holder(&secretary, Unit::Minutes, 600).await;
    let good = oil(&house, &shop, 10).await;
    let request = RedeemGoodRequest {
        good: good.name.clone(),
        quantity: 1,
        request_id: house.id(),
    };
    let calls = (0..8).map(|_| {
        let (mut client, request) = (pupil.goods(), request.clone());
        async move { client.redeem_good(request).await.unwrap().into_inner() }
    });
    let answers = futures::future::join_all(calls).await;
    assert!(answers.iter().all(|answer| answer.name == answers[0].name));
    assert_eq!(
        (
            stock(&pupil, &good.name).await,
            pupil.account(&account).await.unwrap().held_out
        ),
        (9, 60)
    );
    // nobody waits for the answer any more, and asks again
    for wait in 0..8 {
        let request = RedeemGoodRequest {
            request_id: house.id(),
            ..request.clone()
        };
        let (mut first, mut again) = (pupil.goods(), pupil.goods());
        let waited = Duration::from_micros(wait * 250);
        let _ = tokio::time::timeout(waited, first.redeem_good(request.clone())).await;
        again.redeem_good(request).await.unwrap();
        let account = pupil.account(&account).await.unwrap();
        let set_aside = 2 + i64::try_from(wait).unwrap();
        assert_eq!(
            (stock(&pupil, &good.name).await, account.held_out),
            (10 - set_aside, 60 * set_aside)
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_more_is_set_aside_than_there_is_however_many_redeem() {
    let house = House::new().await;
    let (secretary, shop) = (house.secretary(), house.unit("RESIDENT_UNIT/STAFF"));
    let good = oil(&house, &shop, 3).await;
    let mut pupils = Vec::new();
    for _ in 0..16 {
        pupils.push(house.holder(&secretary, Unit::Minutes, 60).await.0);
    }
    let calls = pupils.iter().map(|pupil| redeem(&house, pupil, &good.name, 1));
    let answers = futures::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 3);
    assert_eq!(stock(&pupils[0], &good.name).await, 0);
}

#[tokio::test]
async fn stock_is_changed_by_who_provides() {
    let house = House::new().await;
    let (shop, other) = (house.unit("RESIDENT_UNIT/STAFF"), house.unit("RESIDENT_UNIT/STAFF"));
    let good = oil(&house, &shop, 3).await;
    let request = |change| RestockGoodRequest {
        name: good.name.clone(),
        change,
        request_id: house.id(),
    };
    let restocked = shop.goods().restock_good(request(4)).await.unwrap().into_inner();
    assert_eq!(restocked.stock, 7);
    let refused = possible(shop.goods().restock_good(request(-8)).await);
    assert_eq!(refused, ("STOCK_TOO_LOW".to_owned(), "7".to_owned()));
    assert_eq!(reason(shop.goods().restock_good(request(0)).await), "INVALID_REQUEST");
    assert_eq!(
        reason(other.goods().restock_good(request(1)).await),
        "PERMISSION_DENIED"
    );
    let list = ListGoodsRequest {
        parent: COMMUNITY.to_owned(),
        ..ListGoodsRequest::default()
    };
    assert_eq!(
        other.goods().list_goods(list).await.unwrap().into_inner().goods.len(),
        1
    );
    let resident = house.resident();
    for quantity in [0, -1, 1001] {
        assert_eq!(
            reason(redeem(&house, &resident, &good.name, quantity).await),
            "INVALID_REQUEST"
        );
    }
    assert_eq!(
        reason(redeem(&house, &resident, &good.name, 1).await),
        "ACCOUNT_UNKNOWN"
    );
}

async fn listed(by: &Party, good: &str, reserved_only: bool, page_size: i32) -> Result<Vec<String>, Status> {
    let mut all = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListRedemptionsRequest {
            parent: COMMUNITY.to_owned(),
            good: good.to_owned(),
            reserved_only,
            page_size,
            page_token,
        };
        let answer = by.goods().list_redemptions(request).await?.into_inner();
        for one in answer.redemptions {
            let is_reserved = one.state() == RedemptionState::Reserved;
            assert!(is_reserved || !reserved_only, "{one:?}");
            all.push(one.name);
        }
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(all);
        }
    }
}

#[tokio::test]
async fn redemptions_are_listed_for_those_they_concern() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (shop, other_shop) = (house.unit("RESIDENT_UNIT/STAFF"), house.unit("RESIDENT_UNIT/STAFF"));
    let (pupil, _) = house.holder(&secretary, Unit::Minutes, 600).await;
    let (other, _) = house.holder(&secretary, Unit::Minutes, 600).await;
    let (good, other_good) = (oil(&house, &shop, 10).await, oil(&house, &other_shop, 10).await);
    let mut made = Vec::new();
    for (by, good) in [(&pupil, &good), (&other, &good), (&pupil, &other_good), (&pupil, &good)] {
        made.push(redeem(&house, by, &good.name, 1).await.unwrap().name);
    }
    let these = |places: &[usize]| places.iter().map(|place| made[*place].clone()).collect::<Vec<_>>();
    for page_size in [0, 1] {
        assert_eq!(listed(&pupil, "", false, page_size).await.unwrap(), these(&[0, 2, 3]));
        assert_eq!(listed(&other, "", false, page_size).await.unwrap(), these(&[1]));
        assert_eq!(listed(&shop, "", false, page_size).await.unwrap(), these(&[0, 1, 3]));
        assert_eq!(listed(&other_shop, "", false, page_size).await.unwrap(), these(&[2]));
        assert_eq!(
            listed(&secretary, "", false, page_size).await.unwrap(),
            these(&[0, 1, 2, 3])
        );
        assert_eq!(
            listed(&pupil, &good.name, false, page_size).await.unwrap(),
            these(&[0, 3])
        );
    }
    assert_eq!(listed(&house.resident(), "", false, 0).await.unwrap(), these(&[]));
    // what is another's good shows none of another's redemptions
    assert_eq!(listed(&shop, &other_good.name, false, 0).await.unwrap(), these(&[]));
    assert_eq!(reason(listed(&pupil, "goods/1", false, 0).await), "MALFORMED_NAME");

    fulfil(&shop, &made[0]).await.unwrap();
    cancel(&pupil, &made[3]).await.unwrap();
    assert_eq!(listed(&shop, "", true, 0).await.unwrap(), these(&[1]));
    assert_eq!(listed(&pupil, "", true, 0).await.unwrap(), these(&[2]));
    house.clock.advance_seconds(14 * 86_400 + 1);
    assert_eq!(listed(&pupil, "", true, 0).await.unwrap(), these(&[]));
    assert_eq!(listed(&pupil, "", false, 0).await.unwrap(), these(&[0, 2, 3]));
}

#[tokio::test]
async fn a_good_off_the_list_is_redeemed_no_more_and_what_is_set_aside_is_handed_over() {
    let house = House::new().await;
    let (secretary, shop) = (house.secretary(), house.unit("RESIDENT_UNIT/STAFF"));
    let (pupil, account) = house.holder(&secretary, Unit::Minutes, 240).await;
    let (good, kept) = (oil(&house, &shop, 3).await, oil(&house, &shop, 1).await);
    let first = redeem(&house, &pupil, &good.name, 1).await.unwrap();
    let second = redeem(&house, &pupil, &good.name, 1).await.unwrap();
    let retire = |by: &Party| {
        let (mut goods, name) = (by.goods(), good.name.clone());
        async move { goods.retire_good(RetireGoodRequest { name }).await }
    };
    assert_eq!(reason(retire(&pupil).await), "PERMISSION_DENIED");
    let retired = retire(&shop).await.unwrap().into_inner();
    assert!(retired.retire_time.is_some());
    assert_eq!(reason(retire(&shop).await), "GOOD_RETIRED");
    assert_eq!(reason(redeem(&house, &pupil, &good.name, 1).await), "GOOD_RETIRED");
    let restock = RestockGoodRequest {
        name: good.name.clone(),
        change: 5,
        request_id: house.id(),
    };
    assert_eq!(reason(shop.goods().restock_good(restock).await), "GOOD_RETIRED");

    fulfil(&shop, &first.name).await.unwrap();
    cancel(&pupil, &second.name).await.unwrap();
    let after = pupil.account(&account).await.unwrap();
    assert_eq!((after.balance, after.held_out), (180, 0));

    let list = async |show_retired| {
        let request = ListGoodsRequest {
            parent: COMMUNITY.to_owned(),
            show_retired,
            ..ListGoodsRequest::default()
        };
        let listed = pupil.goods().list_goods(request).await.unwrap().into_inner().goods;
        listed.into_iter().map(|good| good.name).collect::<Vec<_>>()
    };
    assert_eq!(list(false).await, std::slice::from_ref(&kept.name));
    assert_eq!(list(true).await, [good.name.clone(), kept.name]);
}
