use yihe_proto::ledger::v1::*;

use crate::harness::{COMMUNITY, House, OTHER_COMMUNITY, possible, reason, transfer};

#[tokio::test]
async fn everybody_has_one_account_for_a_unit_and_organizations_more_for_purposes() {
    let house = House::new().await;
    let resident = house.resident();
    let account = resident.open(&house, Unit::Minutes).await.unwrap();
    assert_eq!((account.kind(), account.balance), (AccountKind::Person, 0));
    assert_eq!((account.least_balance, account.most_balance), (Some(0), Some(90_000)));
    assert_eq!(reason(resident.open(&house, Unit::Minutes).await), "ACCOUNT_EXISTS");
    resident.open(&house, Unit::Points).await.unwrap();

    let school = house.unit("RESIDENT_UNIT/STAFF");
    let request = |purpose: &str| OpenAccountRequest {
        parent: COMMUNITY.to_owned(),
        account: Some(Account {
            owner: school.owner(),
            unit: Unit::Points.into(),
            purpose: purpose.to_owned(),
            ..Account::default()
        }),
        request_id: house.id(),
    };
    for purpose in ["", "half past four", "library"] {
        school.accounts().open_account(request(purpose)).await.unwrap();
    }
    let list = ListAccountsRequest {
        parent: COMMUNITY.to_owned(),
        ..ListAccountsRequest::default()
    };
    let own = school
        .accounts()
        .list_accounts(list.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(own.accounts.len(), 3);
    let all = house
        .secretary()
        .accounts()
        .list_accounts(list)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(all.accounts.len(), 5);
}

#[tokio::test]
async fn a_retried_opening_is_the_same_account() {
    let house = House::new().await;
    let resident = house.resident();
    let mut request = OpenAccountRequest {
        parent: COMMUNITY.to_owned(),
        account: Some(Account {
            owner: resident.owner(),
            unit: Unit::Minutes.into(),
            ..Account::default()
        }),
        request_id: house.id(),
    };
    let first = resident
        .accounts()
        .open_account(request.clone())
        .await
        .unwrap()
        .into_inner();
    let second = resident
        .accounts()
        .open_account(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(first, second);
    request.account.as_mut().unwrap().unit = Unit::Points.into();
    assert_eq!(
        reason(resident.accounts().open_account(request).await),
        "REQUEST_ID_REUSED"
    );
}

#[tokio::test]
async fn nobody_opens_or_sees_what_is_not_its_own() {
    let house = House::new().await;
    let (resident, other) = (house.resident(), house.resident());
    let account = resident.open(&house, Unit::Minutes).await.unwrap();
    assert_eq!(reason(other.account(&account.name).await), "PERMISSION_DENIED");
    let mut request = OpenAccountRequest {
        parent: COMMUNITY.to_owned(),
        account: Some(Account {
            owner: resident.owner(),
            unit: Unit::Points.into(),
            ..Account::default()
        }),
        request_id: house.id(),
    };
    assert_eq!(
        reason(other.accounts().open_account(request.clone()).await),
        "PERMISSION_DENIED"
    );
    request.parent = OTHER_COMMUNITY.to_owned();
    request.account.as_mut().unwrap().name = account.name.clone();
    let stranger = house.unit("RESIDENT_UNIT/STAFF");
    house.directory.leave(&stranger.owner());
    assert_eq!(
        reason(stranger.open(&house, Unit::Points).await),
        "ORGANIZATION_NOT_A_MEMBER"
    );
    let list = ListAccountsRequest {
        parent: COMMUNITY.to_owned(),
        ..ListAccountsRequest::default()
    };
    let seen = other.accounts().list_accounts(list).await.unwrap().into_inner();
    assert!(seen.accounts.is_empty(), "{seen:?}");
}

#[tokio::test]
async fn what_stands_beyond_a_new_limit_stays_and_nothing_goes_further() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (_, account) = house.holder(&secretary, Unit::Minutes, 100).await;
    let request = SetAccountLimitsRequest {
        name: account.clone(),
        most_balance: Some(90),
        ..SetAccountLimitsRequest::default()
    };
    let set = secretary
        .accounts()
        .set_account_limits(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!((set.balance, set.most_balance), (100, Some(90)));
    let refused = possible(secretary.issue(&house, &account, 1).await);
    assert_eq!(refused, ("BALANCE_TOO_HIGH".to_owned(), "0".to_owned()));
    let bad = SetAccountLimitsRequest {
        least_balance: 1,
        most_balance: Some(-1),
        ..request
    };
    assert_eq!(
        reason(secretary.accounts().set_account_limits(bad).await),
        "INVALID_REQUEST"
    );
}

#[tokio::test]
async fn an_account_is_closed_when_nothing_is_left() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (holder, account) = house.holder(&secretary, Unit::Points, 5).await;
    let (_, other) = house.holder(&secretary, Unit::Points, 0).await;
    let close = CloseAccountRequest { name: account.clone() };
    assert_eq!(
        reason(holder.accounts().close_account(close.clone()).await),
        "ACCOUNT_NOT_EMPTY"
    );
    holder
        .pay(&house, transfer(&account, &other, Unit::Points, 5))
        .await
        .unwrap();
    let closed = holder
        .accounts()
        .close_account(close.clone())
        .await
        .unwrap()
        .into_inner();
    assert!(closed.close_time.is_some());
    assert_eq!(reason(holder.accounts().close_account(close).await), "ACCOUNT_CLOSED");
    assert_eq!(reason(secretary.issue(&house, &account, 1).await), "ACCOUNT_CLOSED");
    let set = SetAccountLimitsRequest {
        name: account,
        ..SetAccountLimitsRequest::default()
    };
    assert_eq!(
        reason(secretary.accounts().set_account_limits(set).await),
        "ACCOUNT_CLOSED"
    );
}

#[tokio::test]
async fn nobody_touches_the_books_by_hand() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (_, account) = house.holder(&secretary, Unit::Minutes, 10).await;
    let issued = &secretary.postings(&account).await[0];
    let book = secretary.account(&issued.other_account).await.unwrap();
    assert_eq!((book.kind(), book.balance), (AccountKind::Issuance, -10));
    assert_eq!((book.least_balance, book.most_balance), (None, None));
    let limits = SetAccountLimitsRequest {
        name: book.name.clone(),
        ..SetAccountLimitsRequest::default()
    };
    assert_eq!(
        reason(secretary.accounts().set_account_limits(limits).await),
        "BOOK_ACCOUNT"
    );
    assert_eq!(reason(secretary.issue(&house, &book.name, 1).await), "BOOK_ACCOUNT");
}
