//! What the file service is told: who may read what belongs to an object, and who may add to it.

use tonic::Code;
use yihe_proto::ledger::v1::*;

use crate::funds::{contribute, fund, spend};
use crate::harness::{COMMUNITY, House, Party, transfer};

/// Whether a party may read and record.
async fn told(house: &House, name: &str, of: &Party) -> (bool, bool) {
    let service = house.service("file");
    let request = GetObjectFactsRequest {
        name: name.to_owned(),
        principal: of.principal.clone(),
        capacity: of.capacity.clone(),
    };
    let facts = service.objects().get_object_facts(request).await.unwrap().into_inner();
    assert_eq!(
        facts.exists,
        name.starts_with(COMMUNITY) && !name.contains("/00000000-"),
        "{name}"
    );
    (facts.readable, facts.recordable)
}

#[tokio::test]
async fn papers_of_a_fund_are_open_and_added_by_those_who_may_record() {
    let house = House::new().await;
    let (keeper, school) = (
        house.unit("SOCIAL_ORGANIZATION/STAFF"),
        house.unit("RESIDENT_UNIT/STAFF"),
    );
    let resident = house.resident();
    let fund = fund(&house, &keeper, AttributionRule::ProRata, 2_000_000).await;
    let paid = contribute(&house, &school, &fund.name, (&school, 3_000_000, ""))
        .await
        .unwrap();
    let lamps = spend(&house, &keeper, &fund.name, 1_234_567, "").await.unwrap();
    // whoever may pay in brings the voucher of it first
    for party in [&keeper, &school, &resident] {
        assert_eq!(told(&house, &fund.name, party).await, (true, true));
    }
    for (party, pays, spends) in [(&keeper, true, true), (&school, true, false), (&resident, false, false)] {
        assert_eq!(told(&house, &paid.name, party).await, (true, pays));
        assert_eq!(told(&house, &lamps.name, party).await, (true, spends));
    }
    let mut stranger = resident;
    stranger.principal = format!("users/{}", house.id());
    for name in [&fund.name, &paid.name, &lamps.name] {
        assert_eq!(told(&house, name, &stranger).await, (false, false), "{name}");
    }
}

#[tokio::test]
async fn papers_of_accounts_and_transfers_are_for_those_whose_they_are() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (payer, payers) = house.holder(&secretary, Unit::Points, 10).await;
    let (payee, payees) = house.holder(&secretary, Unit::Points, 0).await;
    let third = house.resident();
    let paid = payer
        .pay(&house, transfer(&payers, &payees, Unit::Points, 3))
        .await
        .unwrap();
    assert_eq!(told(&house, &payers, &payer).await, (true, true));
    for party in [&payee, &third] {
        assert_eq!(told(&house, &payers, party).await, (false, false));
    }
    assert_eq!(told(&house, &payers, &secretary).await, (true, false));
    for party in [&payer, &payee] {
        assert_eq!(told(&house, &paid.name, party).await, (true, true));
    }
    assert_eq!(told(&house, &paid.name, &third).await, (false, false));
}

#[tokio::test]
async fn papers_of_services_and_goods_follow_them() {
    let house = House::new().await;
    let (giver, receiver, third) = (house.resident(), house.resident(), house.resident());
    let request = RecordServiceRequest {
        parent: COMMUNITY.to_owned(),
        service_record: Some(ServiceRecord {
            givers: vec![ServiceGiver {
                user: giver.principal.clone(),
                ..ServiceGiver::default()
            }],
            receiver: receiver.principal.clone(),
            minutes: 90,
            summary: "cleared a drain".to_owned(),
            ..ServiceRecord::default()
        }),
        request_id: house.id(),
    };
    let record = giver.services().record_service(request).await.unwrap().into_inner();
    for party in [&giver, &receiver] {
        assert_eq!(told(&house, &record.name, party).await, (true, true));
    }
    assert_eq!(told(&house, &record.name, &third).await, (false, false));
    let shop = house.unit("RESIDENT_UNIT/STAFF");
    let request = CreateGoodRequest {
        parent: COMMUNITY.to_owned(),
        good: Some(Good {
            title: "a bottle of oil".to_owned(),
            unit: Unit::Points.into(),
            price: 3,
            stock: 1,
            ..Good::default()
        }),
        request_id: house.id(),
    };
    let good = shop.goods().create_good(request).await.unwrap().into_inner();
    assert_eq!(told(&house, &good.name, &shop).await, (true, true));
    assert_eq!(told(&house, &good.name, &third).await, (true, false));
}

#[tokio::test]
async fn what_is_not_there_is_told_to_the_file_service_alone() {
    let house = House::new().await;
    let secretary = house.secretary();
    for collection in [
        "funds",
        "accounts",
        "transfers",
        "goods",
        "serviceRecords",
        "redemptions",
        "rates",
    ] {
        let name = format!("{COMMUNITY}/{collection}/00000000-7e1e-7c3a-9b3e-2f6d8c1a4e80");
        assert_eq!(told(&house, &name, &secretary).await, (false, false));
    }
    for part in ["contributions", "expenses"] {
        let fund = format!("{COMMUNITY}/funds/00000000-7e1e-7c3a-9b3e-2f6d8c1a4e80");
        let name = format!("{fund}/{part}/00000000-7e1e-7c3a-9b3e-2f6d8c1a4e81");
        assert_eq!(told(&house, &name, &secretary).await, (false, false));
    }
    let request = GetObjectFactsRequest {
        name: format!("{COMMUNITY}/goods/{}", house.id()),
        principal: secretary.principal.clone(),
        capacity: secretary.capacity.clone(),
    };
    for other in [&secretary, &house.service("meeting")] {
        let refused = other.objects().get_object_facts(request.clone()).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
    }
}
