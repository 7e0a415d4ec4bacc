//! A thousand needs against ten thousand offers: every need's answers, ranked, from lists in memory.

use std::time::Instant;

use anyhow::{Result, ensure};
use serde_json::{Map, Value, json};
use uuid::Uuid;
use yihe_kernel::{OrganizationId, Timestamp};
use yihe_proto::directory::v1::OrganizationKind;
use yihe_resource::{List, Listing, ListingId, ListingName, Organization, QuantityUnit, Urgency, rank};

use super::bare;
use crate::figures::{Report, median, quotient};

const NEEDS: u64 = 1_000;
const OFFERS: u64 = 10_000;
/// Answers told of each need.
const MOST: usize = 100;
const CATEGORIES: [(&str, QuantityUnit); 12] = [
    ("equipment.audio", QuantityUnit::Piece),
    ("equipment.computers", QuantityUnit::Piece),
    ("goods.food", QuantityUnit::Piece),
    ("people.experts.legal", QuantityUnit::Hour),
    ("people.experts", QuantityUnit::Hour),
    ("people.performers", QuantityUnit::Hour),
    ("people.teachers", QuantityUnit::Hour),
    ("people.volunteers", QuantityUnit::Hour),
    ("places.classrooms", QuantityUnit::Piece),
    ("places.halls", QuantityUnit::Piece),
    ("services.care", QuantityUnit::Hour),
    ("services.repair", QuantityUnit::Hour),
];
const PLACES: [&str; 5] = ["", "北站东广场", "北站", "党群服务中心", "党群服务中心二楼"];
const DAY: i64 = 86_400;

pub fn measure(rounds: usize, report: &Report, told: &mut Map<String, Value>) -> Result<()> {
    let needs: Vec<Listing> = (0..NEEDS)
        .map(|number| listing(List::Need, number))
        .collect::<Result<_>>()?;
    let offers: Vec<Listing> = (0..OFFERS)
        .map(|number| listing(List::Offer, number))
        .collect::<Result<_>>()?;
    let (mut took, mut answers) = (Vec::new(), 0);
    for _ in 0..rounds {
        let begun = Instant::now();
        answers = needs.iter().map(|need| rank(need, &offers, MOST).len()).sum();
        took.push(begun.elapsed());
    }
    ensure!(answers > 0, "nothing matches");
    let ms = quotient(median(&took)?.as_secs_f64(), 0.001);
    report.line(&format!(
        "{NEEDS} needs against {OFFERS} offers: {answers} answers ranked in {ms} ms"
    ));
    told.insert("match_ms".into(), json!(ms));
    told.insert("match_answers".into(), json!(answers));
    Ok(())
}

/// One of many, different from its neighbours in all that counts.
fn listing(list: List, number: u64) -> Result<Listing> {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let pick = |shift: u32, of: u64| usize::try_from((mixed >> shift) % of);
    let (category, unit) = CATEGORIES[pick(7, 12)?];
    let first = i64::try_from((mixed >> 29) % 300)?;
    let lasts = i64::try_from((mixed >> 41) % 60)? + 1;
    let at = |day: i64| (!mixed.is_multiple_of(4)).then(|| Timestamp::from_seconds(bare::AT / 1_000_000 + day * DAY));
    let owner = Uuid::from_u128(u128::from(mixed >> 50));
    Ok(Listing {
        name: ListingName {
            community: bare::COMMUNITY.parse()?,
            list,
            id: ListingId::from(Uuid::from_u128(u128::from(number) + 1)),
        },
        owner: Organization {
            id: OrganizationId::from(owner),
            kind: OrganizationKind::ResidentUnit,
            display_name: "单位".to_owned(),
        },
        category: category.to_owned(),
        title: "一项".to_owned(),
        description: String::new(),
        quantity: i64::try_from((mixed >> 17) % 200)? + 1,
        unit,
        committed: 0,
        delivered: 0,
        place: PLACES[pick(23, 5)?].to_owned(),
        from: at(first),
        until: at(first + lasts),
        urgency: Urgency::Normal,
        project: None,
        external_ref: String::new(),
        created_at: Timestamp::from_micros(bare::AT),
        ended_at: None,
        version: 1,
    })
}
