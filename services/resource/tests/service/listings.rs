use tonic::Status;
use yihe_proto::resource::v1::*;

use crate::harness::{House, PARENT, Party, detail, fields, reason, told};

pub fn hours(quantity: i64) -> Need {
    Need {
        category: "people.volunteers".to_owned(),
        title: "文明劝导志愿者".to_owned(),
        quantity,
        unit: QuantityUnit::Hour.into(),
        place: "北站东广场".to_owned(),
        ..Need::default()
    }
}

pub fn devices(quantity: i64) -> Offer {
    Offer {
        category: "equipment.computers".to_owned(),
        title: "笔记本电脑".to_owned(),
        quantity,
        unit: QuantityUnit::Piece.into(),
        ..Offer::default()
    }
}

pub async fn need(party: &Party, need: Need) -> Result<Need, Status> {
    let request = CreateNeedRequest {
        parent: PARENT.to_owned(),
        need: Some(need),
        request_id: String::new(),
    };
    told(party.needs().create_need(request)).await
}

pub async fn offer(party: &Party, offer: Offer) -> Result<Offer, Status> {
    let request = CreateOfferRequest {
        parent: PARENT.to_owned(),
        offer: Some(offer),
        request_id: String::new(),
    };
    told(party.offers().create_offer(request)).await
}

fn quantity(quantity: i64) -> Option<Claim> {
    Some(Claim {
        quantity,
        note: "学生志愿服务".to_owned(),
        ..Claim::default()
    })
}

pub async fn claim_need(party: &Party, need: &Need, units: i64) -> Result<Claim, Status> {
    let request = ClaimNeedRequest {
        name: need.name.clone(),
        claim: quantity(units),
        request_id: String::new(),
    };
    told(party.claims().claim_need(request)).await
}

pub async fn claim_offer(party: &Party, offer: &Offer, units: i64) -> Result<Claim, Status> {
    let request = ClaimOfferRequest {
        name: offer.name.clone(),
        claim: quantity(units),
        request_id: String::new(),
    };
    told(party.claims().claim_offer(request)).await
}

pub async fn accept(party: &Party, claim: &Claim) -> Result<Claim, Status> {
    let name = claim.name.clone();
    told(party.claims().accept_claim(AcceptClaimRequest { name })).await
}

async fn withdraw(party: &Party, claim: &Claim) -> Result<Claim, Status> {
    let (name, reason) = (claim.name.clone(), "另有安排".to_owned());
    told(party.claims().withdraw_claim(WithdrawClaimRequest { name, reason })).await
}

async fn decline(party: &Party, claim: &Claim) -> Result<Claim, Status> {
    let (name, reason) = (claim.name.clone(), "已有他人".to_owned());
    told(party.claims().decline_claim(DeclineClaimRequest { name, reason })).await
}

async fn fulfil(party: &Party, claim: &Claim, delivered_quantity: i64) -> Result<Claim, Status> {
    let name = claim.name.clone();
    let request = FulfilClaimRequest {
        name,
        delivered_quantity,
    };
    told(party.claims().fulfil_claim(request)).await
}

/// Requested, committed, delivered, open.
pub async fn counts(party: &Party, need: &Need) -> (i64, i64, i64, i64) {
    let name = need.name.clone();
    let need = told(party.needs().get_need(GetNeedRequest { name })).await.unwrap();
    (
        need.quantity,
        need.committed_quantity,
        need.delivered_quantity,
        need.open_quantity,
    )
}

