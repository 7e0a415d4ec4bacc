use yihe_kernel::Timestamp;
use yihe_tally::MatterClass;

use crate::names::{AgendaItemName, RatificationId};

/// Where an agenda item came from, and where it goes beyond its meeting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Course {
    /// The class it was given after notice: it cannot be decided in this meeting.
    pub reclassified: Option<Reclassified>,
    /// The item of an earlier meeting that it goes on with.
    pub carried_from: Option<AgendaItemName>,
    /// The item of a later meeting that goes on with it.
    pub carried_to: Option<AgendaItemName>,
    /// What another body adopted and this item is to ratify.
    pub ratifies: Option<RatificationId>,
}

/// A class given after notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reclassified {
    /// The class.
    pub matter_class: MatterClass,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}
