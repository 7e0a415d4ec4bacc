use yihe_kernel::{Error, Result, Timestamp};
use yihe_tally::{MatterClass, RulePack};

use super::code::codes;
use super::{Meeting, Member, Step};
use crate::names::AgendaItemName;
use crate::reasons;

codes! {
    /// What is done with an agenda item.
    AgendaItemKind {
        /// It is reported.
        Report = "REPORT",
        /// It is deliberated.
        Deliberation = "DELIBERATION",
        /// It is decided.
        Decision = "DECISION",
    }
}

/// An item of the agenda.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgendaItem {
    /// Its name.
    pub name: AgendaItemName,
    /// Place in the agenda, from 1; a withdrawn item keeps its place.
    pub position: i32,
    /// Title.
    pub title: String,
    /// What it is about; may be empty.
    pub description: String,
    /// Who proposed it.
    pub proposer: Member,
    /// Name of the proposing organization then; empty for a person.
    pub proposer_display_name: String,
    /// What is done with it.
    pub kind: AgendaItemKind,
    /// Class of the matter, as the proposer sees it.
    pub matter_class: MatterClass,
    /// Whether it stood in the notice.
    pub noticed: bool,
    /// When it was proposed.
    pub created_at: Timestamp,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
}

impl AgendaItem {
    /// Takes it off the agenda of a draft.
    ///
    /// # Errors
    /// `MEETING_STATE`, `AGENDA_ITEM_WITHDRAWN`.
    pub fn withdraw(mut self, meeting: &Meeting, now: Timestamp) -> Result<Self> {
        meeting.expect(Step::Agenda)?;
        if self.withdrawn_at.is_some() {
            return Err(Error::new(&reasons::AGENDA_ITEM_WITHDRAWN).with("name", &self.name));
        }
        self.withdrawn_at = Some(now);
        Ok(self)
    }

    /// The agenda with one item at another place, from 1; the items between make room.
    ///
    /// # Errors
    /// `AGENDA_POSITION_UNKNOWN`, `RESOURCE_NOT_FOUND`.
    pub fn moved(mut agenda: Vec<Self>, name: &AgendaItemName, position: i32) -> Result<Vec<Self>> {
        let unknown = || Error::new(&reasons::AGENDA_POSITION_UNKNOWN).with("last", agenda.len());
        let to = usize::try_from(position).ok().and_then(|place| place.checked_sub(1));
        let to = to.filter(|place| *place < agenda.len()).ok_or_else(unknown)?;
        let from = agenda.iter().position(|item| item.name == *name);
        let item = agenda.remove(from.ok_or_else(|| Error::not_found(name))?);
        agenda.insert(to, item);
        for (item, place) in agenda.iter_mut().zip(1..) {
            item.position = place;
        }
        Ok(agenda)
    }

    /// Refuses a decision on an item that was not noticed, is not up for decision, or is of a class the rules take no vote on.
    ///
    /// # Errors
    /// `AGENDA_ITEM_NOT_NOTICED`, `AGENDA_ITEM_NOT_FOR_DECISION`.
    pub fn expect_decidable(&self, pack: &RulePack) -> Result<()> {
        if !self.noticed {
            return Err(Error::new(&reasons::AGENDA_ITEM_NOT_NOTICED).with("name", &self.name));
        }
        if self.kind == AgendaItemKind::Decision && pack.rules_for(self.matter_class).is_ok() {
            return Ok(());
        }
        Err(Error::new(&reasons::AGENDA_ITEM_NOT_FOR_DECISION)
            .with("name", &self.name)
            .with("kind", self.kind.code())
            .with("matter_class", self.matter_class.code()))
    }
}
