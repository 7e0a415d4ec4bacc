//! Nothing leaks through the record that its own service would refuse.

use yihe_proto::policy::v1::{Condition, Effect};
use yihe_proto::record::v1::{EventFilter, GetEventRequest, SubscribeRequest};

use crate::harness::{COMMUNITY, House, PARENT, Party, reason, told, types};

const BALLOT: &str = "yihe.meeting.v1.BallotCast";
const BOOKED: &str = "yihe.resource.v1.BookingMade";
const APPROVED: &str = "yihe.resource.v1.BookingApproved";
const HALL: &str = "yihe.resource.v1.BookableCreated";
const NEED: &str = "yihe.resource.v1.NeedCreated";
const UNKNOWN: &str = "yihe.meeting.v1.SomethingNew";

async fn seen(party: &Party) -> Vec<String> {
    let events = party.events(EventFilter::default()).await;
    types(&events).into_iter().map(str::to_owned).collect()
}

/// A hall of one unit, booked by another and by a resident.
struct Hall {
    house: House,
    secretary: Party,
    owner: Party,
    booker: Party,
    resident: Party,
    other: Party,
}

async fn hall() -> Hall {
    let house = House::new().await;
    let hall = Hall {
        secretary: house.secretary(),
        owner: house.unit(),
        booker: house.unit(),
        resident: house.resident(),
        other: house.unit(),
        house,
    };
    let (house, name) = (&hall.house, hall.house.name("bookables"));
    house.tell(HALL, &name, &hall.owner).await;
    let (of_unit, of_resident) = (house.name("bookings"), house.name("bookings"));
    house
        .tell_in(Some(COMMUNITY), BOOKED, &of_unit, &name, &hall.booker)
        .await;
    house
        .tell_in(Some(COMMUNITY), BOOKED, &of_resident, &name, &hall.resident)
        .await;
    house
        .tell_in(Some(COMMUNITY), APPROVED, &of_unit, &name, &hall.owner)
        .await;
    house.recorded(&hall.secretary, 4).await;
    hall
}

#[tokio::test]
async fn a_booking_is_seen_by_who_made_it_by_whose_hall_it_is_and_by_the_core() {
    let hall = hall().await;
    let all = ["BookableCreated", "BookingMade", "BookingMade", "BookingApproved"];
    assert_eq!(seen(&hall.secretary).await, all);
    assert_eq!(seen(&hall.owner).await, all);
    assert_eq!(
        seen(&hall.booker).await,
        ["BookableCreated", "BookingMade", "BookingApproved"]
    );
    assert_eq!(seen(&hall.resident).await, ["BookableCreated", "BookingMade"]);
    assert_eq!(seen(&hall.other).await, ["BookableCreated"]);
    let of_others = hall.owner.events(EventFilter::default()).await;
    let told: Vec<bool> = of_others.iter().map(|event| !event.actor.is_empty()).collect();
    assert_eq!(
        told,
        [true, false, false, true],
        "who acted is told to strangers to the act"
    );
}

#[tokio::test]
async fn a_rule_that_denies_on_what_is_not_known_here_denies() {
    let hall = hall().await;
    let before = seen(&hall.owner).await;
    // only the resource service knows who serves what: it might deny, so nothing is shown
    hall.house
        .policy
        .rule("*/*", "resource.booking.get", Effect::Deny, Condition::Serves);
    assert_eq!(before.len(), 4);
    assert_eq!(seen(&hall.owner).await, ["BookableCreated"]);
    assert_eq!(seen(&hall.booker).await, ["BookableCreated"]);
}

#[tokio::test]
async fn a_denial_of_ones_own_holds_for_ones_own_alone() {
    let hall = hall().await;
    hall.house
        .policy
        .rule("*/*", "resource.booking.get", Effect::Deny, Condition::Caller);
    assert_eq!(seen(&hall.booker).await, ["BookableCreated"]);
    assert_eq!(seen(&hall.owner).await.len(), 4);
}

#[tokio::test]
async fn a_ballot_is_hidden_from_members_and_a_type_that_is_not_known_from_all_but_the_core() {
    let house = House::new().await;
    let (secretary, member) = (house.secretary(), house.unit());
    let meeting = house.name("meetings");
    let ballot = format!("{meeting}/votes/{0}/ballots/{0}", house.ids.next::<uuid::Uuid>());
    house.tell_in(Some(COMMUNITY), BALLOT, &ballot, &meeting, &member).await;
    house.tell(UNKNOWN, &meeting, &member).await;
    house.tell(NEED, &house.name("needs"), &member).await;
    let all = house.recorded(&secretary, 3).await;
    let shown = member.events(EventFilter::default()).await;
    assert_eq!(types(&shown), ["NeedCreated"]);
    for hidden in all.iter().filter(|event| event.r#type != NEED) {
        let request = GetEventRequest {
            name: hidden.name.clone(),
        };
        let refused = told(member.record().get_event(request)).await;
        assert_eq!(reason(refused), "RESOURCE_NOT_FOUND");
        let named = EventFilter {
            types: vec![hidden.r#type.clone()],
            subject: hidden.subject.clone(),
            ..Default::default()
        };
        assert!(member.events(named).await.is_empty());
    }
    let request = SubscribeRequest {
        parent: PARENT.to_owned(),
        ..Default::default()
    };
    let mut stream = told(member.record().subscribe(request)).await.unwrap();
    let first = stream.message().await.unwrap().unwrap();
    assert_eq!(types(&first.events), ["NeedCreated"]);
}

#[tokio::test]
async fn what_somebody_did_for_an_organization_is_not_its_own() {
    let hall = hall().await;
    let alone = hall.booker.alone();
    assert_eq!(seen(&alone).await, ["BookableCreated"]);
}
