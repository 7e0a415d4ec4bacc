//! The statements of a booking, with nothing around them.

use anyhow::{Result, ensure};
use sea_orm::{DatabaseConnection, DatabaseTransaction};
use uuid::Uuid;

use super::bare::{self, AT, Act, COMMUNITY};
use super::booking::{PURPOSE, Stay};

const BOOKABLE: &str = "SELECT community, id, kind, owner, owner_display_name, title, description, place, capacity, rules, external_ref, \
     longest_span, created_at, ended_at, version FROM bookable WHERE community = $1 AND id = $2";
const TAKEN: &str = "SELECT id, occupies_from, occupies_until, quantity, expires_at FROM booking WHERE community = $1 AND bookable = $2 \
     AND occupies_from IS NOT NULL AND occupies_from > $3 - (SELECT longest_span FROM bookable WHERE community = $1 AND id = $2) \
     AND occupies_from < $4 AND occupies_until > $3";
const STRETCH: &str = "UPDATE bookable SET longest_span = $3 WHERE community = $1 AND id = $2";
const BOOKING: &str = "INSERT INTO booking (community, id, bookable, owner, booker, booker_display_name, starts_at, ends_at, quantity, \
     purpose, project, state, expires_at, occupies_from, occupies_until, external_ref, series, note, created_at, version, alone) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";

/// Makes the bookings, so many to a commit. Returns bookings a second.
pub async fn book(connection: &DatabaseConnection, stays: &[Stay<'_>], batch: usize) -> Result<f64> {
    bare::run(connection, stays, batch).await
}

impl Act for Stay<'_> {
    async fn act(&self, transaction: &DatabaseTransaction) -> Result<()> {
        let id = self.request_id;
        let actor = format!("users/{}", self.booker.user);
        let name = format!("communities/{COMMUNITY}/bookings/{id}");
        let (from, until) = (self.from.micros(), self.until.micros());
        bare::remember(transaction, (&actor, self.request_id), &name).await?;
        let hall = vec![COMMUNITY.into(), self.hall.id.into()];
        let rows = bare::query(transaction, BOOKABLE, hall).await?;
        ensure!(rows.len() == 1, "there is no hall {}", self.hall.name);
        let window = vec![COMMUNITY.into(), self.hall.id.into(), from.into(), until.into()];
        let taken = bare::query(transaction, TAKEN, window).await?;
        ensure!(taken.is_empty(), "{} is taken", self.hall.name);
        let longest: i64 = rows[0].try_get_by_index(11)?;
        if until - from > longest {
            let values = vec![COMMUNITY.into(), self.hall.id.into(), (until - from).into()];
            bare::execute(transaction, STRETCH, values).await?;
        }
        let booking = vec![
            COMMUNITY.into(),
            id.into(),
            self.hall.id.into(),
            self.hall.owner.into(),
            self.booker.organization.into(),
            "单位".into(),
            from.into(),
            until.into(),
            1_i64.into(),
            PURPOSE.into(),
            None::<Uuid>.into(),
            "CONFIRMED".into(),
            None::<i64>.into(),
            from.into(),
            until.into(),
            "".into(),
            None::<Uuid>.into(),
            "".into(),
            AT.into(),
            1_i64.into(),
            1_i64.into(),
        ];
        bare::execute(transaction, BOOKING, booking).await?;
        let kind = ("yihe.resource.v1.BookingMade", id);
        let organization = (actor.as_str(), self.booker.organization);
        bare::append(transaction, kind, (&self.hall.name, &name), organization).await
    }
}
