use yihe_authz::{Catalogue, Condition, ConditionSet, Outcome, RoleName, Scope, Use, scope_of};
use yihe_kernel::{Error, Fields, Result, Timestamp};
use yihe_proto::policy::v1 as pb;

/// Days for which counts are kept, today included.
pub(crate) const KEPT_DAYS: i32 = 31;
/// Counts of one report at most.
const MOST: usize = 10_000;

/// Decisions of one kind on one day, as they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UsageCount {
    /// Code of the community or region.
    pub domain: String,
    /// In China, from 1970-01-01.
    pub day: i32,
    pub roles: Vec<RoleName>,
    pub permission: String,
    pub asked: ConditionSet,
    pub held: ConditionSet,
    pub outcome: Outcome,
    pub count: u64,
}

/// Counts that a service tells.
#[derive(Debug)]
pub(crate) struct UsageReport {
    pub id: uuid::Uuid,
    pub counts: Vec<UsageCount>,
    pub lost: u64,
}

impl UsageReport {
    /// # Errors
    /// `INVALID_REQUEST` naming the field.
    pub fn read(wire: &pb::ReportUsageRequest, now: Timestamp) -> Result<Self> {
        let mut fields = Fields::new();
        let id = wire.report_id.parse().unwrap_or_else(|_| {
            fields.refuse("report_id", "must be a UUID", "须为 UUID");
            uuid::Uuid::nil()
        });
        if wire.counts.len() > MOST {
            fields.refuse("counts", "at most 10,000", "最多 10000 项");
        }
        let lost = u64::try_from(wire.lost).unwrap_or_else(|_| {
            fields.refuse("lost", "must not be negative", "不得为负");
            0
        });
        fields.finish()?;
        let today = Use::day_of(now);
        let counts = wire
            .counts
            .iter()
            .enumerate()
            .map(|(place, count)| UsageCount::read(count, today).map_err(|field| invalid(place, field)))
            .collect::<Result<_>>()?;
        Ok(Self { id, counts, lost })
    }
}

impl UsageCount {
    /// The count, or the field that is wrong.
    fn read(wire: &pb::UsageCount, today: i32) -> Result<Self, &'static str> {
        let domain = match scope_of(&wire.place).ok_or("place")? {
            Scope::Community(community) => community.to_string(),
            Scope::Region(region) => region.to_string(),
        };
        // a report may come late, and clocks differ
        if wire.day > today + 1 {
            return Err("day");
        }
        let roles: Result<Vec<RoleName>, _> = wire.roles.iter().map(|role| role.parse()).collect();
        if Catalogue::shipped().permission_index(&wire.permission).is_none() {
            return Err("permission");
        }
        let (asked, held) = (
            conditions(&wire.asked).ok_or("asked")?,
            conditions(&wire.held).ok_or("held")?,
        );
        if !held.without(asked).is_empty() {
            return Err("held");
        }
        Ok(Self {
            domain,
            day: wire.day,
            roles: roles.map_err(|_| "roles")?,
            permission: wire.permission.clone(),
            asked,
            held,
            outcome: outcome(wire.outcome).ok_or("outcome")?,
            count: u64::try_from(wire.count).map_err(|_| "count")?,
        })
    }
}

/// The outcome of this number in the contract.
pub(crate) fn outcome(number: i32) -> Option<Outcome> {
    match pb::Outcome::try_from(number).ok()? {
        pb::Outcome::Unspecified => None,
        pb::Outcome::Allowed => Some(Outcome::Allowed),
        pb::Outcome::Denied => Some(Outcome::Denied),
        pb::Outcome::Filtered => Some(Outcome::Filtered),
    }
}

/// The number of an outcome in the contract.
pub(crate) const fn outcome_number(outcome: Outcome) -> pb::Outcome {
    match outcome {
        Outcome::Allowed => pb::Outcome::Allowed,
        Outcome::Denied => pb::Outcome::Denied,
        Outcome::Filtered => pb::Outcome::Filtered,
    }
}

fn conditions(wire: &[i32]) -> Option<ConditionSet> {
    wire.iter()
        .map(|number| Condition::from_proto(pb::Condition::try_from(*number).ok()?))
        .collect()
}

fn invalid(place: usize, field: &str) -> Error {
    let mut fields = Fields::new();
    fields.refuse(&format!("counts[{place}].{field}"), "is not valid", "无效");
    fields
        .finish()
        .err()
        .unwrap_or_else(|| Error::internal("a fault without a field"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

    fn good() -> pb::UsageCount {
        pb::UsageCount {
            place: "communities/440309002021".to_owned(),
            day: Use::day_of(NOW),
            roles: vec!["*/*".to_owned(), "RESIDENT_UNIT/MANAGER".to_owned()],
            permission: "meeting.motion.submit".to_owned(),
            asked: vec![pb::Condition::Owner.into(), pb::Condition::Participant.into()],
            held: vec![pb::Condition::Participant.into()],
            outcome: pb::Outcome::Allowed.into(),
            count: 3,
        }
    }

    fn field(change: impl Fn(&mut pb::UsageCount)) -> String {
        let mut count = good();
        change(&mut count);
        let request = pb::ReportUsageRequest {
            report_id: uuid::Uuid::nil().to_string(),
            counts: vec![good(), count],
            lost: 0,
        };
        let refused = UsageReport::read(&request, NOW).unwrap_err();
        refused.violations()[0].field.clone()
    }

    #[test]
    fn each_bad_field_is_named() {
        for (wrong, change) in [
            (
                "place",
                &(|count: &mut pb::UsageCount| count.place.clear()) as &dyn Fn(&mut pb::UsageCount),
            ),
            ("day", &|count| count.day += 2),
            ("roles", &|count| count.roles.push("BOSS".to_owned())),
            ("permission", &|count| {
                count.permission = "meeting.motion.eat".to_owned();
            }),
            ("asked", &|count| count.asked.push(99)),
            ("held", &|count| count.held.push(pb::Condition::Serves.into())),
            ("outcome", &|count| count.outcome = 0),
            ("count", &|count| count.count = -1),
        ] {
            assert_eq!(field(change), format!("counts[1].{wrong}"));
        }
    }

    #[test]
    fn a_report_is_read_whole() {
        let request = pb::ReportUsageRequest {
            report_id: "01890a5b-47e1-7c3a-9b3e-2f6d8c1a4e5f".to_owned(),
            counts: vec![good()],
            lost: 2,
        };
        let report = UsageReport::read(&request, NOW).unwrap();
        let [count] = &report.counts[..] else {
            panic!("{report:?}")
        };
        assert_eq!(
            (count.domain.as_str(), count.count, report.lost),
            ("440309002021", 3, 2)
        );
        assert_eq!(count.asked.to_string(), "owner|participant");
        assert_eq!(count.held.to_string(), "participant");
        for bad in [
            pb::ReportUsageRequest {
                report_id: "1".to_owned(),
                ..request.clone()
            },
            pb::ReportUsageRequest {
                lost: -1,
                ..request.clone()
            },
            pb::ReportUsageRequest {
                counts: vec![good(); MOST + 1],
                ..request
            },
        ] {
            assert_eq!(
                UsageReport::read(&bad, NOW).unwrap_err().reason().code,
                "INVALID_REQUEST"
            );
        }
    }
}
