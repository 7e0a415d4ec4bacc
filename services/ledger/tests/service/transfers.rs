use yihe_proto::ledger::v1::*;

use crate::harness::{COMMUNITY, House, OTHER_COMMUNITY, possible, reason, transfer};

#[tokio::test]
async fn what_one_gives_the_other_has() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (giver, from) = house.holder(&secretary, Unit::Minutes, 120).await;
    let (taker, to) = house.holder(&secretary, Unit::Minutes, 0).await;
    let made = giver
        .pay(&house, transfer(&from, &to, Unit::Minutes, 45))
        .await
        .unwrap();
    assert_eq!(
        (made.state(), made.posted_amount, made.kind()),
        (TransferState::Posted, 45, TransferKind::Payment)
    );
    assert_eq!((giver.balance(&from).await, taker.balance(&to).await), (75, 45));
    let lines = secretary.trial_balance().await;
    assert_eq!(lines.iter().map(|line| line.balance).sum::<i64>(), 0, "{lines:?}");
    let request = GetTransferRequest {
        name: made.name.clone(),
    };
    assert_eq!(
        taker
            .transfers()
            .get_transfer(request.clone())
            .await
            .unwrap()
            .into_inner(),
        made
    );
    let stranger = house.resident();
    assert_eq!(
        reason(stranger.transfers().get_transfer(request).await),
        "PERMISSION_DENIED"
    );
    let events = house.started.feed.after(0, 100).await.unwrap();
    assert!(
        events
            .iter()
            .any(|event| event.kind.ends_with("TransferPosted") && event.subject == made.name)
    );
}

#[tokio::test]
async fn the_same_request_has_one_effect() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (giver, from) = house.holder(&secretary, Unit::Points, 100).await;
    let (_, to) = house.holder(&secretary, Unit::Points, 0).await;
    let mut request = CreateTransfersRequest {
        parent: COMMUNITY.to_owned(),
        transfers: vec![transfer(&from, &to, Unit::Points, 30)],
        request_id: house.id(),
        validate_only: false,
    };
    let calls = (0..8).map(|_| {
        let (mut client, request) = (giver.transfers(), request.clone());
        async move { client.create_transfers(request).await.unwrap().into_inner() }
    });
    let answers = futures::future::join_all(calls).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(giver.balance(&from).await, 70);
    request.transfers[0].amount = 31;
    assert_eq!(
        reason(giver.transfers().create_transfers(request.clone()).await),
        "REQUEST_ID_REUSED"
    );
    request.request_id.clear();
    assert_eq!(
        reason(giver.transfers().create_transfers(request).await),
        "INVALID_REQUEST"
    );
    assert_eq!(giver.balance(&from).await, 70);
}

#[tokio::test]
async fn linked_transfers_are_made_all_or_none() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (giver, from) = house.holder(&secretary, Unit::Points, 100).await;
    let (_, first) = house.holder(&secretary, Unit::Points, 0).await;
    let (_, second) = house.holder(&secretary, Unit::Points, 0).await;
    let two = |amount| {
        vec![
            transfer(&from, &first, Unit::Points, 60),
            transfer(&from, &second, Unit::Points, amount),
        ]
    };
    let refused = possible(giver.send(&house, two(41)).await);
    assert_eq!(refused, ("BALANCE_TOO_LOW".to_owned(), "40".to_owned()));
    assert_eq!(giver.balance(&from).await, 100);
    let made = giver.send(&house, two(40)).await.unwrap();
    assert!(made.iter().all(|one| one.batch == made[0].name));
    assert_eq!(giver.balance(&from).await, 0);
    let postings = giver.postings(&from).await;
    let told: Vec<_> = postings
        .iter()
        .map(|posting| (posting.sequence, posting.amount, posting.balance))
        .collect();
    assert_eq!(told, [(3, -40, 0), (2, -60, 40), (1, 100, 100)]);
}

