use yihe_kernel::OrganizationId;

use super::*;
use crate::domain::{List, ListingName, Organization, OrganizationKind, QuantityUnit, Urgency};
use crate::names::ListingId;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/domain/matching/golden.txt");

/// `id | category | unit | quantity | place | from | until`, the last three may be empty; days of March 2026.
fn listing(list: List, line: &str) -> (String, Listing) {
    let fields: Vec<&str> = line.split('|').map(str::trim).collect();
    let [id, category, unit, quantity, place, from, until] = fields[..] else {
        panic!("`{line}` has {} fields", fields.len())
    };
    let number: u128 = id[1..].parse().unwrap();
    let owner = if list == List::Need { 1 } else { 1000 + number };
    let day = |text: &str| (!text.is_empty()).then(|| format!("2026-03-{text}T00:00:00+08:00").parse().unwrap());
    let listing = Listing {
        name: ListingName {
            community: "440309002021".parse().unwrap(),
            list,
            id: ListingId::from(uuid::Uuid::from_u128(number)),
        },
        owner: Organization {
            id: OrganizationId::from(uuid::Uuid::from_u128(owner)),
            kind: OrganizationKind::ResidentUnit,
            display_name: String::new(),
        },
        category: category.to_owned(),
        title: id.to_owned(),
        description: String::new(),
        quantity: quantity.parse().unwrap(),
        unit: QuantityUnit::from_code(unit).unwrap(),
        committed: 0,
        delivered: 0,
        place: place.to_owned(),
        from: day(from),
        until: day(until),
        urgency: Urgency::Normal,
        project: None,
        external_ref: String::new(),
        created_at: Timestamp::from_seconds(0),
        ended_at: None,
        version: 1,
    };
    (id.to_owned(), listing)
}

/// Fifty needs with the order of their five best offers, as it was reviewed.
#[test]
fn fifty_needs_are_answered_in_the_reviewed_order() {
    let text = std::fs::read_to_string(GOLDEN).unwrap();
    let offers: Vec<Listing> = text
        .lines()
        .filter(|line| line.starts_with('o'))
        .map(|line| listing(List::Offer, line).1)
        .collect();
    let (mut told, mut needs) = (String::new(), 0);
    for line in text.lines() {
        let answered = line.starts_with('n').then(|| {
            let (need, _) = line.split_once("=>").unwrap_or((line, ""));
            let (_, need_listing) = listing(List::Need, need);
            let best = rank(&need_listing, &offers, 5);
            let best: Vec<_> = best
                .iter()
                .map(|it| format!("{}:{}", it.offer.title, it.score))
                .collect();
            format!("{} => {}", need.trim_end(), best.join(" "))
                .trim_end()
                .to_owned()
        });
        needs += usize::from(answered.is_some());
        told += &answered.unwrap_or_else(|| line.to_owned());
        told.push('\n');
    }
    assert_eq!(needs, 50);
    if std::env::var_os("YIHE_TEST_UPDATE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, &told).unwrap();
    }
    assert_eq!(std::fs::read_to_string(GOLDEN).unwrap(), told);
}

fn pair(need: &str, offer: &str) -> (Listing, Listing) {
    (listing(List::Need, need).1, listing(List::Offer, offer).1)
}

#[test]
fn reasons_add_up_to_the_score() {
    let (need, offer) = pair(
        "n1 | people.volunteers | HOUR | 100 | 北站东广场 | 10 | 20",
        "o1 | people.volunteers | HOUR | 40 | 北站 | 15 | 31",
    );
    let why = reasons(&need, &offer);
    let best = rank(&need, [&offer], 9);
    assert_eq!(best[0].score, why.iter().map(|reason| reason.points).sum::<i32>());
    assert_eq!((best[0].score, best[0].possible), (50 + 10 + 7 + 5, 40));
    assert_eq!(why[0].zh, "类别相同");
    assert_eq!(why[1].en, "covers 40 of 100");
}

#[test]
fn what_cannot_answer_is_left_out() {
    for (offer, why) in [
        ("o2 | people.volunteers | PERSON | 9 | | |", "another unit"),
        ("o2 | places.halls | HOUR | 9 | | |", "another branch"),
        ("o2 | people.volunteers | HOUR | 9 | | 21 | 25", "another time"),
    ] {
        let (need, offer) = pair("n1 | people.volunteers | HOUR | 10 | | 10 | 20", offer);
        assert!(rank(&need, [&offer], 9).is_empty(), "{why}");
    }
    let (need, mut offer) = pair("n1 | people | HOUR | 10 | | |", "o2 | people | HOUR | 9 | | |");
    offer.committed = 9;
    assert!(rank(&need, [&offer], 9).is_empty(), "nothing is left of it");
    let (mut need, offer) = pair("n1 | people | HOUR | 10 | | |", "o2 | people | HOUR | 9 | | |");
    need.owner = offer.owner.clone();
    assert!(rank(&need, [&offer], 9).is_empty(), "its own");
}
