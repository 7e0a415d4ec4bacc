use yihe_kernel::{Error, Fields, OrganizationName, Result};
use yihe_proto::resource::v1 as pb;

use super::{EXTERNAL_REF, Wire, bounded, code, instant, interval};
use crate::domain::{
    Blackout, Bookable, BookableKind, BookingRules, LONGEST_MINUTES, OpeningHours, OrganizationKind, Quota,
    ResidentRules,
};
use crate::names;
use yihe_retry::Retry;

/// Units that anything has at most.
pub const MOST_UNITS: i64 = 1_000_000;
const YEAR_MINUTES: i64 = 525_600;
const DAY_MINUTES: i64 = 1_440;

/// Something to be registered.
#[derive(Debug)]
pub struct NewBookable {
    /// What it is.
    pub kind: BookableKind,
    /// What it is called.
    pub title: String,
    /// More about it.
    pub description: String,
    /// Where it is.
    pub place: String,
    /// Units.
    pub capacity: i64,
    /// By which rules it is booked.
    pub rules: BookingRules,
    /// Number in the owner's system.
    pub external_ref: String,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::CreateBookableRequest> for NewBookable {
    type Error = Error;

    fn try_from(request: &pb::CreateBookableRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let wire = request.bookable.clone().unwrap_or_default();
        let kind = code(&mut fields, "bookable.kind", wire.kind);
        let title = fields.line("bookable.title", &wire.title, 1..=200);
        let description = fields.lines("bookable.description", &wire.description, 0..=10_000);
        let place = fields.line("bookable.place", &wire.place, 0..=200);
        let capacity = bounded(&mut fields, "bookable.capacity", wire.capacity, 1..=MOST_UNITS);
        let rules = rules(&mut fields, &wire.rules.unwrap_or_default());
        let external_ref = fields.line("bookable.external_ref", &wire.external_ref, EXTERNAL_REF);
        let new = kind.zip(rules).map(|(kind, rules)| Self {
            kind,
            title,
            description,
            place,
            capacity,
            rules,
            external_ref,
            retry,
        });
        fields.finish_with("bookable", new)
    }
}

/// What is to be changed.
#[derive(Debug)]
pub struct BookableChanges {
    /// The etag last seen; may be empty.
    pub etag: String,
    title: Option<String>,
    description: Option<String>,
    place: Option<String>,
    capacity: Option<i64>,
    rules: Option<BookingRules>,
}

impl TryFrom<&pb::UpdateBookableRequest> for BookableChanges {
    type Error = Error;