#[tokio::test]
async fn bad_transfers_are_refused_with_the_reason() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (giver, from) = house.holder(&secretary, Unit::Points, 100).await;
    let (_, to) = house.holder(&secretary, Unit::Points, 0).await;
    let (_, minutes) = house.holder(&secretary, Unit::Minutes, 0).await;
    for amount in [0, -1, i64::MIN, i64::MAX, 1_000_000_000_000_001] {
        let sent = giver.pay(&house, transfer(&from, &to, Unit::Points, amount)).await;
        assert_eq!(reason(sent), "INVALID_REQUEST", "{amount}");
    }
    let sent = giver.pay(&house, transfer(&from, &from, Unit::Points, 1)).await;
    assert_eq!(reason(sent), "SAME_ACCOUNT");
    let sent = giver.pay(&house, transfer(&from, &minutes, Unit::Points, 1)).await;
    assert_eq!(reason(sent), "UNITS_MIXED");
    let sent = giver.pay(&house, transfer(&from, "", Unit::Points, 1)).await;
    assert_eq!(reason(sent), "INVALID_REQUEST");
    let elsewhere = to.replace(COMMUNITY, OTHER_COMMUNITY);
    let sent = giver.pay(&house, transfer(&from, &elsewhere, Unit::Points, 1)).await;
    assert_eq!(reason(sent), "TWO_COMMUNITIES");
    let nowhere = format!("{COMMUNITY}/accounts/{}", house.id());
    let sent = giver.pay(&house, transfer(&from, &nowhere, Unit::Points, 1)).await;
    assert_eq!(reason(sent), "ACCOUNT_UNKNOWN");
    let sent = giver.pay(&house, transfer(&nowhere, &to, Unit::Points, 1)).await;
    assert_eq!(reason(sent), "PERMISSION_DENIED");
    let sent = giver.pay(&house, transfer(&to, &from, Unit::Points, 1)).await;
    assert_eq!(reason(sent), "PERMISSION_DENIED");
    let sent = giver.pay(&house, transfer(&from, &to, Unit::Points, 101)).await;
    assert_eq!(possible(sent), ("BALANCE_TOO_LOW".to_owned(), "100".to_owned()));
    assert_eq!(reason(giver.send(&house, Vec::new()).await), "PERMISSION_DENIED");
    let kind = Transfer {
        kind: TransferKind::Issue.into(),
        ..transfer(&from, &to, Unit::Points, 1)
    };
    assert_eq!(reason(giver.pay(&house, kind).await), "INVALID_REQUEST");
    assert_eq!(giver.balance(&from).await, 100);
}

#[tokio::test]
async fn a_trial_says_what_would_happen_and_leaves_nothing() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (giver, from) = house.holder(&secretary, Unit::Points, 10).await;
    let (_, to) = house.holder(&secretary, Unit::Points, 0).await;
    let request = |amounts: &[i64]| CreateTransfersRequest {
        parent: COMMUNITY.to_owned(),
        transfers: amounts
            .iter()
            .map(|amount| transfer(&from, &to, Unit::Points, *amount))
            .collect(),
        request_id: house.id(),
        validate_only: true,
    };
    giver.transfers().create_transfers(request(&[4, 6])).await.unwrap();
    let refused = possible(giver.transfers().create_transfers(request(&[4, 7])).await);
    assert_eq!(refused, ("BALANCE_TOO_LOW".to_owned(), "6".to_owned()));
    assert_eq!(giver.balance(&from).await, 10);
}

