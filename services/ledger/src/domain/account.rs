use uuid::Uuid;
use yihe_kernel::{Error, OrganizationId, Result, Timestamp, UserId};

use super::code::codes;
use super::leg::STRIPES;
use super::standing::{BOUND, STRIPE_BOUND};
use crate::names::{AccountId, AccountName};
use crate::reasons;

codes! {
    /// What is counted.
    Unit {
        /// Minutes of service.
        Minutes = "MINUTES",
        /// Points.
        Points = "POINTS",
        /// Hundredths of a yuan.
        Fen = "FEN",
    }
    /// What an account is for.
    AccountKind {
        /// A person's.
        Person = "PERSON",
        /// An organization's.
        Organization = "ORGANIZATION",
        /// An organization's, for one purpose.
        Purpose = "PURPOSE",
        /// The community's, from which credits are issued.
        Issuance = "ISSUANCE",
        /// The community's, of money outside.
        Outside = "OUTSIDE",
        /// The community's, through which units are exchanged.
        Conversion = "CONVERSION",
        /// A pooled fund's.
        Fund = "FUND",
    }
}

impl AccountKind {
    /// Whether it is one of the community's books, which have no limits and are kept in stripes.
    #[must_use]
    pub const fn is_book(self) -> bool {
        matches!(self, Self::Issuance | Self::Outside | Self::Conversion)
    }

    /// In how many rows its balance is kept.
    #[must_use]
    pub const fn stripes(self) -> i32 {
        if self.is_book() { STRIPES } else { 1 }
    }

    /// Whether transfers are made with it by hand.
    #[must_use]
    pub const fn is_free(self) -> bool {
        matches!(self, Self::Person | Self::Organization | Self::Purpose)
    }
}

/// Whose an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A person's.
    Person(UserId),
    /// An organization's.
    Organization(OrganizationId),
    /// The community's own books.
    Community,
}

impl Owner {
    /// The kind as it is stored, and the id.
    #[must_use]
    pub const fn columns(self) -> (&'static str, Uuid) {
        match self {
            Self::Person(user) => ("PERSON", user.uuid()),
            Self::Organization(organization) => ("ORGANIZATION", organization.uuid()),
            Self::Community => ("COMMUNITY", Uuid::nil()),
        }
    }

    /// From what is stored.
    #[must_use]
    pub fn from_columns(kind: &str, id: Uuid) -> Option<Self> {
        match kind {
            "PERSON" => Some(Self::Person(id.into())),
            "ORGANIZATION" => Some(Self::Organization(id.into())),
            "COMMUNITY" => Some(Self::Community),
            _ => None,
        }
    }
}

/// Limits of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The balance it may not go below.
    pub least: i64,
    /// The balance it may not go above.
    pub most: i64,
    /// What is in it may only be donated.
    pub donate_only: bool,
}

/// Minutes that a person saves up at most: 1,500 hours, unless its account is set otherwise.
const MOST_MINUTES: i64 = 1_500 * 60;

impl Limits {
    /// Of an account just opened.
    #[must_use]
    pub const fn usual(owner: Owner, unit: Unit) -> Self {
        match (owner, unit) {
            (Owner::Person(_), Unit::Minutes) => Self {
                most: MOST_MINUTES,
                ..Self::USUAL
            },
            _ => Self::USUAL,
        }
    }

    /// Not below zero.
    pub const USUAL: Self = Self {
        least: 0,
        most: BOUND,
        donate_only: false,
    };
    /// Of one stripe of a book.
    pub const STRIPE: Self = Self {
        least: -STRIPE_BOUND,
        most: STRIPE_BOUND,
        donate_only: false,
    };
}

/// An account; what stands in it is told by [`super::Standing`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: AccountName,
    /// Whose it is.
    pub owner: Owner,
    /// What it is for.
    pub kind: AccountKind,
    /// What it counts.
    pub unit: Unit,
    /// The purpose; empty where it is for no single one.
    pub purpose: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

impl Account {
    /// The id of one of the community's books: the same in every community, so that nobody has to look it up.
    #[must_use]
    pub fn book_id(kind: AccountKind, unit: Unit) -> AccountId {
        let kind: u128 = match kind {
            AccountKind::Issuance => 1,
            AccountKind::Outside => 2,
            _ => 3,
        };
        let unit: u128 = match unit {
            Unit::Minutes => 1,
            Unit::Points => 2,
            Unit::Fen => 3,
        };
        // version 7 of the year 1970: no id that is made can be one of them
        AccountId::from(Uuid::from_u128(
            0x0000_0000_0000_7000_8000_0000_0000_0000 | (kind << 8) | unit,
        ))
    }

    /// What a book id stands for.
    #[must_use]
    pub fn book_of(account: AccountId) -> Option<(AccountKind, Unit)> {
        let kinds = [AccountKind::Issuance, AccountKind::Outside, AccountKind::Conversion];
        let all = kinds
            .into_iter()
            .flat_map(|kind| Unit::ALL.iter().map(move |unit| (kind, *unit)));
        all.into_iter()
            .find(|(kind, unit)| Self::book_id(*kind, *unit) == account)
    }

    /// It is no account that the ledger keeps itself.
    ///
    /// # Errors
    /// `BOOK_ACCOUNT`.
    pub fn expect_free(&self) -> Result<()> {
        if self.kind.is_free() {
            return Ok(());
        }
        Err(Error::new(&reasons::BOOK_ACCOUNT).with("name", &self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn books_are_known_by_their_ids() {
        for kind in [AccountKind::Issuance, AccountKind::Outside, AccountKind::Conversion] {
            for unit in Unit::ALL {
                assert_eq!(Account::book_of(Account::book_id(kind, *unit)), Some((kind, *unit)));
            }
        }
        assert_eq!(Account::book_of(AccountId::from(Uuid::nil())), None);
    }
}
