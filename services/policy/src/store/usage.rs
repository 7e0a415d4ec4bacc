//! Counts of decisions by day: what a change would have meant is read from them.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, SimpleExpr};
use sea_orm::{ActiveValue, ColumnTrait, Condition as Where, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::{Condition, ConditionSet, Use};
use yihe_kernel::{Error, Result, Timestamp};
use yihe_store::{Failure, Reader, Store, Tx};

use super::{usage_count_table as count, usage_report_table as report};
use crate::domain::usage::{KEPT_DAYS, UsageCount, UsageReport, outcome, outcome_number};

/// Rows of one statement: a database takes so many values at most.
const ROWS: usize = 500;
/// So long a report may be sent again.
const REPORTS_KEPT_DAYS: i64 = 2;

/// Adds a report to what is kept, once. Counts that are too old leave.
pub(crate) async fn add(store: &Store, new: UsageReport, now: Timestamp) -> Result<()> {
    store
        .transaction("policy.add_usage", (new, now), |tx, (new, now)| {
            Box::pin(add_in(tx, new, *now))
        })
        .await
}

async fn add_in(tx: &Tx, new: &UsageReport, now: Timestamp) -> Result<(), Failure> {
    let row = report::ActiveModel {
        report: ActiveValue::Set(new.id.to_string()),
        taken_at: ActiveValue::Set(now.micros()),
    };
    let known = OnConflict::column(report::Column::Report).do_nothing().to_owned();
    let taken = report::Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    if taken == 0 {
        return Ok(());
    }
    let first = Use::day_of(now) - KEPT_DAYS + 1;
    let kept: Vec<_> = new.counts.iter().filter(|count| count.day >= first).collect();
    for rows in kept.chunks(ROWS) {
        insert(tx, rows).await?;
    }
    count::Entity::delete_many()
        .filter(count::Column::Day.lt(first))
        .exec(tx)
        .await?;
    let old = now.plus_days(-REPORTS_KEPT_DAYS).micros();
    report::Entity::delete_many()
        .filter(report::Column::TakenAt.lt(old))
        .exec(tx)
        .await?;
    Ok(())
}

async fn insert(tx: &Tx, counts: &[&UsageCount]) -> Result<(), Failure> {
    let rows = counts.iter().map(|one| -> Result<_, Failure> {
        let roles: Vec<_> = one.roles.iter().map(ToString::to_string).collect();
        Ok(count::ActiveModel {
            domain: ActiveValue::Set(one.domain.clone()),
            day: ActiveValue::Set(one.day),
            permission: ActiveValue::Set(one.permission.clone()),
            roles: ActiveValue::Set(roles.join(" ")),
            asked: ActiveValue::Set(one.asked.bits().into()),
            held: ActiveValue::Set(one.held.bits().into()),
            outcome: ActiveValue::Set(outcome_number(one.outcome).into()),
            count: ActiveValue::Set(i64::try_from(one.count).map_err(Error::internal)?),
        })
    });
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    let sum = Expr::col((count::Entity, count::Column::Count)).add(Expr::cust("excluded.count"));
    let again = OnConflict::columns([
        count::Column::Domain,
        count::Column::Day,
        count::Column::Permission,
        count::Column::Roles,
        count::Column::Asked,
        count::Column::Held,
        count::Column::Outcome,
    ])
    .value(count::Column::Count, sum)
    .to_owned();
    count::Entity::insert_many(rows)
        .on_conflict(again)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// The counts of some communities and regions from a day on, about some permissions: one for each kind, whatever its days.
pub(crate) async fn kinds_since(
    reader: &Reader,
    domains: &[String],
    permissions: &[&str],
    day: i32,
) -> Result<Vec<UsageCount>> {
    let rows: Vec<(String, String, String, i32, i32, i32, i64)> = count::Entity::find()
        .select_only()
        .columns([
            count::Column::Domain,
            count::Column::Permission,
            count::Column::Roles,
            count::Column::Asked,
            count::Column::Held,
            count::Column::Outcome,
        ])
        .expr_as(whole_sum(), "total")
        .filter(from(domains, day).add(count::Column::Permission.is_in(permissions.iter().copied())))
        .group_by(count::Column::Domain)
        .group_by(count::Column::Permission)
        .group_by(count::Column::Roles)
        .group_by(count::Column::Asked)
        .group_by(count::Column::Held)
        .group_by(count::Column::Outcome)
        .order_by_asc(count::Column::Permission)
        .order_by_asc(count::Column::Roles)
        .order_by_asc(count::Column::Domain)
        .into_tuple()
        .all(reader)
        .await
        .map_err(|error| Error::from(Failure::from(error)))?;
    let model = |(domain, permission, roles, asked, held, outcome, count)| count::Model {
        domain,
        day,
        permission,
        roles,
        asked,
        held,
        outcome,
        count,
    };
    rows.into_iter().map(|row| read(model(row))).collect()
}

/// How many decisions were counted in some communities and regions from a day on.
pub(crate) async fn total_since(reader: &Reader, domains: &[String], day: i32) -> Result<u64> {
    let total: Option<Option<i64>> = count::Entity::find()
        .select_only()
        .expr_as(whole_sum(), "total")
        .filter(from(domains, day))
        .into_tuple()
        .one(reader)
        .await
        .map_err(|error| Error::from(Failure::from(error)))?;
    u64::try_from(total.flatten().unwrap_or_default()).map_err(Error::internal)
}

fn from(domains: &[String], day: i32) -> Where {
    Where::all()
        .add(count::Column::Domain.is_in(domains.iter().map(String::as_str)))
        .add(count::Column::Day.gte(day))
}

/// PostgreSQL sums whole numbers to decimal ones.
fn whole_sum() -> SimpleExpr {
    Expr::col((count::Entity, count::Column::Count)).sum().cast_as("BIGINT")
}

/// The counts of a community or region from a day on, one for each kind and day, by permission.
#[cfg(test)]
pub(crate) async fn since(reader: &Reader, domain: &str, day: i32) -> Result<Vec<UsageCount>> {
    let rows = count::Entity::find()
        .filter(
            Where::all()
                .add(count::Column::Domain.eq(domain))
                .add(count::Column::Day.gte(day)),
        )
        .order_by_asc(count::Column::Permission)
        .order_by_asc(count::Column::Roles)
        .order_by_asc(count::Column::Day)
        .order_by_asc(count::Column::Asked)
        .order_by_asc(count::Column::Held)
        .order_by_asc(count::Column::Outcome)
        .all(reader)
        .await
        .map_err(|error| Error::from(Failure::from(error)))?;
    rows.into_iter().map(read).collect()
}

fn read(row: count::Model) -> Result<UsageCount> {
    let roles: Result<_, _> = row.roles.split_whitespace().map(str::parse).collect();
    Ok(UsageCount {
        domain: row.domain,
        day: row.day,
        roles: roles.map_err(Error::internal)?,
        permission: row.permission,
        asked: conditions(row.asked),
        held: conditions(row.held),
        outcome: outcome(row.outcome).ok_or_else(|| Error::internal("an unknown outcome"))?,
        count: u64::try_from(row.count).map_err(Error::internal)?,
    })
}

fn conditions(bits: i32) -> ConditionSet {
    let of = |condition: &Condition| bits & i32::from(ConditionSet::from_iter([*condition]).bits()) != 0;
    Condition::ALL.into_iter().filter(of).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use yihe_authz::Outcome;
    use yihe_kernel::SystemClock;
    use yihe_store::{Backend, StoreConfig};
    use yihe_testkit::Postgres;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
    const DOMAIN: &str = "440309002021";

    fn one(day: i32, count: u64) -> UsageCount {
        UsageCount {
            domain: DOMAIN.to_owned(),
            day,
            roles: vec!["*/*".parse().unwrap(), "RESIDENT_UNIT/MANAGER".parse().unwrap()],
            permission: "meeting.motion.submit".to_owned(),
            asked: ConditionSet::from_iter([Condition::Owner, Condition::Serves]),
            held: ConditionSet::from_iter([Condition::Serves]),
            outcome: Outcome::Allowed,
            count,
        }
    }

    fn report(id: u128, counts: Vec<UsageCount>) -> UsageReport {
        UsageReport {
            id: uuid::Uuid::from_u128(id),
            counts,
            lost: 0,
        }
    }

    async fn counts_are_kept(backend: Backend) {
        let config = StoreConfig::new(backend, [1; 32]);
        let store = Store::open(&config, crate::migrations::all, Arc::new(SystemClock))
            .await
            .unwrap();
        let today = Use::day_of(NOW);
        let denied = UsageCount {
            outcome: Outcome::Denied,
            ..one(today, 5)
        };
        let elsewhere = UsageCount {
            domain: "440305006013".to_owned(),
            ..one(today, 9)
        };
        let first = vec![one(today, 2), denied.clone(), elsewhere, one(today - KEPT_DAYS, 7)];
        add(&store, report(1, first.clone()), NOW).await.unwrap();
        add(&store, report(1, first), NOW).await.unwrap();
        assert_eq!(
            since(store.reader(), DOMAIN, 0).await.unwrap(),
            [one(today, 2), denied.clone()],
            "a report counts once, what is too old does not count"
        );
        let yesterday = one(today - 1, 1);
        add(&store, report(2, vec![one(today, 40), yesterday.clone()]), NOW)
            .await
            .unwrap();
        let kept = since(store.reader(), DOMAIN, today - 1).await.unwrap();
        assert_eq!(kept, [yesterday, one(today, 42), denied.clone()]);
        assert_eq!(since(store.reader(), DOMAIN, today).await.unwrap().len(), 2);
        // by kind, over all days and several places
        let places = [DOMAIN.to_owned(), "440305006013".to_owned()];
        let kinds = kinds_since(store.reader(), &places, &["meeting.motion.submit"], today - 1).await;
        let counts: Vec<_> = kinds
            .unwrap()
            .iter()
            .map(|one| (one.domain.clone(), one.count))
            .collect();
        let here = |count| (DOMAIN.to_owned(), count);
        assert_eq!(counts.len(), 3);
        assert!(counts.contains(&here(43)) && counts.contains(&here(5)) && counts.contains(&(places[1].clone(), 9)));
        assert_eq!(total_since(store.reader(), &places, today - 1).await.unwrap(), 57);
        assert_eq!(total_since(store.reader(), &places[..1], today).await.unwrap(), 47);
        assert_eq!(total_since(store.reader(), &[], today).await.unwrap(), 0);
        let none = kinds_since(store.reader(), &places, &["meeting.vote.open"], 0)
            .await
            .unwrap();
        assert_eq!(none, []);
        // more kinds than one statement takes
        let many = (0..i32::try_from(ROWS).unwrap() + 3).map(|day| UsageCount {
            permission: format!("meeting.motion.{day}"),
            ..one(today, 1)
        });
        add(&store, report(3, many.collect()), NOW).await.unwrap();
        assert_eq!(since(store.reader(), DOMAIN, 0).await.unwrap().len(), ROWS + 6);
        // a month later all of it has left
        add(&store, report(4, Vec::new()), NOW.plus_days(i64::from(KEPT_DAYS) + 1))
            .await
            .unwrap();
        assert_eq!(since(store.reader(), DOMAIN, 0).await.unwrap(), []);
    }

    #[tokio::test]
    async fn counts_are_kept_for_a_month() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("policy.db");
        counts_are_kept(Backend::Sqlite { file }).await;
    }

    #[tokio::test]
    async fn counts_are_kept_for_a_month_on_postgresql() {
        let server = Postgres::start().unwrap();
        let backend = Backend::Postgres {
            url: server.url(),
            schema: "policy".to_owned(),
        };
        counts_are_kept(backend).await;
    }
}
