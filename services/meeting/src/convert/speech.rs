use yihe_kernel::{Fields, Result};
use yihe_proto::meeting::v1 as pb;

use super::read::code;
use super::{Wire, instant, user};
use crate::domain::{DebateRules, Speech, SpeechSide};
use crate::names::AgendaItemName;
use yihe_retry::Retry;

/// A speech or a point of order that is asked for.
#[derive(Debug)]
pub struct NewSpeech {
    /// On which side; none for a point of order.
    pub side: Option<SpeechSide>,
    /// How the request is known again.
    pub retry: Retry,
}

impl NewSpeech {
    /// A speech.
    ///
    /// # Errors
    /// `INVALID_REQUEST`.
    pub fn speech(request: &pb::RequestToSpeakRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let side = code::<SpeechSide>(&mut fields, "side", request.side);
        fields.finish_with(
            "side",
            side.map(|side| Self {
                side: Some(side),
                retry,
            }),
        )
    }

    /// A point of order.
    ///
    /// # Errors
    /// `INVALID_REQUEST`.
    pub fn point_of_order(request: &pb::RaisePointOfOrderRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        fields.finish()?;
        Ok(Self { side: None, retry })
    }
}

/// A speech of a meeting that debates by these rules.
pub fn speech(speech: &Speech, rules: &DebateRules) -> pb::Speech {
    let meeting = speech.name.meeting();
    let item: AgendaItemName = meeting.agenda_item(speech.item);
    pb::Speech {
        agenda_item: item.to_string(),
        member: speech.member.name(&meeting.community),
        speaker: user(speech.speaker),
        side: speech.side.map(Wire::number).unwrap_or_default(),
        point_of_order: speech.is_point_of_order(),
        state: speech.state.number(),
        request_time: instant(Some(speech.asked_at)),
        floor_time: instant(speech.floor_at),
        limit_time: instant(speech.ends_at(rules)),
        end_time: instant(speech.ended_at),
        name: speech.name.to_string(),
    }
}

/// How a meeting debates; none where it keeps no list of speakers.
pub fn debate_rules(fields: &mut Fields, rules: Option<&pb::DebateRules>) -> Option<DebateRules> {
    let rules = rules?;
    let within = |fields: &mut Fields, field: &str, number: i32, most: u32| {
        let read = u32::try_from(number).ok().filter(|number| *number <= most);
        read.unwrap_or_else(|| {
            fields.refuse(field, format!("must be 0 to {most}"), format!("须为 0 至 {most}"));
            0
        })
    };
    Some(DebateRules {
        speech_seconds: within(
            fields,
            "meeting.debate_rules.speech_seconds",
            rules.speech_seconds,
            3600,
        ),
        speeches_per_item: within(
            fields,
            "meeting.debate_rules.speeches_per_item",
            rules.speeches_per_item,
            100,
        ),
        alternate_sides: rules.alternate_sides,
    })
}

impl From<DebateRules> for pb::DebateRules {
    fn from(rules: DebateRules) -> Self {
        let number = |number| i32::try_from(number).unwrap_or(i32::MAX);
        Self {
            speech_seconds: number(rules.speech_seconds),
            speeches_per_item: number(rules.speeches_per_item),
            alternate_sides: rules.alternate_sides,
        }
    }
}
