use std::sync::Arc;

use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use super::change::Change;
use crate::convert::name;
use crate::domain::{DebateRules, Speech};
use crate::events;
use crate::names::SpeechName;
use crate::service::{Service, person};

pub async fn end(service: &Arc<Service>, request: Request<pb::EndSpeechRequest>) -> Result<pb::Speech> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: SpeechName = name("name", &request.name)?;
    let (by, _) = service.speech(admitted, &name).await?;
    let user = person(by.user())?;
    let change = Change {
        service: Arc::clone(service),
        by,
        name,
        event: events::SpeechEnded,
        transition: move |speech: Speech, rules: &DebateRules, _: &[Speech], now| {
            let by_speaker = speech.speaker == user;
            Ok((speech.end(rules, by_speaker, now)?, None))
        },
    };
    change.commit("meeting.end_speech").await
}
