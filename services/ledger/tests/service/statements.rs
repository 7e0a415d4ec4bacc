use yihe_kernel::Timestamp;
use yihe_proto::ledger::v1::*;

use crate::harness::{House, reason, transfer};

#[tokio::test]
async fn a_balance_is_known_at_every_instant() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (holder, account) = house.holder(&secretary, Unit::Minutes, 0).await;
    let mut instants = Vec::new();
    for _ in 0..5 {
        house.clock.advance_seconds(60);
        let issued = secretary.issue(&house, &account, 10).await.unwrap();
        instants.push(Timestamp::from_proto(&issued.create_time.unwrap()).unwrap());
    }
    let at = |instant: Timestamp| GetBalanceRequest {
        name: account.clone(),
        at_time: Some(instant.to_proto()),
    };
    for (place, instant) in (1..).zip(&instants) {
        let then = holder
            .statements()
            .get_balance(at(*instant))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(then.balance, place * 10);
        let before = at(Timestamp::from_micros(instant.micros() - 1));
        let before = holder.statements().get_balance(before).await.unwrap().into_inner();
        assert_eq!(before.balance, (place - 1) * 10);
    }
    let book = secretary.postings(&account).await.remove(0).other_account;
    let of_book = GetBalanceRequest {
        name: book,
        at_time: Some(instants[2].to_proto()),
    };
    let then = secretary.statements().get_balance(of_book).await.unwrap().into_inner();
    assert_eq!(then.balance, -30);
}

#[tokio::test]
async fn a_statement_goes_page_by_page_without_gaps() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (holder, account) = house.holder(&secretary, Unit::Points, 1000).await;
    let (_, other) = house.holder(&secretary, Unit::Points, 0).await;
    for amount in 1..=20 {
        holder
            .pay(&house, transfer(&account, &other, Unit::Points, amount))
            .await
            .unwrap();
    }
    let postings = holder.postings(&account).await;
    let numbers: Vec<_> = postings.iter().map(|posting| posting.sequence).collect();
    assert_eq!(numbers, (1..=21).rev().collect::<Vec<_>>());
    assert_eq!(postings[0].balance, 1000 - 210);
    // the issuance account is kept in parts; its statement leaves none out
    let book = &postings[20].other_account;
    for _ in 0..20 {
        secretary.issue(&house, &other, 3).await.unwrap();
    }
    let lines = secretary.postings(book).await;
    assert_eq!(lines.len(), 21);
    assert_eq!(
        lines.iter().map(|line| line.amount).sum::<i64>(),
        secretary.balance(book).await
    );
}

#[tokio::test]
async fn a_statement_is_exported_for_a_spreadsheet() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (holder, account) = house.holder(&secretary, Unit::Points, 9).await;
    let (stranger, other) = house.holder(&secretary, Unit::Points, 0).await;
    let formula = Transfer {
        memo: "=1+2, \"x\"".to_owned(),
        ..transfer(&account, &other, Unit::Points, 4)
    };
    holder.pay(&house, formula).await.unwrap();
    let request = ExportStatementRequest {
        name: account,
        ..ExportStatementRequest::default()
    };
    let csv = holder
        .statements()
        .export_statement(request.clone())
        .await
        .unwrap()
        .into_inner()
        .csv;
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(lines.len(), 3, "{csv}");
    assert!(lines[0].starts_with("sequence,post_time,amount,balance,"), "{csv}");
    assert!(lines[1].starts_with("1,2026-03-02T01:00:0"), "{csv}");
    assert!(lines[2].contains("\"'=1+2, \"\"x\"\"\""), "{csv}");
    assert_eq!(
        reason(stranger.statements().export_statement(request).await),
        "PERMISSION_DENIED"
    );
}

#[tokio::test]
async fn the_books_stand_when_the_process_comes_back() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (_, account) = house.holder(&secretary, Unit::Minutes, 10).await;
    let house = house.again().await;
    assert!(house.folder().join("ledger.db").is_file());
    let secretary = house.secretary();
    assert_eq!(secretary.balance(&account).await, 10);
    assert_eq!(secretary.trial_balance().await.len(), 2);
}
