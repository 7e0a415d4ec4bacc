use tonic::Request;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;

use crate::convert::{self, name};
use crate::domain::{Speech, SpeechState, debate_rules, queue};
use crate::names::{AgendaItemName, SpeechName};
use crate::service::Service;
use crate::store;

/// The most speeches that an answer holds.
const SPEECHES: usize = 1000;

pub async fn list(service: &Service, request: Request<pb::ListSpeakersRequest>) -> Result<pb::ListSpeakersResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let item: AgendaItemName = name("name", &request.name)?;
    service.agenda_item(admitted, &item).await?;
    let meeting = store::meeting::find(service.reader(), &item.meeting()).await?;
    let meeting = meeting.ok_or_else(|| Error::not_found(item.meeting()))?;
    // who asks a meeting without a list of speakers is told that there is none
    let rules = debate_rules(&meeting)?;
    let mut speeches = store::speech::all(service.reader(), &meeting.name).await?;
    speeches.retain(|speech| speech.item == item.agenda_item);
    let speaking = speeches.iter().filter(|speech| speech.state == SpeechState::Speaking);
    let over = speeches
        .iter()
        .filter(|speech| !speech.waits() && speech.state != SpeechState::Speaking);
    let listed = speaking.chain(queue(rules, &speeches)).chain(over);
    Ok(pb::ListSpeakersResponse {
        speeches: listed
            .take(SPEECHES)
            .map(|speech: &Speech| convert::speech::speech(speech, rules))
            .collect(),
    })
}

/// One speech as it is answered.
pub async fn told(service: &Service, name: &SpeechName) -> Result<pb::Speech> {
    let meeting = store::meeting::find(service.reader(), &name.meeting()).await?;
    let meeting = meeting.ok_or_else(|| Error::not_found(name))?;
    let speech = store::speech::get(service.reader(), name).await?;
    Ok(convert::speech::speech(&speech, debate_rules(&meeting)?))
}