#[tokio::test]
async fn no_money_moves_without_a_voucher() {
    let house = House::new().await;
    let school = house.unit("RESIDENT_UNIT/STAFF");
    let account = school.open(&house, Unit::Fen).await.unwrap().name;
    let receipt = |voucher: &str| Transfer {
        voucher: voucher.to_owned(),
        ..transfer("", &account, Unit::Fen, 3_000_000)
    };
    assert_eq!(reason(school.pay(&house, receipt("")).await), "VOUCHER_REQUIRED");
    let unknown = format!("{COMMUNITY}/files/{}", house.id());
    assert_eq!(reason(school.pay(&house, receipt(&unknown)).await), "VOUCHER_UNKNOWN");
    let voucher = house.voucher();
    let made = school.pay(&house, receipt(&voucher)).await.unwrap();
    assert!(house.files.is_retained(&voucher));
    assert_eq!((made.voucher, school.balance(&account).await), (voucher, 3_000_000));
    let secretary = house.secretary();
    assert_eq!(
        reason(secretary.issue(&house, &account, 1).await),
        "MONEY_IS_NOT_ISSUED"
    );
    let lines = secretary.trial_balance().await;
    assert_eq!(lines.iter().map(|line| line.balance).sum::<i64>(), 0, "{lines:?}");
}

#[tokio::test]
async fn what_is_for_donation_is_only_donated() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (giver, from) = house.holder(&secretary, Unit::Minutes, 60).await;
    let (_, to) = house.holder(&secretary, Unit::Minutes, 0).await;
    let limits = SetAccountLimitsRequest {
        name: from.clone(),
        donate_only: true,
        ..SetAccountLimitsRequest::default()
    };
    secretary.accounts().set_account_limits(limits).await.unwrap();
    let gift = transfer(&from, &to, Unit::Minutes, 20);
    assert_eq!(reason(giver.pay(&house, gift.clone()).await), "DONATE_ONLY");
    let gift = Transfer {
        kind: TransferKind::Donation.into(),
        ..gift
    };
    giver.pay(&house, gift).await.unwrap();
    assert_eq!(giver.balance(&from).await, 40);
}

#[tokio::test]
async fn administrators_correct_by_a_new_transfer_and_once() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (holder, account) = house.holder(&secretary, Unit::Minutes, 0).await;
    let (_, other) = house.holder(&secretary, Unit::Minutes, 0).await;
    let wrong = secretary.issue(&house, &account, 60).await.unwrap();
    holder
        .pay(&house, transfer(&account, &other, Unit::Minutes, 1))
        .await
        .unwrap();
    // what has been spent cannot be taken back
    let refused = possible(secretary.correct(&house, &wrong.name).await);
    assert_eq!(refused, ("BALANCE_TOO_LOW".to_owned(), "59".to_owned()));
    secretary.issue(&house, &account, 1).await.unwrap();
    let correction = secretary.correct(&house, &wrong.name).await.unwrap();
    assert_eq!(
        (correction.kind(), &correction.corrects),
        (TransferKind::Correction, &wrong.name)
    );
    let request = GetTransferRequest {
        name: wrong.name.clone(),
    };
    let still = secretary.transfers().get_transfer(request).await.unwrap().into_inner();
    assert_eq!(still.corrected_by, correction.name);
    assert_eq!(
        Transfer {
            corrected_by: String::new(),
            ..still
        },
        wrong
    );
    assert_eq!(
        reason(secretary.correct(&house, &wrong.name).await),
        "ALREADY_CORRECTED"
    );
    assert_eq!(
        reason(secretary.correct(&house, &correction.name).await),
        "TRANSFER_KIND"
    );
    assert_eq!(
        (holder.balance(&account).await, holder.postings(&account).await.len()),
        (0, 4)
    );
}

#[tokio::test]
async fn clients_do_not_issue_or_correct() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (_, account) = house.holder(&secretary, Unit::Minutes, 1).await;
    let client = house.party(
        &format!("clients/{}", house.id()),
        &secretary.owner(),
        "PARTY_COMMITTEE/CLIENT",
    );
    assert_eq!(reason(client.issue(&house, &account, 1).await), "PERSONS_ONLY");
    let name = secretary.postings(&account).await.remove(0).transfer;
    assert_eq!(reason(client.correct(&house, &name).await), "PERSONS_ONLY");
}
