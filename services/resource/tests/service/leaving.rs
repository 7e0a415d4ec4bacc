//! A member leaves the community: what it promised and was promised ends, once, and others get what comes free.

use std::time::Duration;

use yihe_proto::resource::v1::*;

use crate::harness::{Feeds, House, PARENT, Party, reason, told};
use crate::listings::{accept, claim_need, claim_offer, counts, devices, hours, need, offer};
use crate::teller::Teller;

const LEFT: &str = "yihe.directory.v1.MembershipEnded";
const EVENING: (&str, &str) = ("2026-03-03T19:00", "2026-03-03T21:00");
const LATER: (&str, &str) = ("2026-03-04T19:00", "2026-03-04T21:00");

async fn tell(teller: &Teller, house: &House, left: &Party) {
    let subject = format!("{PARENT}/memberships/{}", left.organization);
    teller.tell(house, LEFT, &subject, Vec::new()).await;
}

async fn following(house: House, teller: &Teller) -> House {
    let feeds = Feeds {
        directory: teller.feed(),
        ..Feeds::default()
    };
    house.again(feeds).await
}

async fn until(party: &Party, booking: &Booking, state: BookingState) -> Booking {
    for _ in 0..200 {
        let found = party.get(booking).await.unwrap();
        if found.state() == state {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never {state:?}: {:?}", party.get(booking).await);
}

async fn claim(party: &Party, claim: &Claim) -> Claim {
    let name = claim.name.clone();
    told(party.claims().get_claim(GetClaimRequest { name })).await.unwrap()
}

/// How often each kind of event was told since a number of them.
async fn told_since(house: &House, before: usize) -> Vec<String> {
    let events = house.started.feed.after(0, u64::from(u32::MAX)).await.unwrap();
    let mut kinds: Vec<_> = events[before..].iter().map(|event| event.kind.clone()).collect();
    kinds.sort_unstable();
    kinds
}

async fn told_so_far(house: &House) -> usize {
    house.started.feed.after(0, u64::from(u32::MAX)).await.unwrap().len()
}

pub async fn school_leaves(house: House) {
    let teller = Teller::new(&house).await;
    let (center, school) = (house.center(), house.unit("学校"));
    let (station, company) = (house.unit("车站"), house.unit("公司"));
    let hall = center.hall(1, BookingRules::default()).await;
    let gym = school.hall(1, BookingRules::default()).await;
    let evening = school.book(&hall, EVENING.0, EVENING.1).await.unwrap();
    let waiting = station.queue(&hall, EVENING.0, EVENING.1).await.unwrap();
    let begun = school
        .book(&hall, "2026-03-02T10:00", "2026-03-02T12:00")
        .await
        .unwrap();
    let in_gym = company.book(&gym, EVENING.0, EVENING.1).await.unwrap();
    let hoping = station.queue(&gym, EVENING.0, EVENING.1).await.unwrap();

    let wanted = need(&station, hours(100)).await.unwrap();
    let promised = claim_need(&school, &wanted, 80).await.unwrap();
    accept(&station, &promised).await.unwrap();
    let proposed = claim_need(&school, &wanted, 5).await.unwrap();
    let others = claim_need(&company, &wanted, 20).await.unwrap();
    accept(&station, &others).await.unwrap();
    let computers = offer(&school, devices(10)).await.unwrap();
    let asked = claim_offer(&station, &computers, 2).await.unwrap();
    let given = claim_offer(&company, &computers, 3).await.unwrap();
    accept(&school, &given).await.unwrap();
    let own_need = need(&school, hours(3)).await.unwrap();

    house.set("2026-03-02T11:00");
    let before = told_so_far(&house).await;
    tell(&teller, &house, &school).await;
    // it came back before anybody heard that it had left
    house.clock.advance_seconds(60);
    let since = school.book(&hall, LATER.0, LATER.1).await.unwrap();
    let house = following(house, &teller).await;
    let meet = |party: &Party| house.meet_again(party);
    let (center, school, station, company) = (meet(&center), meet(&school), meet(&station), meet(&company));

    let cancelled = until(&center, &evening, BookingState::Cancelled).await;
    assert!(cancelled.note.contains("单位已退出本社区"), "{cancelled:?}");
    until(&station, &waiting, BookingState::Confirmed).await;
    for (party, kept) in [(&school, &begun), (&school, &since)] {
        assert_eq!(party.get(kept).await.unwrap().state(), BookingState::Confirmed);
    }
    for (party, ended) in [(&company, &in_gym), (&station, &hoping)] {
        until(party, ended, BookingState::Cancelled).await;
    }
    assert_eq!(reason(company.book(&gym, LATER.0, LATER.1).await), "BOOKABLE_ENDED");
    assert_eq!(counts(&station, &wanted).await, (100, 20, 0, 80));
    for (party, one, state) in [
        (&station, &promised, ClaimState::Withdrawn),
        (&station, &proposed, ClaimState::Withdrawn),
        (&company, &others, ClaimState::Accepted),
        (&station, &asked, ClaimState::Declined),
        (&company, &given, ClaimState::Withdrawn),
    ] {
        assert_eq!(claim(party, one).await.state(), state, "{one:?}");
    }
    let name = own_need.name.clone();
    let ended = told(school.needs().get_need(GetNeedRequest { name })).await.unwrap();
    assert!(ended.close_time.is_some());
    assert_eq!(reason(claim_offer(&station, &computers, 1).await), "LISTING_ENDED");
    let once = told_since(&house, before).await;

    // told again, as another event: nothing is left to end but what was booked since
    tell(&teller, &house, &school).await;
    until(&center, &since, BookingState::Cancelled).await;
    assert_eq!(told_since(&house, before).await.len(), once.len() + 1);
    let mut expected = vec![
        "BookableEnded",
        "BookingCancelled",
        "BookingCancelled",
        "BookingCancelled",
        "BookingMade",
        "BookingPromoted",
        "ClaimDeclined",
        "ClaimWithdrawn",
        "ClaimWithdrawn",
        "ClaimWithdrawn",
        "NeedEnded",
        "OfferEnded",
    ];
    expected.sort_unstable();
    let expected: Vec<_> = expected.iter().map(|kind| format!("yihe.resource.v1.{kind}")).collect();
    assert_eq!(once, expected);
}

#[tokio::test]
async fn what_a_member_that_leaves_left_behind_ends_once_and_others_move_up() {
    school_leaves(House::new().await).await;
}

#[tokio::test]
async fn who_leaves_another_community_leaves_nothing_here() {
    let house = House::new().await;
    let teller = Teller::new(&house).await;
    let (center, school, station) = (house.center(), house.unit("学校"), house.unit("车站"));
    let hall = center.hall(1, BookingRules::default()).await;
    let evening = school.book(&hall, EVENING.0, EVENING.1).await.unwrap();
    let later = station.book(&hall, LATER.0, LATER.1).await.unwrap();
    let elsewhere = format!("{}/memberships/{}", crate::harness::ELSEWHERE, school.organization);
    house.clock.advance_seconds(60);
    teller.tell(&house, LEFT, &elsewhere, Vec::new()).await;
    tell(&teller, &house, &station).await;
    let house = following(house, &teller).await;
    until(&house.meet_again(&station), &later, BookingState::Cancelled).await;
    let kept = house.meet_again(&school).get(&evening).await.unwrap();
    assert_eq!(kept.state(), BookingState::Confirmed);
}
