use yihe_kernel::{Error, Result, Timestamp};

use super::account::Unit;
use super::transfer::MAX_AMOUNT;
use crate::names::RateName;
use crate::reasons;

/// At which one unit is exchanged for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// Its name.
    pub name: RateName,
    /// What is given.
    pub give_unit: Unit,
    /// How much of it.
    pub give: i64,
    /// What is received.
    pub receive_unit: Unit,
    /// How much of it.
    pub receive: i64,
    /// When it was published.
    pub published_at: Timestamp,
}

impl Rate {
    /// What is received for an amount, of which nothing may be left over.
    ///
    /// # Errors
    /// `EXCHANGE_UNEVEN` with the most that is even and not more.
    pub fn receives(&self, amount: i64) -> Result<i64> {
        let received = (amount / self.give).checked_mul(self.receive);
        match received {
            Some(received) if amount % self.give == 0 && (1..=MAX_AMOUNT).contains(&received) => Ok(received),
            _ => Err(Error::new(&reasons::EXCHANGE_UNEVEN)
                .with("amount", amount)
                .with("step", self.give)
                .with("possible", self.even(amount))),
        }
    }

    fn even(&self, amount: i64) -> i64 {
        let most = (MAX_AMOUNT / self.receive).saturating_mul(self.give);
        (amount - amount % self.give).min(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_rounded() {
        let rate = Rate {
            name: "communities/440309002021/rates/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f"
                .parse()
                .unwrap(),
            give_unit: Unit::Minutes,
            give: 60,
            receive_unit: Unit::Points,
            receive: 10,
            published_at: Timestamp::MIN,
        };
        assert_eq!(rate.receives(120).unwrap(), 20);
        for (amount, possible) in [(119, "60"), (59, "0")] {
            assert_eq!(rate.receives(amount).unwrap_err().metadata()["possible"], possible);
        }
        let dear = Rate {
            receive: 1_000_000,
            give: 1,
            ..rate
        };
        assert_eq!(
            dear.receives(MAX_AMOUNT).unwrap_err().metadata()["possible"],
            "1000000000"
        );
        assert_eq!(dear.receives(1_000_000_000).unwrap(), MAX_AMOUNT);
    }
}
