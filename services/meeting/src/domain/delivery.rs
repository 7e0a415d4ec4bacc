use yihe_kernel::{Error, FileName, Result, Timestamp, UserId};

use super::Member;
use super::code::codes;
use crate::reasons;

codes! {
    /// How a notice reaches somebody.
    DeliveryChannel {
        /// In the app.
        App = "APP",
        /// By hand.
        Hand = "HAND",
        /// By phone.
        Phone = "PHONE",
        /// By chat.
        Chat = "CHAT",
        /// By post.
        Post = "POST",
    }
}

/// A member's waiver of the notice period, for one start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Who waived.
    pub member: Member,
    /// The start for which it waived.
    pub starts_at: Timestamp,
    /// When.
    pub waived_at: Timestamp,
    /// Who recorded it for the member.
    pub recorded_by: Option<UserId>,
}

/// One delivery of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Orders them.
    pub id: uuid::Uuid,
    /// Which of the meeting's notices.
    pub round: i32,
    /// Who was reached.
    pub recipient: Member,
    /// How.
    pub channel: DeliveryChannel,
    /// When.
    pub delivered_at: Timestamp,
    /// What proves it.
    pub evidence: Option<FileName>,
    /// A note; may be empty.
    pub note: String,
    /// Who recorded it.
    pub recorded_by: UserId,
}

impl Delivery {
    /// Refuses a delivery before the notice was served or after now.
    ///
    /// # Errors
    /// `DELIVERY_TIME`.
    pub fn expect_between(&self, served_at: Timestamp, now: Timestamp) -> Result<()> {
        if (served_at..=now).contains(&self.delivered_at) {
            return Ok(());
        }
        Err(Error::new(&reasons::DELIVERY_TIME)
            .with("deliver_time", self.delivered_at)
            .with("serve_time", served_at))
    }
}
