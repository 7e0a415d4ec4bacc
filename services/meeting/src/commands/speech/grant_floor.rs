use std::sync::Arc;

use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use super::change::Change;
use crate::convert::name;
use crate::domain::{DebateRules, Speech};
use crate::events;
use crate::names::SpeechName;
use crate::service::Service;

pub async fn grant_floor(service: &Arc<Service>, request: Request<pb::GrantFloorRequest>) -> Result<pb::Speech> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: SpeechName = name("name", &request.name)?;
    let (by, _) = service.speech(admitted, &name).await?;
    let change = Change {
        service: Arc::clone(service),
        by,
        name,
        event: events::FloorGranted,
        transition: |speech: Speech, rules: &DebateRules, all: &[Speech], now| speech.take_floor(rules, all, now),
    };
    change.commit("meeting.grant_floor").await
}
