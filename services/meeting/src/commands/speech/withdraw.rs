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

pub async fn withdraw(service: &Arc<Service>, request: Request<pb::WithdrawRequestRequest>) -> Result<pb::Speech> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: SpeechName = name("name", &request.name)?;
    let (by, _) = service.speech(admitted, &name).await?;
    let change = Change {
        service: Arc::clone(service),
        by,
        name,
        event: events::SpeechWithdrawn,
        transition: |speech: Speech, _: &DebateRules, _: &[Speech], now| Ok((speech.withdraw(now)?, None)),
    };
    change.commit("meeting.withdraw_request_to_speak").await
}
