//! Booking rules as they are kept: one JSON text, for they are read and written as a whole.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yihe_kernel::{Error, OrganizationId};
use yihe_store::Failure;

use super::row;
use crate::domain::{Blackout, BookingRules, OpeningHours, Quota, QuotaPeriod, ResidentRules};

#[derive(Serialize, Deserialize)]
struct Kept {
    opening_hours: Vec<(i8, i32, i32)>,
    blackouts: Vec<(i64, i64, String)>,
    minimum_notice: i64,
    longest: i64,
    buffer_before: i64,
    buffer_after: i64,
    approval_required: bool,
    quota: Option<(i64, String)>,
    booker_kinds: Vec<String>,
    bookers: Vec<Uuid>,
    /// Not there in what was kept before residents could book.
    #[serde(default)]
    residents: Option<KeptResidents>,
}

#[derive(Serialize, Deserialize)]
struct KeptResidents {
    quota: Option<(i64, String)>,
}

/// As it is kept.
pub fn text(rules: &BookingRules) -> Result<String, Failure> {
    let hours = |it: &OpeningHours| (it.weekday, it.opens, it.closes);
    let blackout = |it: &Blackout| {
        let (from, until) = (it.interval.from().micros(), it.interval.until().micros());
        (from, until, it.reason.clone())
    };
    let kept = Kept {
        opening_hours: rules.opening_hours.iter().map(hours).collect(),
        blackouts: rules.blackouts.iter().map(blackout).collect(),
        minimum_notice: rules.minimum_notice,
        longest: rules.longest,
        buffer_before: rules.buffer_before,
        buffer_after: rules.buffer_after,
        approval_required: rules.approval_required,
        quota: rules.quota.map(keep_quota),
        booker_kinds: rules.booker_kinds.iter().copied().map(row::kind_code).collect(),
        bookers: rules.bookers.iter().map(|booker| booker.uuid()).collect(),
        residents: rules.residents.map(|residents| KeptResidents {
            quota: residents.quota.map(keep_quota),
        }),
    };
    Ok(serde_json::to_string(&kept).map_err(Error::internal)?)
}

fn keep_quota(quota: Quota) -> (i64, String) {
    (quota.minutes, quota.period.code().to_owned())
}

fn quota(kept: Option<(i64, String)>) -> Result<Option<Quota>, Failure> {
    let Some((minutes, code)) = kept else { return Ok(None) };
    let period = row::read(QuotaPeriod::from_code(&code), "rules", &code)?;
    Ok(Some(Quota { minutes, period }))
}

/// What was kept.
pub fn parse(text: &str) -> Result<BookingRules, Failure> {
    let kept: Kept = serde_json::from_str(text).map_err(|_| row::broken("rules", text))?;
    let blackouts = kept.blackouts.into_iter().map(|(from, until, reason)| {
        let interval = row::interval(from, until)?;
        Ok::<_, Failure>(Blackout { interval, reason })
    });
    let residents = match kept.residents {
        None => None,
        Some(kept) => Some(ResidentRules {
            quota: quota(kept.quota)?,
        }),
    };
    let hours = kept.opening_hours.into_iter();
    Ok(BookingRules {
        opening_hours: hours
            .map(|(weekday, opens, closes)| OpeningHours { weekday, opens, closes })
            .collect(),
        blackouts: blackouts.collect::<Result<_, _>>()?,
        minimum_notice: kept.minimum_notice,
        longest: kept.longest,
        buffer_before: kept.buffer_before,
        buffer_after: kept.buffer_after,
        approval_required: kept.approval_required,
        quota: quota(kept.quota)?,
        booker_kinds: kept
            .booker_kinds
            .iter()
            .map(|code| row::kind(code))
            .collect::<Result<_, _>>()?,
        bookers: kept.bookers.into_iter().map(OrganizationId::from).collect(),
        residents,
    })
}
