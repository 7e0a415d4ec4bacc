use yihe_kernel::{Error, Result, Timestamp};
use yihe_tally::{MatterClass, RulePack};

use super::code::codes;
use super::{Course, Meeting, MeetingState, Member, Paper, Reclassified, Step};
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
    /// The building whose use is to change; empty for other matters.
    pub building: String,
    /// Whether it stood in the notice.
    pub noticed: bool,
    /// When it was proposed.
    pub created_at: Timestamp,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// Where it came from and where it goes.
    pub course: Course,
    /// Its papers in order.
    pub papers: Vec<Paper>,
    /// Grows with its papers and its withdrawal.
    pub version: i64,
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
        self.version += 1;
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

    /// Refuses the class that it has.
    ///
    /// # Errors
    /// `CLASS_SAME`.
    pub fn expect_other_class(&self, matter_class: MatterClass) -> Result<()> {
        if self.matter_class != matter_class {
            return Ok(());
        }
        Err(Error::new(&reasons::CLASS_SAME)
            .with("name", &self.name)
            .with("matter_class", matter_class.code()))
    }

    /// Gives it another class. What was noticed stands: from then on a new class only says that it needs a new notice.
    ///
    /// # Errors
    /// `MEETING_STATE`, `CLASS_SAME`.
    pub fn reclassify(mut self, meeting: &Meeting, to: Reclassified) -> Result<Self> {
        meeting.expect(Step::Classify)?;
        self.expect_other_class(to.matter_class)?;
        if matches!(meeting.state, MeetingState::Draft | MeetingState::Postponed) {
            self.matter_class = to.matter_class;
        } else {
            self.course.reclassified = Some(to);
        }
        Ok(self)
    }

    /// The same matter as an item of another meeting, in its newest class; both remember one another.
    ///
    /// # Errors
    /// `NOT_TO_BE_CARRIED` unless it was reclassified, or its meeting ended without deciding it.
    pub fn carry(
        &self,
        meeting: &Meeting,
        decided: bool,
        (name, position): (AgendaItemName, i32),
        now: Timestamp,
    ) -> Result<Self> {
        let left = self.course.reclassified.is_some() || (meeting.state.is_over() && !decided);
        let gone = self.withdrawn_at.is_some() || self.course.carried_to.is_some() || self.course.ratifies.is_some();
        if !left || gone {
            return Err(Error::new(&reasons::NOT_TO_BE_CARRIED).with("name", &self.name));
        }
        let reclassified = self.course.reclassified.as_ref();
        Ok(Self {
            name,
            position,
            matter_class: reclassified.map_or(self.matter_class, |to| to.matter_class),
            noticed: false,
            created_at: now,
            // files belong to the item they were uploaded for
            papers: Vec::new(),
            version: 1,
            course: Course {
                carried_from: Some(self.name.clone()),
                ..Course::default()
            },
            ..self.clone()
        })
    }

    /// Refuses to change the text of what only another body can change.
    ///
    /// # Errors
    /// `RATIFICATION_TEXT_FIXED`.
    pub fn expect_own_text(&self) -> Result<()> {
        match self.course.ratifies {
            None => Ok(()),
            Some(_) => Err(Error::new(&reasons::RATIFICATION_TEXT_FIXED).with("name", &self.name)),
        }
    }

    /// Refuses a motion on an item of a draft that is not up for decision.
    ///
    /// # Errors
    /// `AGENDA_ITEM_WITHDRAWN`, `AGENDA_ITEM_NOT_FOR_DECISION`.
    pub fn expect_on_draft(&self) -> Result<()> {
        if self.withdrawn_at.is_some() {
            return Err(Error::new(&reasons::AGENDA_ITEM_WITHDRAWN).with("name", &self.name));
        }
        if self.kind == AgendaItemKind::Decision {
            return Ok(());
        }
        Err(self.not_for_decision())
    }

    fn not_for_decision(&self) -> Error {
        Error::new(&reasons::AGENDA_ITEM_NOT_FOR_DECISION)
            .with("name", &self.name)
            .with("kind", self.kind.code())
            .with("matter_class", self.matter_class.code())
    }

    /// Refuses a decision on an item that was not noticed, is not up for decision, or is of a class the rules take no vote on.
    ///
    /// # Errors
    /// `AGENDA_ITEM_NOT_NOTICED`, `AGENDA_ITEM_NOT_FOR_DECISION`.
    pub fn expect_decidable(&self, pack: &RulePack) -> Result<()> {
        if !self.noticed || self.course.reclassified.is_some() {
            return Err(Error::new(&reasons::AGENDA_ITEM_NOT_NOTICED).with("name", &self.name));
        }
        self.expect_class_of(pack)
    }

    /// Refuses an item that is not up for decision, or of a class the rules take no vote on.
    ///
    /// # Errors
    /// `AGENDA_ITEM_NOT_FOR_DECISION`.
    pub fn expect_class_of(&self, pack: &RulePack) -> Result<()> {
        if self.kind == AgendaItemKind::Decision && pack.rules_for(self.matter_class).is_ok() {
            return Ok(());
        }
        Err(self.not_for_decision())
    }
}