/// The station needs 100 hours; the school claims 80, a company 20.
#[tokio::test]
async fn a_need_is_claimed_in_parts_and_shows_what_is_open() {
    let house = House::new().await;
    let (station, school, company) = (house.unit("车站"), house.unit("学校"), house.unit("公司"));
    let wanted = need(&station, hours(100)).await.unwrap();
    assert_eq!((wanted.urgency(), wanted.open_quantity), (Urgency::Normal, 100));
    let of_school = claim_need(&school, &wanted, 80).await.unwrap();
    assert_eq!(
        (of_school.state(), of_school.need.as_str()),
        (ClaimState::Proposed, wanted.name.as_str())
    );
    assert_eq!(counts(&station, &wanted).await, (100, 0, 0, 100));
    assert_eq!(reason(accept(&school, &of_school).await), "PERMISSION_DENIED");
    assert_eq!(
        accept(&station, &of_school).await.unwrap().state(),
        ClaimState::Accepted
    );
    assert_eq!(counts(&station, &wanted).await, (100, 80, 0, 20));
    let too_much = claim_need(&company, &wanted, 21).await;
    assert_eq!(detail(&too_much, "open"), "20");
    assert_eq!(reason(too_much), "CLAIM_ABOVE_OPEN");
    let of_company = claim_need(&company, &wanted, 20).await.unwrap();
    accept(&station, &of_company).await.unwrap();
    assert_eq!(counts(&school, &wanted).await, (100, 100, 0, 0));
    // 60 of the 80 hours came: the other 20 are open again
    assert_eq!(reason(fulfil(&school, &of_school, 60).await), "NOT_THE_RECEIVER");
    let above = fulfil(&station, &of_school, 81).await;
    assert_eq!(detail(&above, "claimed"), "80");
    assert_eq!(reason(above), "DELIVERED_ABOVE_CLAIMED");
    let fulfilled = fulfil(&station, &of_school, 60).await.unwrap();
    assert_eq!(
        (fulfilled.state(), fulfilled.delivered_quantity),
        (ClaimState::Fulfilled, 60)
    );
    assert_eq!(counts(&station, &wanted).await, (100, 20, 60, 20));
    withdraw(&company, &of_company).await.unwrap();
    assert_eq!(counts(&station, &wanted).await, (100, 0, 60, 40));
    assert_eq!(reason(withdraw(&company, &of_company).await), "CLAIM_STATE");
    assert_eq!(reason(accept(&station, &of_company).await), "CLAIM_STATE");
}

#[tokio::test]
async fn an_offer_is_claimed_by_those_who_would_have_it() {
    let house = House::new().await;
    let (company, school) = (house.unit("公司"), house.unit("学校"));
    let given = offer(&company, devices(10)).await.unwrap();
    assert_eq!(reason(claim_offer(&company, &given, 1).await), "CLAIM_OWN");
    let claim = claim_offer(&school, &given, 2).await.unwrap();
    assert_eq!((claim.offer.as_str(), claim.need.as_str()), (given.name.as_str(), ""));
    accept(&company, &claim).await.unwrap();
    // whoever gets it says that it came
    assert_eq!(reason(fulfil(&company, &claim, 0).await), "NOT_THE_RECEIVER");
    assert_eq!(fulfil(&school, &claim, 0).await.unwrap().delivered_quantity, 2);
    let other = claim_offer(&school, &given, 8).await.unwrap();
    let declined = decline(&company, &other).await.unwrap();
    assert_eq!(
        (declined.state(), declined.reason.as_str()),
        (ClaimState::Declined, "已有他人")
    );
}

