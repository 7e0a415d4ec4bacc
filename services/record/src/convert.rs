//! From the wire, with every bad field named, and to the wire.

pub mod webhook;

use std::str::FromStr;

use yihe_kernel::{Error, Fields, MalformedName, OrganizationName, Result, Timestamp};
use yihe_proto::record::v1 as pb;
use yihe_store::Store;

use crate::cursor;
use crate::sight::Sight;
use crate::store::event::{Recorded, Wanted};

const TYPES: usize = 50;
const SOURCES: usize = 20;
const CODE: usize = 100;

/// The name in a field.
///
/// # Errors
/// `MALFORMED_NAME`.
pub fn name<N: FromStr<Err = MalformedName>>(field: &str, text: &str) -> Result<N> {
    text.parse().map_err(|refusal| Error::malformed_name(field, &refusal))
}

/// Which events are wanted.
///
/// # Errors
/// `INVALID_REQUEST`.
pub fn wanted(field: &str, filter: Option<&pb::EventFilter>) -> Result<Wanted> {
    let Some(filter) = filter else {
        return Ok(Wanted::default());
    };
    let types = format!("{field}.types");
    let mut fields = Fields::new();
    let mut wanted = Wanted {
        subject: (!filter.subject.is_empty()).then(|| filter.subject.clone()),
        organization: fields
            .optional_name::<OrganizationName>(&format!("{field}.acting_organization"), &filter.acting_organization)
            .map(|name| name.organization),
        sources: codes(&mut fields, &format!("{field}.sources"), &filter.sources, SOURCES),
        from: fields.instant(&format!("{field}.start_time"), filter.start_time.as_ref()),
        until: fields.instant(&format!("{field}.end_time"), filter.end_time.as_ref()),
        ..Wanted::default()
    };
    for kind in codes(&mut fields, &types, &filter.types, TYPES) {
        match kind.strip_suffix('*') {
            Some(prefix) if prefix.ends_with('.') && !prefix.contains('*') => wanted.prefixes.push(prefix.to_owned()),
            None if !kind.contains('*') => wanted.kinds.push(kind),
            _ => fields.refuse(
                &types,
                format!("`{kind}` is neither a type nor `yihe.SERVICE.v1.*`"),
                format!("“{kind}”既不是事件类型,也不是 `yihe.服务.v1.*` 的形式"),
            ),
        }
    }
    fields.finish()?;
    Ok(wanted)
}

fn codes(fields: &mut Fields, field: &str, texts: &[String], most: usize) -> Vec<String> {
    if texts.len() > most {
        fields.refuse(field, format!("must be at most {most}"), format!("至多 {most} 个"));
    }
    let is_code = |text: &String| {
        let safe = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '*');
        (1..=CODE).contains(&text.len()) && text.chars().all(safe)
    };
    if !texts.iter().all(is_code) {
        fields.refuse(
            field,
            format!("each must be 1 to {CODE} letters, digits, dots and underscores"),
            format!("每个须为 1 至 {CODE} 个字母、数字、点或下划线"),
        );
    }
    texts.to_vec()
}

/// An event as a caller may see it.
///
/// # Errors
/// No cursor can be written.
pub fn event(store: &Store, sight: &Sight, event: Recorded) -> Result<pb::Event> {
    let actor = if sight.tells_actor(&event) {
        event.actor
    } else {
        String::new()
    };
    Ok(pb::Event {
        cursor: cursor::seal(store, &event.name.community, event.sequence)?,
        name: event.name.to_string(),
        source: event.source,
        r#type: event.kind,
        subject: event.subject,
        aggregate: event.aggregate,
        acting_organization: event
            .organization
            .map(|organization| OrganizationName { organization }.to_string())
            .unwrap_or_default(),
        actor,
        occur_time: Some(event.occurred_at.to_proto()),
        record_time: Some(Timestamp::to_proto(event.recorded_at)),
        data: event.data,
    })
}
