use yihe_kernel::{Error, Result, Timestamp, UserId};

use super::code::codes;
use super::{Meeting, Member};
use crate::names::{AgendaItemId, SpeechName};
use crate::reasons;

codes! {
    /// What somebody wants to say.
    SpeechSide {
        /// In favour.
        For = "FOR",
        /// Against.
        Against = "AGAINST",
        /// Neither.
        Neutral = "NEUTRAL",
    }

    /// State of a speech.
    SpeechState {
        /// Waits for the floor.
        Waiting = "WAITING",
        /// Has the floor.
        Speaking = "SPEAKING",
        /// Interrupted by a point of order.
        Interrupted = "INTERRUPTED",
        /// Over.
        Ended = "ENDED",
        /// Taken back before it began.
        Withdrawn = "WITHDRAWN",
    }
}

/// How a meeting debates. A meeting without such rules keeps no list of speakers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DebateRules {
    /// Seconds a speech lasts at most; 0 means no limit.
    pub speech_seconds: u32,
    /// Speeches of one member on one item at most; 0 means no limit.
    pub speeches_per_item: u32,
    /// Whether the sides take turns.
    pub alternate_sides: bool,
}

/// A speech on an item; without a side it is a point of order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speech {
    /// Its name.
    pub name: SpeechName,
    /// The item.
    pub item: AgendaItemId,
    /// For whom.
    pub member: Member,
    /// Who speaks.
    pub speaker: UserId,
    /// On which side; none for a point of order.
    pub side: Option<SpeechSide>,
    /// State.
    pub state: SpeechState,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// Since when it has the floor, or had it last.
    pub floor_at: Option<Timestamp>,
    /// Microseconds it had the floor before it was interrupted.
    pub spoken_micros: i64,
    /// When it ended or was withdrawn.
    pub ended_at: Option<Timestamp>,
}

impl Speech {
    /// Whether it is a point of order.
    #[must_use]
    pub const fn is_point_of_order(&self) -> bool {
        self.side.is_none()
    }

    /// Whether it waits for the floor, from the beginning or to go on.
    #[must_use]
    pub const fn waits(&self) -> bool {
        matches!(self.state, SpeechState::Waiting | SpeechState::Interrupted)
    }

    /// When its time is over; none where it has not the floor, or no limit.
    #[must_use]
    pub fn ends_at(&self, rules: &DebateRules) -> Option<Timestamp> {
        let limited = self.state == SpeechState::Speaking && !self.is_point_of_order() && rules.speech_seconds > 0;
        let left = i64::from(rules.speech_seconds)
            .saturating_mul(1_000_000)
            .saturating_sub(self.spoken_micros);
        let since = self.floor_at.filter(|_| limited)?;
        Some(Timestamp::from_micros(since.micros().saturating_add(left.max(0))))
    }

    /// Whether it can be asked for, beside the others on the item.
    ///
    /// # Errors
    /// `SPEECH_ASKED`, `SPEECH_LIMIT`.
    pub fn expect_askable(&self, rules: &DebateRules, others: &[Self]) -> Result<()> {
        let community = &self.name.community;
        let own = || {
            others
                .iter()
                .filter(|other| other.member == self.member && other.is_point_of_order() == self.is_point_of_order())
        };
        if let Some(waiting) = own().find(|other| other.waits() || other.state == SpeechState::Speaking) {
            return Err(Error::new(&reasons::SPEECH_ASKED)
                .with("member", self.member.name(community))
                .with("name", &waiting.name));
        }
        let held = own().filter(|other| other.state == SpeechState::Ended).count();
        let most = usize::try_from(rules.speeches_per_item).unwrap_or(usize::MAX);
        if !self.is_point_of_order() && most > 0 && held >= most {
            return Err(Error::new(&reasons::SPEECH_LIMIT)
                .with("member", self.member.name(community))
                .with("limit", most));
        }
        Ok(())
    }

    /// Gives it the floor, and gives the speech that it interrupts, if it is a point of order and there is one.
    ///
    /// # Errors
    /// `SPEECH_STATE`, `FLOOR_TAKEN`, `SPEAKER_NOT_NEXT`.
    pub fn take_floor(mut self, rules: &DebateRules, all: &[Self], now: Timestamp) -> Result<(Self, Option<Self>)> {
        if !self.waits() {
            return Err(self.wrong_state("WAITING / INTERRUPTED"));
        }
        let speaking = all.iter().find(|other| other.state == SpeechState::Speaking);
        let interrupted = match speaking {
            Some(other) if self.is_point_of_order() && !other.is_point_of_order() => Some(other.clone().interrupt(now)),
            Some(other) => return Err(Error::new(&reasons::FLOOR_TAKEN).with("name", &other.name)),
            None => None,
        };
        let of_item: Vec<_> = all.iter().filter(|other| other.item == self.item).cloned().collect();
        match queue(rules, &of_item).first() {
            Some(next) if next.name != self.name => {
                return Err(Error::new(&reasons::SPEAKER_NOT_NEXT)
                    .with("name", &self.name)
                    .with("next", &next.name));
            }
            _ => {}
        }
        self.state = SpeechState::Speaking;
        self.floor_at = Some(now);
        Ok((self, interrupted))
    }

