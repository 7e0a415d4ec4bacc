use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Fields, Result, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::convert::owners::challenge as told;
use crate::domain::owners::ChallengeAnswer;
use crate::names::ChallengeName;
use crate::service::{Service, person};
use crate::{events, reasons, store};

struct Answer {
    service: Arc<Service>,
    by: Authorized,
    name: ChallengeName,
    answerer: UserId,
    text: String,
}

pub async fn answer(service: &Arc<Service>, request: Request<pb::AnswerChallengeRequest>) -> Result<pb::Challenge> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: ChallengeName = name("name", &request.name)?;
    let (by, compound) = service.challenge(admitted, &name).await?;
    let answerer = person(by.user())?;
    let mut fields = Fields::new();
    let text = fields.lines("answer", &request.answer, 1..=5000);
    fields.finish()?;
    let input = Answer {
        service: Arc::clone(service),
        by,
        name: name.clone(),
        answerer,
        text,
    };
    service
        .store
        .transaction("meeting.answer_challenge", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%name, "challenge answered");
    let challenge = store::owners::challenge(service.reader(), &name).await?;
    Ok(told(challenge.ok_or_else(|| Error::not_found(&name))?, compound))
}

async fn apply(tx: &Tx, input: &Answer) -> Result<(), Failure> {
    let Answer { service, by, name, .. } = input;
    let now = service.now();
    let answer = ChallengeAnswer {
        text: input.text.clone(),
        at: now,
        by: input.answerer,
    };
    if !store::owners::answer(tx, by, name, &answer).await? {
        return Err(Error::new(&reasons::CHALLENGE_ANSWERED).with("name", name).into());
    }
    events::append(tx, by, events::ChallengeAnswered, &name.vote().meeting(), name, now).await
}