/// The last unit of a need claimed by five at once: one is accepted.
pub async fn last_unit(house: &House) {
    let station = house.unit("车站");
    for round in 0..5 {
        let wanted = need(&station, hours(3)).await.unwrap();
        let first = claim_need(&house.unit("先到"), &wanted, 2).await.unwrap();
        accept(&station, &first).await.unwrap();
        let units: Vec<Party> = (1..=5)
            .map(|number| house.unit(&format!("单位{round}{number}")))
            .collect();
        let claimed = units.iter().map(|unit| claim_need(unit, &wanted, 1));
        let claims = futures::future::join_all(claimed).await;
        let claims: Vec<Claim> = claims.into_iter().map(Result::unwrap).collect();
        let accepted = futures::future::join_all(claims.iter().map(|claim| accept(&station, claim))).await;
        assert_eq!(
            accepted.iter().filter(|answer| answer.is_ok()).count(),
            1,
            "{accepted:?}"
        );
        for refused in accepted.into_iter().filter(Result::is_err) {
            assert_eq!(detail(&refused, "open"), "0");
            assert_eq!(reason(refused), "CLAIM_ABOVE_OPEN");
        }
        assert_eq!(counts(&station, &wanted).await, (3, 3, 0, 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_unit_of_a_need_claimed_by_five_at_once() {
    last_unit(&House::new().await).await;
}

/// Many claim, accept, withdraw and confirm at once; the counts are those of the claims, and never above what was asked for.
pub async fn many_at_once(house: &House) {
    let station = house.unit("车站");
    let wanted = need(&station, hours(10)).await.unwrap();
    let units: Vec<Party> = (0..16).map(|number| house.unit(&format!("单位{number}"))).collect();
    let lives = units.iter().zip(0_i64..).map(async |(unit, number)| {
        for turn in 0..4 {
            let Ok(claim) = claim_need(unit, &wanted, 1 + (number + turn) % 4).await else {
                continue;
            };
            if accept(&station, &claim).await.is_err() {
                continue;
            }
            match (number + turn) % 3 {
                0 => drop(withdraw(unit, &claim).await.unwrap()),
                1 => drop(fulfil(&station, &claim, 1).await.unwrap()),
                _ => {}
            }
        }
    });
    futures::future::join_all(lives).await;
    let list = ListClaimsRequest {
        parent: PARENT.to_owned(),
        need: wanted.name.clone(),
        page_size: 1000,
        ..Default::default()
    };
    let claims = told(station.claims().list_claims(list)).await.unwrap().claims;
    let sum = |state: ClaimState, of: fn(&Claim) -> i64| {
        claims
            .iter()
            .filter(|claim| claim.state() == state)
            .map(of)
            .sum::<i64>()
    };
    let committed = sum(ClaimState::Accepted, |claim| claim.quantity);
    let delivered = sum(ClaimState::Fulfilled, |claim| claim.delivered_quantity);
    assert!(committed + delivered <= 10);
    assert_eq!(
        counts(&station, &wanted).await,
        (10, committed, delivered, 10 - committed - delivered)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn accepted_claims_never_exceed_the_quantity() {
    many_at_once(&House::new().await).await;
}

#[tokio::test]
async fn quantities_without_sense_are_refused() {
    let house = House::new().await;
    let (station, school) = (house.unit("车站"), house.unit("学校"));
    for quantity in [0, -5, i64::MAX] {
        assert_eq!(fields(&need(&station, hours(quantity)).await), ["need.quantity"]);
    }
    let wanted = need(&station, hours(5)).await.unwrap();
    for quantity in [0, -5, i64::MIN, i64::MAX] {
        assert_eq!(
            fields(&claim_need(&school, &wanted, quantity).await),
            ["claim.quantity"]
        );
    }
    let backwards = Need {
        start_time: Some(crate::harness::local("2026-03-09T00:00").to_proto()),
        end_time: Some(crate::harness::local("2026-03-08T00:00").to_proto()),
        unit: 0,
        ..hours(1)
    };
    assert_eq!(fields(&need(&station, backwards).await), ["need.unit", "need.end_time"]);
    let unknown = Need {
        category: "wonders".to_owned(),
        ..hours(1)
    };
    assert_eq!(reason(need(&station, unknown).await), "CATEGORY_UNKNOWN");
    let elsewhere = Need {
        name: wanted.name.replace(PARENT, crate::harness::ELSEWHERE),
        ..wanted
    };
    assert_eq!(reason(claim_need(&school, &elsewhere, 1).await), "PERMISSION_DENIED");
}

#[tokio::test]
async fn what_was_ended_is_claimed_no_more() {
    let house = House::new().await;
    let (station, school) = (house.unit("车站"), house.unit("学校"));
    let wanted = need(&station, hours(5)).await.unwrap();
    let claim = claim_need(&school, &wanted, 1).await.unwrap();
    let end = || EndNeedRequest {
        name: wanted.name.clone(),
    };
    assert_eq!(reason(told(school.needs().end_need(end())).await), "PERMISSION_DENIED");
    assert!(
        told(station.needs().end_need(end()))
            .await
            .unwrap()
            .close_time
            .is_some()
    );
    assert_eq!(reason(told(station.needs().end_need(end())).await), "LISTING_ENDED");
    assert_eq!(reason(claim_need(&school, &wanted, 1).await), "LISTING_ENDED");
    assert_eq!(reason(accept(&station, &claim).await), "LISTING_ENDED");
    let list = |show_ended| ListNeedsRequest {
        parent: PARENT.to_owned(),
        category: "people".to_owned(),
        show_ended,
        ..Default::default()
    };
    assert_eq!(
        told(school.needs().list_needs(list(false))).await.unwrap().needs.len(),
        0
    );
    assert_eq!(
        told(school.needs().list_needs(list(true))).await.unwrap().needs.len(),
        1
    );
}

#[tokio::test]
async fn a_need_is_matched_with_reasons() {
    let house = House::new().await;
    let (station, school, company) = (house.unit("车站"), house.unit("学校"), house.unit("公司"));
    let people = |quantity, category: &str| Offer {
        category: category.to_owned(),
        unit: QuantityUnit::Hour.into(),
        ..devices(quantity)
    };
    let far = offer(&company, people(500, "people")).await.unwrap();
    let best = offer(&school, people(80, "people.volunteers")).await.unwrap();
    offer(&company, devices(9)).await.unwrap();
    let wanted = need(&station, hours(100)).await.unwrap();
    let request = ListMatchesRequest {
        parent: wanted.name.clone(),
    };
    let matches = told(station.needs().list_matches(request)).await.unwrap().matches;
    let offers: Vec<_> = matches.iter().map(|it| it.offer.clone()).collect();
    assert_eq!(offers, [best.name, far.name]);
    assert_eq!(matches[0].possible_quantity, 80);
    assert_eq!(matches[0].reasons[0].aspect(), MatchAspect::Category);
    assert!(
        matches[0]
            .reasons
            .iter()
            .any(|reason| reason.text_zh == "可满足 100 中的 80")
    );
}

#[tokio::test]
async fn a_community_extends_the_tree_of_categories() {
    let house = House::new().await;
    let (secretary, school) = (house.secretary(), house.unit("学校"));
    let add = |code: &str| CreateCategoryRequest {
        parent: PARENT.to_owned(),
        category: Some(Category {
            code: code.to_owned(),
            display_name_zh: "粤剧社".to_owned(),
            display_name_en: "Cantonese opera".to_owned(),
            shipped: true,
        }),
    };
    let refused = told(school.categories().create_category(add("people.performers.opera"))).await;
    assert_eq!(reason(refused), "PERMISSION_DENIED");
    let added = told(secretary.categories().create_category(add("people.performers.opera")))
        .await
        .unwrap();
    assert!(!added.shipped);
    let again = told(secretary.categories().create_category(add("people.performers.opera"))).await;
    assert_eq!(reason(again), "CATEGORY_TAKEN");
    assert_eq!(
        reason(told(secretary.categories().create_category(add("places.halls"))).await),
        "CATEGORY_TAKEN"
    );
    assert_eq!(
        reason(told(secretary.categories().create_category(add("a.b"))).await),
        "CATEGORY_UNKNOWN"
    );
    assert_eq!(
        fields(&told(secretary.categories().create_category(add("People"))).await),
        ["category.code"]
    );
    let list = ListCategoriesRequest {
        parent: PARENT.to_owned(),
    };
    let all = told(school.categories().list_categories(list))
        .await
        .unwrap()
        .categories;
    assert!(all.is_sorted_by_key(|category| category.code.clone()) && all.contains(&added));
    let wanted = Need {
        category: added.code,
        ..hours(5)
    };
    need(&school, wanted).await.unwrap();
}

/// A project shows what carries it out.
#[tokio::test]
async fn a_project_shows_its_needs_claims_and_bookings() {
    let house = House::new().await;
    let (center, station, school) = (house.center(), house.unit("车站"), house.unit("学校"));
    let resolution = format!("{PARENT}/resolutions/{}", house.request_id());
    house.meeting.adopt(&resolution);
    let request = CreateProjectRequest {
        parent: PARENT.to_owned(),
        project: Some(Project {
            title: "小小文明劝导员".to_owned(),
            resolution: resolution.clone(),
            ..Project::default()
        }),
        request_id: house.request_id(),
    };
    let project = told(station.projects().create_project(request.clone())).await.unwrap();
    assert_eq!(told(station.projects().create_project(request)).await.unwrap(), project);
    let wanted = Need {
        project: project.name.clone(),
        ..hours(100)
    };
    let wanted = need(&station, wanted).await.unwrap();
    let claim = claim_need(&school, &wanted, 80).await.unwrap();
    assert_eq!(claim.project, project.name);
    let hall = center.hall(1, BookingRules::default()).await;
    let booking = Booking {
        project: project.name.clone(),
        ..crate::harness::booking("2026-03-03T19:00", "2026-03-03T21:00", 1)
    };
    let booked = school
        .ask(crate::harness::asking(&hall, booking.clone()))
        .await
        .unwrap();
    let get = GetProjectRequest {
        name: project.name.clone(),
    };
    let whole = told(school.projects().get_project(get)).await.unwrap();
    assert_eq!(whole.project, Some(project.clone()));
    assert_eq!((whole.needs, whole.offers), (vec![wanted], Vec::new()));
    assert_eq!((whole.claims, whole.bookings), (vec![claim], vec![booked]));
    let list = ListProjectsRequest {
        parent: PARENT.to_owned(),
        resolution,
        ..Default::default()
    };
    assert_eq!(
        told(school.projects().list_projects(list)).await.unwrap().projects,
        std::slice::from_ref(&project)
    );
    let end = || EndProjectRequest {
        name: project.name.clone(),
    };
    assert_eq!(
        reason(told(school.projects().end_project(end())).await),
        "PERMISSION_DENIED"
    );
    told(station.projects().end_project(end())).await.unwrap();
    assert_eq!(
        reason(told(station.projects().end_project(end())).await),
        "PROJECT_ENDED"
    );
    let late = school.ask(crate::harness::asking(&hall, booking)).await;
    assert_eq!(reason(late), "PROJECT_UNKNOWN");
}
