use yihe_kernel::{Error, Result, Timestamp};
use yihe_tally::MatterClass;

use super::code::codes;
use super::{AgendaItem, Member, ShowOfHands};
use crate::names::{AgendaItemId, ClassObjectionName};
use crate::reasons;

codes! {
    /// State of an objection to a class.
    ClassObjectionState {
        /// Undecided.
        Open = "OPEN",
        /// The members upheld the class.
        Upheld = "UPHELD",
        /// The members did not uphold the class.
        NotUpheld = "NOT_UPHELD",
        /// The item was reclassified.
        Reclassified = "RECLASSIFIED",
        /// Withdrawn.
        Withdrawn = "WITHDRAWN",
    }
}

impl ClassObjectionState {
    /// Whether voting waits.
    #[must_use]
    pub const fn stands(self) -> bool {
        matches!(self, Self::Open | Self::NotUpheld)
    }
}

/// An objection to the class of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassObjection {
    /// Its name.
    pub name: ClassObjectionName,
    /// The item.
    pub agenda_item: AgendaItemId,
    /// Who objects.
    pub objector: Member,
    /// Name of the objecting organization then; empty for a person.
    pub objector_display_name: String,
    /// The class it should have.
    pub matter_class: MatterClass,
    /// Why.
    pub reason: String,
    /// State.
    pub state: ClassObjectionState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was decided or withdrawn.
    pub ended_at: Option<Timestamp>,
    /// The members' show of hands.
    pub show_of_hands: Option<ShowOfHands>,
}

impl ClassObjection {
    /// Whether one more objection can be made to an item, seeing those made before.
    ///
    /// # Errors
    /// `AGENDA_ITEM_WITHDRAWN`, `AGENDA_ITEM_NOT_NOTICED`, `CLASS_SAME`, `OBJECTION_EXISTS`, `CLASS_UPHELD`.
    pub fn expect_possible(
        item: &AgendaItem,
        matter_class: MatterClass,
        objector: Member,
        before: &[Self],
    ) -> Result<()> {
        if item.withdrawn_at.is_some() {
            return Err(Error::new(&reasons::AGENDA_ITEM_WITHDRAWN).with("name", &item.name));
        }
        if item.course.reclassified.is_some() {
            return Err(Error::new(&reasons::AGENDA_ITEM_NOT_NOTICED).with("name", &item.name));
        }
        item.expect_other_class(matter_class)?;
        let own = |other: &&Self| other.objector == objector && other.state.stands();
        if let Some(own) = before.iter().find(own) {
            return Err(Error::new(&reasons::OBJECTION_EXISTS).with("name", &own.name));
        }
        // what the members decided is not asked again in the same meeting
        let decided = |other: &&Self| other.matter_class == matter_class && other.state == ClassObjectionState::Upheld;
        match before.iter().find(decided) {
            Some(decided) => Err(Error::new(&reasons::CLASS_UPHELD).with("name", &decided.name)),
            None => Ok(()),
        }
    }

    fn expect(&self, states: &[ClassObjectionState]) -> Result<()> {
        if states.contains(&self.state) {
            return Ok(());
        }
        Err(Error::new(&reasons::OBJECTION_STATE)
            .with("name", &self.name)
            .with("state", self.state.code()))
    }

    /// Withdraws it.
    ///
    /// # Errors
    /// `OBJECTION_STATE`.
    pub fn withdraw(mut self, now: Timestamp) -> Result<Self> {
        self.expect(&[ClassObjectionState::Open, ClassObjectionState::NotUpheld])?;
        self.end(ClassObjectionState::Withdrawn, now);
        Ok(self)
    }

    /// Takes the members' word on it.
    ///
    /// # Errors
    /// `OBJECTION_STATE`.
    pub fn decide(mut self, show_of_hands: ShowOfHands) -> Result<Self> {
        self.expect(&[ClassObjectionState::Open])?;
        let state = if show_of_hands.carried {
            ClassObjectionState::Upheld
        } else {
            ClassObjectionState::NotUpheld
        };
        self.end(state, show_of_hands.recorded_at);
        self.show_of_hands = Some(show_of_hands);
        Ok(self)
    }

    /// The item was reclassified.
    #[must_use]
    pub fn reclassify(mut self, now: Timestamp) -> Self {
        self.end(ClassObjectionState::Reclassified, now);
        self
    }

    fn end(&mut self, state: ClassObjectionState, now: Timestamp) {
        self.state = state;
        self.ended_at = Some(now);
    }

    /// Refuses to vote while an objection stands.
    ///
    /// # Errors
    /// `MATTER_CLASS_CONTESTED`.
    pub fn expect_none(item: &AgendaItem, objections: &[Self]) -> Result<()> {
        let standing: Vec<_> = objections
            .iter()
            .filter(|objection| objection.state.stands())
            .map(|objection| objection.name.to_string())
            .collect();
        if standing.is_empty() {
            return Ok(());
        }
        Err(Error::new(&reasons::MATTER_CLASS_CONTESTED)
            .with("name", &item.name)
            .with("objections", standing.join(" ")))
    }
}
