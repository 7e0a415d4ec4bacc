//! Which offers answer a need, best first, with the reasons. Integers only; the same offers give the same order.

use std::cmp::Reverse;

use yihe_kernel::Timestamp;

use super::{Listing, category};

/// What a reason is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect {
    /// The category.
    Category,
    /// The quantity.
    Quantity,
    /// The time.
    Time,
    /// The place.
    Place,
}

const SAME_CATEGORY: i32 = 50;
const NEXT_CATEGORY: i32 = 35;
const FAR_CATEGORY: i32 = 25;
const SIBLING_CATEGORY: i32 = 15;
const ALL_QUANTITY: i32 = 25;
const ALL_TIME: i32 = 15;
const SAME_PLACE: i32 = 10;
const NEAR_PLACE: i32 = 5;

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchReason {
    /// What it is about.
    pub aspect: Aspect,
    /// Points.
    pub points: i32,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

fn reason(aspect: Aspect, points: i32, zh: impl Into<String>, en: impl Into<String>) -> MatchReason {
    MatchReason {
        aspect,
        points,
        zh: zh.into(),
        en: en.into(),
    }
}

/// An offer that answers a need.
#[derive(Debug, Clone)]
pub struct Match<'a> {
    /// The offer.
    pub offer: &'a Listing,
    /// The points of its reasons together.
    pub score: i32,
    /// How much of what is open it covers.
    pub possible: i64,
}

/// The offers that answer a need, at most `most`, best first; of equals the older one.
#[must_use]
pub fn rank<'a>(need: &Listing, offers: impl IntoIterator<Item = &'a Listing>, most: usize) -> Vec<Match<'a>> {
    let mut found: Vec<_> = offers
        .into_iter()
        .filter_map(|offer| {
            Some(Match {
                offer,
                score: score(need, offer)?,
                possible: offer.open().min(need.open()),
            })
        })
        .collect();
    found.sort_unstable_by_key(|it| (Reverse(it.score), it.offer.name.id));
    found.truncate(most);
    found
}

/// The points of an offer; `None` where it is no answer.
fn score(need: &Listing, offer: &Listing) -> Option<i32> {
    let able = offer.unit == need.unit
        && offer.owner.id != need.owner.id
        && offer.ended_at.is_none()
        && offer.open() > 0
        && need.open() > 0;
    if !able {
        return None;
    }
    let points = category_points(need, offer)? + quantity_points(need, offer) + time_points(need, offer)?;
    Some(points + place_points(need, offer))
}

fn category_points(need: &Listing, offer: &Listing) -> Option<i32> {
    let (wanted, given) = (need.category.as_str(), offer.category.as_str());
    if wanted == given {
        return Some(SAME_CATEGORY);
    }
    if category::is_within(given, wanted) || category::is_within(wanted, given) {
        let steps = wanted.split('.').count().abs_diff(given.split('.').count());
        return Some(if steps == 1 { NEXT_CATEGORY } else { FAR_CATEGORY });
    }
    let above = category::above(wanted);
    (above.is_some() && above == category::above(given)).then_some(SIBLING_CATEGORY)
}

/// A share of points, at least one.
fn share(points: i32, part: i64, whole: i64) -> i32 {
    let share = i128::from(points) * i128::from(part) / i128::from(whole.max(1));
    i32::try_from(share).unwrap_or(points).clamp(1, points)
}

fn quantity_points(need: &Listing, offer: &Listing) -> i32 {
    share(ALL_QUANTITY, offer.open().min(need.open()), need.open())
}

/// The time needed, and of it the time offered; `None` where they have none in common.
fn common_time(need: &Listing, offer: &Listing) -> Option<(i64, i64)> {
    let span = |listing: &Listing| {
        let from = listing.from.unwrap_or(Timestamp::MIN);
        (from, listing.until.unwrap_or(Timestamp::MAX))
    };
    let ((from, until), (given_from, given_until)) = (span(need), span(offer));
    let common = until.min(given_until).micros_since(from.max(given_from));
    (common > 0).then(|| (common, until.micros_since(from)))
}

fn time_points(need: &Listing, offer: &Listing) -> Option<i32> {
    let (common, needed) = common_time(need, offer)?;
    // whoever needs it at any time is served by any time
    if need.from.is_none() && need.until.is_none() {
        return Some(ALL_TIME);
    }
    Some(share(ALL_TIME, common, needed))
}

fn place_points(need: &Listing, offer: &Listing) -> i32 {
    let (wanted, given) = (need.place.as_str(), offer.place.as_str());
    if wanted.is_empty() || given.is_empty() {
        0
    } else if wanted == given {
        SAME_PLACE
    } else if wanted.contains(given) || given.contains(wanted) {
        NEAR_PLACE
    } else {
        0
    }
}

/// Why an offer answers a need, the weightiest first.
#[must_use]
pub fn reasons(need: &Listing, offer: &Listing) -> Vec<MatchReason> {
    let mut found = Vec::with_capacity(4);
    if let Some(points) = category_points(need, offer) {
        let given = &offer.category;
        found.push(match points {
            SAME_CATEGORY => reason(Aspect::Category, points, "类别相同", "same category"),
            SIBLING_CATEGORY => reason(
                Aspect::Category,
                points,
                format!("类别相近:{given}"),
                format!("related category: {given}"),
            ),
            _ => reason(
                Aspect::Category,
                points,
                format!("类别属同一分支:{given}"),
                format!("same branch of categories: {given}"),
            ),
        });
    }
    let (have, lack) = (offer.open(), need.open());
    let points = quantity_points(need, offer);
    found.push(match have >= lack {
        true => reason(Aspect::Quantity, points, "数量足够", "covers all that is open"),
        false => reason(
            Aspect::Quantity,
            points,
            format!("可满足 {lack} 中的 {have}"),
            format!("covers {have} of {lack}"),
        ),
    });
    if let Some(points) = time_points(need, offer) {
        found.push(match points {
            ALL_TIME => reason(Aspect::Time, points, "时间全程符合", "available all the time"),
            _ => reason(Aspect::Time, points, "时间部分符合", "available part of the time"),
        });
    }
    match place_points(need, offer) {
        0 => {}
        SAME_PLACE => found.push(reason(Aspect::Place, SAME_PLACE, "地点相同", "same place")),
        points => found.push(reason(Aspect::Place, points, "地点相近", "near place")),
    }
    found.sort_by_key(|it| Reverse(it.points));
    found
}

#[cfg(test)]
mod tests;
