use yihe_proto::meeting::v1 as pb;
use yihe_store::Event;

use super::organization;

/// An event of a meeting's history.
pub fn event(event: Event) -> pb::MeetingEvent {
    pb::MeetingEvent {
        position: event.sequence,
        occur_time: Some(event.at.to_proto()),
        r#type: event.kind,
        subject: event.subject,
        acting_organization: event.organization.map(organization).unwrap_or_default(),
        earlier: Vec::new(),
    }
}

/// Events in order as one message: the last one carries those before it. `None` where there are none.
pub fn together(mut events: Vec<pb::MeetingEvent>) -> Option<pb::MeetingEvent> {
    let last = events.pop()?;
    Some(pb::MeetingEvent {
        earlier: events,
        ..last
    })
}
