//! Whether a booking fits, asked in the transaction that holds what is booked.

use yihe_authz::Authorized;
use yihe_kernel::{Error, Timestamp};
use yihe_store::{Failure, Tx};

use super::giving_back;
use crate::domain::{Bookable, BookerId, HORIZON_DAYS, Interval, Occasion, Taken, Unfit, Wanted, next_start};
use crate::store;

/// What is wanted, by whom, and at which step.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// What is booked; held.
    pub bookable: &'a Bookable,
    /// When and how many.
    pub wanted: Wanted,
    /// Whether it is booked, or looked at again.
    pub occasion: Occasion,
    /// The instant it is.
    pub now: Timestamp,
}

impl Ask<'_> {
    /// Looks at rules and at what is taken. Holds that ran out and are met count for nothing and are swept; tells whether any was.
    pub async fn judge(&self, tx: &Tx, by: &Authorized) -> Result<Result<bool, Unfit>, Failure> {
        if let Err(unfit) = self.bookable.permits(&self.wanted, self.occasion, self.now) {
            return Ok(Err(unfit));
        }
        let window = self.bookable.occupied_by(self.wanted.interval);
        let (live, over): (Vec<_>, Vec<_>) = store::occupancy::within(tx, self.bookable, window)
            .await?
            .into_iter()
            .partition(|one| one.is_live(self.now));
        let taken: Vec<Taken> = live.iter().map(|one| one.taken).collect();
        if let Err(unfit) = self.bookable.has_room(&self.wanted, &taken) {
            return Ok(Err(unfit));
        }
        if !over.is_empty() {
            let ids: Vec<_> = over.iter().map(|one| one.booking).collect();
            let met = store::booking::some(tx, &self.bookable.name, &ids).await?;
            giving_back::expire(tx, by, met, self.now).await?;
        }
        Ok(Ok(!over.is_empty()))
    }

    /// The refusal, with what would have been possible.
    pub async fn refuse(&self, tx: &Tx, unfit: &Unfit) -> Result<Error, Failure> {
        let from = self.wanted.interval.from();
        // a start that is possible later must not meet what comes after it either
        let ahead = Interval::new(from, from.plus_days(2 * HORIZON_DAYS + 1)).filter(|_| unfit.may_fit_later());
        let next = match ahead {
            None => None,
            Some(ahead) => {
                let taken = store::occupancy::within(tx, self.bookable, ahead).await?;
                let live = taken.into_iter().filter(|one| one.is_live(self.now));
                let taken: Vec<Taken> = live.map(|one| one.taken).collect();
                next_start(self.bookable, &taken, &self.wanted, self.now)
            }
        };
        Ok(unfit.refuse(self.bookable, &self.wanted, next))
    }

    /// Refuses what does not fit.
    pub async fn expect_fit(&self, tx: &Tx, by: &Authorized) -> Result<(), Failure> {
        match self.judge(tx, by).await? {
            Ok(_) => Ok(()),
            Err(unfit) => Err(self.refuse(tx, &unfit).await?.into()),
        }
    }

    /// Refuses what goes beyond the booker's quota.
    pub async fn expect_quota(&self, tx: &Tx, booker: BookerId) -> Result<(), Failure> {
        let Some(quota) = self.bookable.quota_of(booker) else {
            return Ok(());
        };
        let Some(period) = quota.period_of(self.wanted.interval.from()) else {
            return Ok(());
        };
        let had = store::booking::counted(tx, &self.bookable.name, booker, period, self.now).await?;
        Ok(quota.expect_room(&had, &self.wanted)?)
    }
}
