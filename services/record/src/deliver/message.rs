//! An event as it is posted: a CloudEvent in JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, header};
use http_body_util::Full;
use serde_json::{Map, Value};
use yihe_kernel::{Error, OrganizationName, Result, Timestamp};

use super::signature::{self, Secret};
use super::target::Target;
use crate::store::event::Recorded;

/// The request that tells an event.
///
/// # Errors
/// `INTERNAL` for a path that cannot be sent, which reading the URL should not permit.
pub fn request(
    target: &Target,
    secrets: &[Secret],
    body: Vec<u8>,
    id: &str,
    now: Timestamp,
) -> Result<Request<Full<Bytes>>> {
    let timestamp = now.seconds();
    Request::post(target.path.as_str())
        .header(header::HOST, target.authority())
        .header(header::CONTENT_TYPE, "application/cloudevents+json; charset=utf-8")
        .header(header::USER_AGENT, "yihe")
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature::header(secrets, id, timestamp, &body))
        .body(Full::from(body))
        .map_err(Error::internal)
}

/// The event in the JSON format of CloudEvents; what is ours is told in extension attributes.
pub fn body(event: &Recorded, cursor: &str, tells_actor: bool) -> Vec<u8> {
    let mut attributes = Map::new();
    let mut set = |name: &str, value: String| {
        if !value.is_empty() {
            attributes.insert(name.to_owned(), Value::String(value));
        }
    };
    set("specversion", "1.0".to_owned());
    set("id", event.name.event.to_string());
    set("source", format!("/{}/services/{}", community(event), event.source));
    set("type", event.kind.clone());
    set("subject", event.subject.clone());
    set("time", event.occurred_at.to_string());
    set("name", event.name.to_string());
    set("aggregate", event.aggregate.clone());
    set("cursor", cursor.to_owned());
    let organization = event.organization.map(|organization| OrganizationName { organization });
    set(
        "actingorganization",
        organization.map(|name| name.to_string()).unwrap_or_default(),
    );
    if tells_actor {
        set("actor", event.actor.clone());
    }
    if !event.data.is_empty() {
        set("datacontenttype", "application/protobuf".to_owned());
        set("data_base64", STANDARD.encode(&event.data));
    }
    Value::Object(attributes).to_string().into_bytes()
}

fn community(event: &Recorded) -> String {
    yihe_kernel::CommunityName {
        community: event.name.community.clone(),
    }
    .to_string()
}
