use yihe_kernel::{Error, Result, Timestamp};
use yihe_tally::MatterClass;

use super::{AgendaItem, Motion, TIME_ZONE, Vote};
use crate::names::{BodyId, MotionName, ResolutionId, ResolutionName, VoteName};

/// An adopted motion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// Its name.
    pub name: ResolutionName,
    /// The year of its number, in the community's time zone.
    pub year: i32,
    /// Its number in the community and year, from 1.
    pub serial: i32,
    /// The body that adopted it.
    pub body: BodyId,
    /// The motion.
    pub motion: MotionName,
    /// The vote.
    pub vote: VoteName,
    /// The text resolved.
    pub text: String,
    /// Title of the agenda item.
    pub title: String,
    /// Class of the matter.
    pub matter_class: MatterClass,
    /// When it was adopted.
    pub adopted_at: Timestamp,
}

impl Resolution {
    /// The resolution that the adoption of `motion` makes; `number` is its year and serial.
    #[must_use]
    pub fn adopt(
        id: ResolutionId,
        number: (i32, i32),
        body: BodyId,
        motion: &Motion,
        item: &AgendaItem,
        vote: (&Vote, Timestamp),
    ) -> Self {
        let (vote, adopted_at) = vote;
        Self {
            name: ResolutionName {
                community: vote.name.community.clone(),
                resolution: id,
            },
            year: number.0,
            serial: number.1,
            body,
            motion: motion.name.clone(),
            vote: vote.name.clone(),
            text: motion.text.clone(),
            title: item.title.clone(),
            matter_class: item.matter_class,
            adopted_at,
        }
    }

    /// The year that an instant falls in, in the community's time zone.
    ///
    /// # Errors
    /// `INTERNAL` for an instant outside the calendar.
    pub fn year_of(instant: Timestamp) -> Result<i32> {
        let date = instant.date_in(TIME_ZONE);
        date.split('-')
            .next()
            .unwrap_or_default()
            .parse()
            .map_err(Error::internal)
    }

    /// Number in the community and year, such as `2026-3`.
    #[must_use]
    pub fn number(&self) -> String {
        format!("{}-{}", self.year, self.serial)
    }
}
