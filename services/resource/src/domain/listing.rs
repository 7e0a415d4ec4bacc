use std::fmt;

use yihe_kernel::{CommunityId, Error, OrganizationId, Result, Timestamp};

use super::Organization;
use super::code::codes;
use crate::names::{ListingId, NeedName, OfferName, ProjectId};
use crate::reasons;

codes! {
    /// Which list something stands on.
    List {
        /// Somebody needs it.
        Need = "NEED",
        /// Somebody gives it.
        Offer = "OFFER",
    }
    /// How urgent a need is.
    Urgency {
        /// Whenever it suits.
        Low = "LOW",
        /// Normal.
        Normal = "NORMAL",
        /// Soon.
        High = "HIGH",
        /// At once.
        Urgent = "URGENT",
    }
    /// How quantities are counted.
    QuantityUnit {
        /// Pieces, rooms, devices.
        Piece = "PIECE",
        /// Persons.
        Person = "PERSON",
        /// Hours of service.
        Hour = "HOUR",
        /// 0.01 yuan.
        Fen = "FEN",
    }
}

/// The name of a need or an offer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ListingName {
    /// The community.
    pub community: CommunityId,
    /// The list.
    pub list: List,
    /// The id.
    pub id: ListingId,
}

impl From<NeedName> for ListingName {
    fn from(name: NeedName) -> Self {
        Self {
            community: name.community,
            list: List::Need,
            id: name.need,
        }
    }
}

impl From<OfferName> for ListingName {
    fn from(name: OfferName) -> Self {
        Self {
            community: name.community,
            list: List::Offer,
            id: name.offer,
        }
    }
}

impl fmt::Display for ListingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let community = self.community.clone();
        match self.list {
            List::Need => NeedName {
                community,
                need: self.id,
            }
            .fmt(f),
            List::Offer => OfferName {
                community,
                offer: self.id,
            }
            .fmt(f),
        }
    }
}

impl std::str::FromStr for ListingName {
    type Err = yihe_kernel::MalformedName;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        let need = text.parse::<NeedName>().map(Self::from);
        need.or_else(|refusal| text.parse::<OfferName>().map(Self::from).map_err(|_| refusal))
    }
}

/// A need or an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Its name.
    pub name: ListingName,
    /// Who needs or gives it, as it was called then.
    pub owner: Organization,
    /// Code of its category.
    pub category: String,
    /// What it is.
    pub title: String,
    /// More about it.
    pub description: String,
    /// How much.
    pub quantity: i64,
    /// In which unit.
    pub unit: QuantityUnit,
    /// In claims that are accepted and not ended.
    pub committed: i64,
    /// Delivered.
    pub delivered: i64,
    /// Where.
    pub place: String,
    /// From when on; absent means at any time.
    pub from: Option<Timestamp>,
    /// Until when; absent means without end.
    pub until: Option<Timestamp>,
    /// How urgent; normal for an offer.
    pub urgency: Urgency,
    /// The project it belongs to.
    pub project: Option<ProjectId>,
    /// Number in the owner's system; may be empty.
    pub external_ref: String,
    /// When it was entered.
    pub created_at: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
    /// Counts changes.
    pub version: i64,
}

impl Listing {
    /// What may still be claimed.
    #[must_use]
    pub fn open(&self) -> i64 {
        let claimed = self.committed.saturating_add(self.delivered);
        self.quantity.saturating_sub(claimed).max(0)
    }

    /// Refuses what was ended.
    ///
    /// # Errors
    /// `LISTING_ENDED`.
    pub fn expect_open(&self) -> Result<()> {
        if self.ended_at.is_none() {
            return Ok(());
        }
        Err(Error::new(&reasons::LISTING_ENDED).with("name", &self.name))
    }

    /// Refuses what cannot be claimed of it.
    ///
    /// # Errors
    /// `LISTING_ENDED`, `CLAIM_ABOVE_OPEN`.
    pub fn expect_available(&self, quantity: i64) -> Result<()> {
        self.expect_open()?;
        if quantity <= self.open() {
            return Ok(());
        }
        Err(Error::new(&reasons::CLAIM_ABOVE_OPEN)
            .with("name", &self.name)
            .with("quantity", quantity)
            .with("open", self.open()))
    }

    /// Refuses a claim of its own owner.
    ///
    /// # Errors
    /// `CLAIM_OWN`.
    pub fn expect_other(&self, claimant: OrganizationId) -> Result<()> {
        if claimant != self.owner.id {
            return Ok(());
        }
        Err(Error::new(&reasons::CLAIM_OWN).with("name", &self.name))
    }
}
