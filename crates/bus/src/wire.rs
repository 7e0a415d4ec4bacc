//! An event as a message: what it is in headers, its payload as the body.

use std::str::FromStr;

use async_nats::HeaderMap;
use async_nats::jetstream::message::PublishMessage;
use kernel::Timestamp;
use store::Event;
use uuid::Uuid;
use yihe_kernel as kernel;
use yihe_store as store;

const COMMUNITY: &str = "Yihe-Community";
const KIND: &str = "Yihe-Kind";
const STREAM: &str = "Yihe-Stream";
const SUBJECT: &str = "Yihe-Subject";
const ACTOR: &str = "Yihe-Actor";
const ORGANIZATION: &str = "Yihe-Organization";
const AT: &str = "Yihe-At";
/// By the name that everybody knows it by.
const TRACE: &str = yihe_telemetry::TRACE_PARENT;

/// The token for events that belong to no community.
const NOWHERE: &str = "none";

/// A message that is not an event.
#[derive(Debug, thiserror::Error)]
#[error("header {0} is missing or malformed")]
pub(crate) struct NotAnEvent(&'static str);

/// `PREFIX.event.SERVICE.COMMUNITY.KIND`; dots of the kind become underscores, for a dot ends a token.
pub(crate) fn subject(prefix: &str, service: &str, event: &Event) -> String {
    let community = event.community.as_ref().map(ToString::to_string);
    let community = community.as_deref().unwrap_or(NOWHERE);
    format!("{}.{community}.{}", below(prefix, service), token(&event.kind))
}

/// Where all events of a service are.
pub(crate) fn below(prefix: &str, service: &str) -> String {
    format!("{prefix}.event.{service}")
}

/// Where the events of one kind are, or all where there are several kinds: a server of today's Debian filters by one subject.
pub(crate) fn filter(prefix: &str, service: &str, kinds: &[&str]) -> String {
    match kinds {
        [kind] => format!("{}.*.{}", below(prefix, service), token(kind)),
        _ => format!("{}.>", below(prefix, service)),
    }
}

fn token(kind: &str) -> String {
    let safe = |character: char| character.is_ascii_alphanumeric() || character == '-';
    kind.chars()
        .map(|character| if safe(character) { character } else { '_' })
        .collect()
}

pub(crate) fn message(event: Event) -> PublishMessage {
    let mut headers = HeaderMap::new();
    if let Some(community) = &event.community {
        headers.insert(COMMUNITY, community.to_string());
    }
    if let Some(organization) = event.organization {
        headers.insert(ORGANIZATION, organization.uuid().to_string());
    }
    headers.insert(KIND, one_line(&event.kind));
    headers.insert(STREAM, one_line(&event.stream));
    headers.insert(SUBJECT, one_line(&event.subject));
    headers.insert(ACTOR, one_line(&event.actor));
    headers.insert(AT, event.at.micros().to_string());
    if let Some(trace) = event.trace {
        headers.insert(TRACE, trace.to_string());
    }
    PublishMessage::build()
        .headers(headers)
        .payload(event.payload.into())
        .message_id(event.id.to_string())
}

/// The event in a message at a position of its stream.
pub(crate) fn event(message: &async_nats::Message, position: i64) -> Result<Event, NotAnEvent> {
    let headers = message.headers.as_ref().ok_or(NotAnEvent("Nats-Msg-Id"))?;
    Ok(Event {
        sequence: position,
        id: parsed(headers, "Nats-Msg-Id")?,
        community: optional(headers, COMMUNITY)?,
        kind: text(headers, KIND)?,
        stream: text(headers, STREAM)?,
        subject: text(headers, SUBJECT)?,
        actor: text(headers, ACTOR)?,
        organization: optional::<Uuid>(headers, ORGANIZATION)?.map(Into::into),
        payload: message.payload.to_vec(),
        at: Timestamp::from_micros(parsed(headers, AT)?),
        // an event counts whatever its trace is
        trace: headers.get(TRACE).and_then(|trace| trace.as_str().parse().ok()),
    })
}

fn text(headers: &HeaderMap, name: &'static str) -> Result<String, NotAnEvent> {
    let value = headers.get(name).ok_or(NotAnEvent(name))?;
    unfold(value.as_str()).ok_or(NotAnEvent(name))
}

fn parsed<T: FromStr>(headers: &HeaderMap, name: &'static str) -> Result<T, NotAnEvent> {
    let value = headers.get(name).ok_or(NotAnEvent(name))?;
    value.as_str().parse().map_err(|_| NotAnEvent(name))
}

fn optional<T: FromStr>(headers: &HeaderMap, name: &'static str) -> Result<Option<T>, NotAnEvent> {
    headers.get(name).map(|_| parsed(headers, name)).transpose()
}

/// Line ends would end a header, and blanks at its ends are lost.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '%' || character.is_ascii_control() || character == ' ' {
            line.push_str(&format!("%{:02X}", u32::from(character)));
        } else {
            line.push(character);
        }
    }
    line
}

fn unfold(line: &str) -> Option<String> {
    let mut parts = line.split('%');
    let mut text = parts.next()?.to_owned();
    for part in parts {
        let code = u8::from_str_radix(part.get(..2)?, 16).ok()?;
        text.push(char::from(code));
        text.push_str(part.get(2..)?);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE_PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn event_of(community: Option<&str>, subject: &str) -> Event {
        Event {
            sequence: 7,
            id: Uuid::from_u128(9),
            community: community.map(|community| community.parse().unwrap()),
            kind: "yihe.ledger.v1.ProjectEntryMade".into(),
            stream: "communities/440309002021/projects/1".into(),
            subject: subject.into(),
            actor: "users/1".into(),
            organization: community.map(|_| Uuid::from_u128(3).into()),
            payload: vec![0, 255],
            at: Timestamp::from_micros(-5),
            trace: community.map(|_| TRACE_PARENT.parse().unwrap()),
        }
    }

    #[test]
    fn an_event_comes_back_as_it_was() {
        for event_before in [
            event_of(Some("440309002021"), "a"),
            event_of(None, " 100% 社区\r\nX: y "),
        ] {
            let message = message(event_before.clone()).outbound_message("s");
            let message = async_nats::Message {
                subject: message.subject,
                reply: None,
                length: message.payload.len(),
                payload: message.payload,
                headers: message.headers,
                status: None,
                description: None,
            };
            let event_after = event(&message, 7).unwrap();
            assert_eq!(format!("{event_before:?}"), format!("{event_after:?}"));
        }
    }

    #[test]
    fn subjects_have_five_tokens_whatever_the_kind() {
        let subject = subject("yihe", "ledger", &event_of(Some("440309002021"), "a"));
        assert_eq!(
            subject,
            "yihe.event.ledger.440309002021.yihe_ledger_v1_ProjectEntryMade"
        );
        let kinds = ["yihe.ledger.v1.ProjectEntryMade"];
        assert_eq!(
            filter("yihe", "ledger", &kinds),
            "yihe.event.ledger.*.yihe_ledger_v1_ProjectEntryMade"
        );
        assert_eq!(filter("yihe", "ledger", &["a", "b"]), "yihe.event.ledger.>");
        assert_eq!(token("a b*>.c"), "a_b___c");
    }

    #[test]
    fn a_message_of_somebody_else_is_no_event() {
        let message = async_nats::Message {
            subject: "s".into(),
            reply: None,
            length: 0,
            payload: Vec::new().into(),
            headers: None,
            status: None,
            description: None,
        };
        assert!(event(&message, 1).is_err());
    }
}