    fn interrupt(mut self, now: Timestamp) -> Self {
        let spoken = self.floor_at.map_or(0, |since| now.micros_since(since).max(0));
        self.spoken_micros = self.spoken_micros.saturating_add(spoken);
        self.state = SpeechState::Interrupted;
        self
    }

    /// Ends it. The chair ends one whose time is over, or that has no limit; its speaker ends it at any time.
    ///
    /// # Errors
    /// `SPEECH_STATE`, `SPEECH_NOT_OVER`.
    pub fn end(mut self, rules: &DebateRules, by_speaker: bool, now: Timestamp) -> Result<Self> {
        if self.state != SpeechState::Speaking {
            return Err(self.wrong_state("SPEAKING"));
        }
        if let Some(end) = self.ends_at(rules).filter(|end| now < *end && !by_speaker) {
            return Err(Error::new(&reasons::SPEECH_NOT_OVER)
                .with("name", &self.name)
                .with("end", end));
        }
        self.state = SpeechState::Ended;
        self.ended_at = Some(now);
        Ok(self)
    }

    /// Takes it back; one that was interrupted is over then.
    ///
    /// # Errors
    /// `SPEECH_STATE`.
    pub fn withdraw(mut self, now: Timestamp) -> Result<Self> {
        self.state = match self.state {
            SpeechState::Waiting => SpeechState::Withdrawn,
            SpeechState::Interrupted => SpeechState::Ended,
            _ => return Err(self.wrong_state("WAITING / INTERRUPTED")),
        };
        self.ended_at = Some(now);
        Ok(self)
    }

    fn wrong_state(&self, needed: &str) -> Error {
        Error::new(&reasons::SPEECH_STATE)
            .with("name", &self.name)
            .with("state", self.state.code())
            .with("needed", needed)
    }
}

/// The rules by which a meeting debates.
///
/// # Errors
/// `DEBATE_OFF`.
pub fn debate_rules(meeting: &Meeting) -> Result<&DebateRules> {
    let rules = meeting.debate.as_ref();
    rules.ok_or_else(|| Error::new(&reasons::DEBATE_OFF).with("name", &meeting.name))
}

/// Those who wait on one item, in the order in which they are called: points of order, a speech that was interrupted, then the
/// others by time; where the sides take turns, after one of a side comes the first of the other, and who is neutral when the
/// other side has nobody.
#[must_use]
pub fn queue<'a>(rules: &DebateRules, of_item: &'a [Speech]) -> Vec<&'a Speech> {
    let waiting = |state: SpeechState, point: bool| {
        of_item
            .iter()
            .filter(move |speech| speech.state == state && speech.is_point_of_order() == point)
    };
    let mut queue: Vec<_> = waiting(SpeechState::Waiting, true).collect();
    queue.extend(waiting(SpeechState::Interrupted, false));
    let mut rest: Vec<_> = waiting(SpeechState::Waiting, false).collect();
    queue.sort_by_key(|speech| (!speech.is_point_of_order(), speech.asked_at, speech.name.speech));
    rest.sort_by_key(|speech| (speech.asked_at, speech.name.speech));
    if !rules.alternate_sides {
        queue.extend(rest);
        return queue;
    }
    let heard = |speech: &&Speech| !speech.is_point_of_order() && speech.floor_at.is_some();
    let mut last = of_item
        .iter()
        .filter(heard)
        .max_by_key(|speech| (speech.floor_at, speech.name.speech))
        .and_then(|speech| speech.side);
    while !rest.is_empty() {
        let place = next_place(&rest, last);
        let speech = rest.remove(place);
        last = speech.side;
        queue.push(speech);
    }
    queue
}

/// Where the next one stands among those who wait by time, of whom there is one at least.
fn next_place(rest: &[&Speech], last: Option<SpeechSide>) -> usize {
    let first = |side: SpeechSide| rest.iter().position(|speech| speech.side == Some(side));
    let other = match last {
        Some(SpeechSide::For) => SpeechSide::Against,
        Some(SpeechSide::Against) => SpeechSide::For,
        Some(SpeechSide::Neutral) | None => return 0,
    };
    first(other).or_else(|| first(SpeechSide::Neutral)).unwrap_or(0)
}

#[cfg(test)]
mod tests;