    fn try_from(request: &pb::UpdateBookableRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let wire = request.bookable.clone().unwrap_or_default();
        let mut changes = Self {
            etag: wire.etag,
            title: None,
            description: None,
            place: None,
            capacity: None,
            rules: None,
        };
        for path in &request.update_mask {
            match path.as_str() {
                "title" => changes.title = Some(fields.line("bookable.title", &wire.title, 1..=200)),
                "description" => {
                    let text = fields.lines("bookable.description", &wire.description, 0..=10_000);
                    changes.description = Some(text);
                }
                "place" => changes.place = Some(fields.line("bookable.place", &wire.place, 0..=200)),
                "capacity" => {
                    let units = bounded(&mut fields, "bookable.capacity", wire.capacity, 1..=MOST_UNITS);
                    changes.capacity = Some(units);
                }
                "rules" => changes.rules = rules(&mut fields, &wire.rules.clone().unwrap_or_default()),
                _ => fields.refuse(
                    "update_mask",
                    "may name title, description, place, capacity, rules",
                    "只可为 title、description、place、capacity、rules",
                ),
            }
        }
        if request.update_mask.is_empty() {
            fields.refuse("update_mask", "is required", "必填");
        }
        fields.finish()?;
        Ok(changes)
    }
}

impl BookableChanges {
    /// What comes of them.
    #[must_use]
    pub fn apply_to(&self, mut bookable: Bookable) -> Bookable {
        if let Some(title) = &self.title {
            bookable.title.clone_from(title);
        }
        if let Some(description) = &self.description {
            bookable.description.clone_from(description);
        }
        if let Some(place) = &self.place {
            bookable.place.clone_from(place);
        }
        if let Some(capacity) = self.capacity {
            bookable.capacity = capacity;
        }
        if let Some(rules) = &self.rules {
            bookable.rules.clone_from(rules);
        }
        bookable
    }
}

/// `None` where a field of them is bad and was noted.
fn rules(fields: &mut Fields, wire: &pb::BookingRules) -> Option<BookingRules> {
    let most = |fields: &mut Fields, field: &str, count: usize, most: usize| {
        if count > most {
            let field = format!("bookable.rules.{field}");
            fields.refuse(&field, format!("must be at most {most}"), format!("至多 {most} 个"));
        }
    };
    most(fields, "opening_hours", wire.opening_hours.len(), 50);
    most(fields, "blackouts", wire.blackouts.len(), 200);
    most(fields, "booker_kinds", wire.booker_kinds.len(), 20);
    most(fields, "bookers", wire.bookers.len(), 200);
    let minutes = |fields: &mut Fields, field: &str, value: i32, most: i64| {
        bounded(fields, &format!("bookable.rules.{field}"), value.into(), 0..=most)
    };
    let minimum_notice = minutes(
        fields,
        "minimum_notice_minutes",
        wire.minimum_notice_minutes,
        YEAR_MINUTES,
    );
    let longest = minutes(fields, "longest_minutes", wire.longest_minutes, LONGEST_MINUTES);
    let buffer_before = minutes(fields, "buffer_before_minutes", wire.buffer_before_minutes, DAY_MINUTES);
    let buffer_after = minutes(fields, "buffer_after_minutes", wire.buffer_after_minutes, DAY_MINUTES);
    let opening_hours = wire.opening_hours.iter().map(|hours| opening(fields, hours)).collect();
    let blackouts = wire.blackouts.iter().map(|it| blackout(fields, it)).collect();
    let quota = optional_quota(fields, "bookable.rules.quota", wire.quota.as_ref());
    let residents = match &wire.residents {
        None => Some(None),
        Some(wire) => {
            let quota = optional_quota(fields, "bookable.rules.residents.quota", wire.quota.as_ref());
            quota.map(|quota| Some(ResidentRules { quota }))
        }
    };
    let kinds = wire
        .booker_kinds
        .iter()
        .map(|kind| booker_kind(fields, *kind))
        .collect();
    let bookers = wire.bookers.iter().map(|name| {
        let name: Option<OrganizationName> = fields.name("bookable.rules.bookers", name);
        name.map(|name| name.organization)
    });
    let bookers = bookers.collect();
    let (opening_hours, blackouts): (Option<Vec<_>>, Option<Vec<_>>) = (opening_hours, blackouts);
    let (booker_kinds, bookers): (Option<Vec<_>>, Option<Vec<_>>) = (kinds, bookers);
    Some(BookingRules {
        opening_hours: opening_hours?,
        blackouts: blackouts?,
        minimum_notice,
        longest,
        buffer_before,
        buffer_after,
        approval_required: wire.approval_required,
        quota: quota?,
        booker_kinds: booker_kinds?,
        bookers: bookers?,
        residents: residents?,
    })
}

fn opening(fields: &mut Fields, wire: &pb::OpeningHours) -> Option<OpeningHours> {
    let weekday = i8::try_from(wire.weekday).ok().filter(|day| (1..=7).contains(day));
    let hours = weekday
        .zip(minute_of_day(&wire.open_time))
        .zip(minute_of_day(&wire.close_time))
        .filter(|((_, opens), closes)| opens < closes);
    if hours.is_none() {
        fields.refuse(
            "bookable.rules.opening_hours",
            "need a weekday 1 to 7 and HH:MM, the close_time after the open_time",
            "须有星期(1 至 7)与 HH:MM 时间,且关闭时间晚于开放时间",
        );
    }
    hours.map(|((weekday, opens), closes)| OpeningHours { weekday, opens, closes })
}

fn minute_of_day(text: &str) -> Option<i32> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (i32, i32) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= 1440).then_some(total)
}

