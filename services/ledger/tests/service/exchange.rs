use tonic::Status;
use yihe_proto::ledger::v1::*;

use crate::harness::{COMMUNITY, House, Party, possible, reason};

fn rate(house: &House, give: i64, receive: i64) -> PublishRateRequest {
    PublishRateRequest {
        parent: COMMUNITY.to_owned(),
        rate: Some(Rate {
            give_unit: Unit::Minutes.into(),
            give,
            receive_unit: Unit::Points.into(),
            receive,
            ..Rate::default()
        }),
        request_id: house.id(),
    }
}

async fn publish(house: &House, by: &Party, give: i64, receive: i64) -> Rate {
    by.exchange()
        .publish_rate(rate(house, give, receive))
        .await
        .unwrap()
        .into_inner()
}

async fn exchange(house: &House, by: &Party, rate: &str, amount: i64) -> Result<Vec<Transfer>, Status> {
    let request = ExchangeCreditsRequest {
        rate: rate.to_owned(),
        amount,
        request_id: house.id(),
    };
    Ok(by.exchange().exchange_credits(request).await?.into_inner().transfers)
}

#[tokio::test]
async fn minutes_become_points_at_the_published_rate_by_two_linked_transfers() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (pupil, minutes) = house.holder(&secretary, Unit::Minutes, 150).await;
    let published = publish(&house, &secretary, 60, 10).await;
    let refused = possible(exchange(&house, &pupil, &published.name, 130).await);
    assert_eq!(refused, ("EXCHANGE_UNEVEN".to_owned(), "120".to_owned()));
    let refused = possible(exchange(&house, &pupil, &published.name, 180).await);
    assert_eq!(refused, ("BALANCE_TOO_LOW".to_owned(), "150".to_owned()));
    let made = exchange(&house, &pupil, &published.name, 120).await.unwrap();
    let amounts: Vec<_> = made.iter().map(|one| (one.unit(), one.amount, one.kind())).collect();
    let expected = [
        (Unit::Minutes, 120, TransferKind::Exchange),
        (Unit::Points, 20, TransferKind::Exchange),
    ];
    assert_eq!(amounts, expected);
    assert!(made.iter().all(|one| one.batch == made[0].name));
    assert_eq!(
        (
            pupil.balance(&minutes).await,
            pupil.balance(&made[1].credit_account).await
        ),
        (30, 20)
    );
    for unit in [Unit::Minutes, Unit::Points] {
        let lines = secretary.trial_balance().await;
        let sum: i64 = lines
            .iter()
            .filter(|line| line.unit() == unit)
            .map(|line| line.balance)
            .sum();
        assert_eq!(sum, 0, "{lines:?}");
    }
}

#[tokio::test]
async fn a_newer_rate_replaces_the_one_before() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (pupil, _) = house.holder(&secretary, Unit::Minutes, 600).await;
    let first = publish(&house, &secretary, 60, 10).await;
    let second = publish(&house, &secretary, 60, 12).await;
    assert_eq!(reason(exchange(&house, &pupil, &first.name, 60).await), "RATE_REPLACED");
    let request = ListRatesRequest {
        parent: COMMUNITY.to_owned(),
    };
    let listed = pupil.exchange().list_rates(request).await.unwrap().into_inner();
    assert_eq!(listed.rates, std::slice::from_ref(&second));
    assert_eq!(exchange(&house, &pupil, &second.name, 60).await.unwrap()[1].amount, 12);
    assert_eq!(
        reason(pupil.exchange().publish_rate(rate(&house, 1, 1)).await),
        "PERMISSION_DENIED"
    );
    for (give, receive) in [(0, 1), (1, 0), (1_000_001, 1), (-1, 1)] {
        let asked = secretary.exchange().publish_rate(rate(&house, give, receive)).await;
        assert_eq!(reason(asked), "INVALID_REQUEST");
    }
    let mut money = rate(&house, 1, 1);
    money.rate.as_mut().unwrap().receive_unit = Unit::Fen.into();
    assert_eq!(
        reason(secretary.exchange().publish_rate(money).await),
        "INVALID_REQUEST"
    );
    let poor = house.resident();
    assert_eq!(
        reason(exchange(&house, &poor, &second.name, 60).await),
        "ACCOUNT_UNKNOWN"
    );
}
