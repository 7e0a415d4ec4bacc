//! Free and busy of everything in a community in one call.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, ensure};
use serde_json::{Map, Value, json};
use yihe_kernel::{AdjustableClock, Clock, Ids, Timestamp};
use yihe_proto::resource::v1::ListFreeBusyRequest;

use super::bare;
use super::booking::{Hall, PURPOSE, open};
use crate::figures::{Report, percentile, quotient};
use crate::room::Community;
use crate::vote::raw;

const BOOKABLES: i64 = 200;
/// Days over which the bookings are spread.
const DAYS: i64 = 365;
const DAY: i64 = 86_400_000_000;
/// How long the longest booking lasts; the others last an hour, two, or four.
const LONGEST: i64 = DAY / 4;

// What the service writes for confirmed bookings of one place, one after another.
const BOOKINGS: &str = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $8) \
     INSERT INTO booking (community, id, bookable, owner, booker, booker_display_name, starts_at, ends_at, quantity, purpose, state, \
     occupies_from, occupies_until, external_ref, note, created_at, version) \
     SELECT $1, unhex(printf('%012x7%03x8%015x', $4 / 1000, $7, i)), $2, $3, $3, '单位', $4 + i * $5, $4 + i * $5 + $6 / (1 << (i % 3)), 1, \
     $9, 'CONFIRMED', $4 + i * $5, $4 + i * $5 + $6 / (1 << (i % 3)), '', '', $4, 1 FROM n";
const STRETCH: &str = "UPDATE bookable SET longest_span = $3 WHERE community = $1 AND id = $2";

/// What is asked for, and how often.
pub struct Asking {
    pub bookings: i64,
    pub reads: usize,
}

impl Asking {
    pub async fn measure(&self, community: &Community, report: &Report, told: &mut Map<String, Value>) -> Result<()> {
        report.line(&format!("writing {} bookings of {BOOKABLES} places", self.bookings));
        let ids = Ids::new(Arc::<AdjustableClock>::clone(&community.node.clock));
        let owner = &community.voters[1];
        let mut halls = Vec::new();
        for index in 0..BOOKABLES {
            halls.push(open(community, owner, &format!("场地{index}"), &ids).await?);
        }
        let first = community.node.clock.now().plus_days(1);
        self.fill(community, &halls, first).await?;
        for (days, key) in [
            (1, "freebusy_day_p99_ms"),
            (7, "freebusy_p99_ms"),
            (31, "freebusy_month_p99_ms"),
        ] {
            let (mut took, mut spans) = (Vec::new(), 0);
            for index in 0..self.reads {
                let start = first.plus_days(place(index, DAYS - days));
                let request = ListFreeBusyRequest {
                    parent: community.name.clone(),
                    start_time: Some(start.to_proto()),
                    end_time: Some(start.plus_days(days).to_proto()),
                    ..Default::default()
                };
                let asked = Instant::now();
                let answer = community.voters[2].actor.call(request).await?.bookables;
                took.push(asked.elapsed());
                ensure!(answer.len() == halls.len(), "{} of {BOOKABLES} places", answer.len());
                spans += answer.iter().map(|one| one.busy.len()).sum::<usize>();
            }
            let ms = |percent| anyhow::Ok(quotient(percentile(&took, percent)?.as_secs_f64(), 0.001));
            let p99 = ms(99)?;
            let spans = spans / took.len().max(1);
            ensure!(spans > 0, "nothing is busy");
            report.line(&format!(
                "free and busy of {BOOKABLES} places, {days} days, {spans} spans: p50 {} ms, p99 {p99} ms",
                ms(50)?
            ));
            told.insert(key.into(), json!(p99));
            if days == 7 {
                told.insert("freebusy_spans".into(), json!(spans));
            }
        }
        told.insert("bookings".into(), json!(self.bookings));
        Ok(())
    }

    async fn fill(&self, community: &Community, halls: &[Hall], first: Timestamp) -> Result<()> {
        let connection = raw::open(&community.folder.path().join("resource.db")).await?;
        let of_each = self.bookings / BOOKABLES;
        for (index, hall) in (0_i64..).zip(halls) {
            let values = vec![
                bare::COMMUNITY.into(),
                hall.id.into(),
                hall.owner.into(),
                first.micros().into(),
                (DAYS * DAY / of_each).into(),
                LONGEST.into(),
                index.into(),
                of_each.into(),
                PURPOSE.into(),
            ];
            bare::execute(&connection, BOOKINGS, values).await?;
            let values = vec![bare::COMMUNITY.into(), hall.id.into(), LONGEST.into()];
            bare::execute(&connection, STRETCH, values).await?;
        }
        connection.close().await?;
        Ok(())
    }
}

/// Days all over the year, in no order.
fn place(index: usize, days: i64) -> i64 {
    let index = i64::try_from(index).unwrap_or_default();
    (index * 7_919).rem_euclid(days)
}