fn text_of_minute(minute: i32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn blackout(fields: &mut Fields, wire: &pb::Blackout) -> Option<Blackout> {
    let prefix = "bookable.rules.blackouts.";
    let interval = interval(fields, prefix, wire.start_time.as_ref(), wire.end_time.as_ref());
    let reason = fields.line("bookable.rules.blackouts.reason", &wire.reason, 0..=200);
    Some(Blackout {
        interval: interval?,
        reason,
    })
}

/// `None` where it is bad and was noted.
fn optional_quota(fields: &mut Fields, field: &str, wire: Option<&pb::Quota>) -> Option<Option<Quota>> {
    let Some(wire) = wire else { return Some(None) };
    let minutes = bounded(fields, &format!("{field}.minutes"), wire.minutes, 1..=10_000_000);
    let period = code(fields, &format!("{field}.period"), wire.period)?;
    Some(Some(Quota { minutes, period }))
}

fn booker_kind(fields: &mut Fields, number: i32) -> Option<OrganizationKind> {
    let kind = OrganizationKind::try_from(number).ok();
    let kind = kind.filter(|kind| *kind != OrganizationKind::Unspecified);
    if kind.is_none() {
        fields.refuse(
            "bookable.rules.booker_kinds",
            "must be kinds of organizations",
            "须为单位类型",
        );
    }
    kind
}

impl From<Bookable> for pb::Bookable {
    fn from(bookable: Bookable) -> Self {
        Self {
            name: bookable.name.to_string(),
            kind: bookable.kind.number(),
            owner: names::organization(bookable.owner.id),
            owner_display_name: bookable.owner.display_name,
            title: bookable.title,
            description: bookable.description,
            place: bookable.place,
            capacity: bookable.capacity,
            rules: Some(bookable.rules.into()),
            external_ref: bookable.external_ref,
            create_time: instant(Some(bookable.created_at)),
            end_time: instant(bookable.ended_at),
            etag: bookable.version.to_string(),
        }
    }
}

impl From<BookingRules> for pb::BookingRules {
    fn from(rules: BookingRules) -> Self {
        // every bound of these is far within the numbers of the wire
        let minutes = |minutes: i64| i32::try_from(minutes).unwrap_or(i32::MAX);
        let hours = |it: OpeningHours| pb::OpeningHours {
            weekday: it.weekday.into(),
            open_time: text_of_minute(it.opens),
            close_time: text_of_minute(it.closes),
        };
        let blackout = |it: Blackout| pb::Blackout {
            start_time: instant(Some(it.interval.from())),
            end_time: instant(Some(it.interval.until())),
            reason: it.reason,
        };
        Self {
            opening_hours: rules.opening_hours.into_iter().map(hours).collect(),
            blackouts: rules.blackouts.into_iter().map(blackout).collect(),
            minimum_notice_minutes: minutes(rules.minimum_notice),
            longest_minutes: minutes(rules.longest),
            buffer_before_minutes: minutes(rules.buffer_before),
            buffer_after_minutes: minutes(rules.buffer_after),
            approval_required: rules.approval_required,
            quota: rules.quota.map(Into::into),
            booker_kinds: rules.booker_kinds.into_iter().map(Into::into).collect(),
            bookers: rules.bookers.into_iter().map(names::organization).collect(),
            residents: rules.residents.map(|residents| pb::ResidentRules {
                quota: residents.quota.map(Into::into),
            }),
        }
    }
}

impl From<Quota> for pb::Quota {
    fn from(quota: Quota) -> Self {
        Self {
            minutes: quota.minutes,
            period: quota.period.number(),
        }
    }
}
