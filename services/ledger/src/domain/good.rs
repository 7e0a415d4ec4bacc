use yihe_kernel::{Error, OrganizationId, Result, Timestamp, UserId};

use super::account::Unit;
use super::transfer::{Hold, TransferState};
use crate::names::{GoodName, RedemptionName};
use crate::reasons;

/// Something that minutes or points are redeemed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Good {
    /// Its name.
    pub name: GoodName,
    /// Who provides it.
    pub organization: OrganizationId,
    /// What it was called then.
    pub organization_display_name: String,
    /// What it is.
    pub title: String,
    /// What it costs is counted in.
    pub unit: Unit,
    /// What one costs.
    pub price: i64,
    /// How many there are, apart from those set aside.
    pub stock: i64,
    /// When it was put up.
    pub created_at: Timestamp,
    /// When it was taken off the list.
    pub retired_at: Option<Timestamp>,
}

impl Good {
    /// Refuses what was taken off the list.
    ///
    /// # Errors
    /// `GOOD_RETIRED`.
    pub fn expect_offered(&self) -> Result<()> {
        match self.retired_at {
            None => Ok(()),
            Some(_) => Err(Error::new(&reasons::GOOD_RETIRED).with("name", &self.name)),
        }
    }

    /// The stock does not suffice for so many.
    #[must_use]
    pub fn too_few(&self, quantity: i64) -> Error {
        Error::new(&reasons::STOCK_TOO_LOW)
            .with("name", &self.name)
            .with("possible", self.stock)
            .with("quantity", quantity)
    }

    /// What so many cost.
    ///
    /// # Errors
    /// `INTERNAL` beyond 64 bits, which the limits of both exclude.
    pub fn price_of(&self, quantity: i64) -> Result<i64> {
        let price = self.price.checked_mul(quantity);
        price.ok_or_else(|| Error::internal(format!("{quantity} times {}", self.price)))
    }
}

/// A redemption; how it stands is told by the hold of its price, which bears its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redemption {
    /// Its name.
    pub name: RedemptionName,
    /// What is redeemed.
    pub good: GoodName,
    /// Who redeems.
    pub user: UserId,
    /// How many.
    pub quantity: i64,
}

/// How a redemption stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedemptionState {
    /// Set aside.
    Reserved,
    /// Handed over.
    Fulfilled,
    /// Cancelled.
    Cancelled,
    /// Its time ran out.
    Expired,
}

impl RedemptionState {
    /// What the hold of the price says.
    #[must_use]
    pub fn of(hold: &Hold, now: Timestamp) -> Self {
        match hold.state(now) {
            TransferState::Pending => Self::Reserved,
            TransferState::Posted => Self::Fulfilled,
            TransferState::Voided => Self::Cancelled,
            TransferState::Expired => Self::Expired,
        }
    }
}
