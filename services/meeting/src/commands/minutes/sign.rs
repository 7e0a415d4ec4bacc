use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Fields, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use super::drawing::names;
use super::signing::{self, Act};
use crate::convert::{self, minutes::sha256, name};
use crate::domain::minutes::{SignatureMethod, SignatureState};
use crate::names::{MeetingName, SignatureName};
use crate::service::{Service, person};
use crate::store::minutes_facts::Names;
use crate::{queries, reasons};

/// What the commands that sign, refuse and record hand to their transaction.
pub(super) struct Signing {
    pub service: Arc<Service>,
    pub by: Authorized,
    pub meeting: MeetingName,
    pub names: Names,
    pub act: Act,
}

pub async fn sign(service: &Arc<Service>, request: Request<pb::SignMinutesRequest>) -> Result<pb::MinutesSignature> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("name", &request.name)?;
    let wanted = convert::mandate::wanted(&request.member)?;
    // who was sent by a mandate signs for the organization; anybody else for whom it acts
    let acting = service.acting_in(&admitted, &meeting, wanted).await?;
    let (by, _, member) = service.meeting_as(admitted, &meeting, acting).await?;
    let user = person(by.user())?;
    let mut fields = Fields::new();
    let sha256 = sha256(&mut fields, "sha256", &request.sha256);
    fields.finish()?;
    if wanted.is_some_and(|wanted| wanted != member) {
        return Err(Error::new(&reasons::SIGNS_FOR_ITSELF)
            .with("acting", member.name(&meeting.community))
            .with("member", &request.member));
    }
    let names = names(service, &meeting).await?;
    let act = Act {
        version: request.version,
        sha256: Some(sha256),
        member,
        state: SignatureState::Signed,
        person: Some(user),
        person_name: signer_name(service, &names, user).await?,
        post: match by.organization() == member.organization() {
            true => signing::posts(service, &by).await?,
            // who was sent holds no post in the organization it signs for
            false => "受托代表".to_owned(),
        },
        method: Some(SignatureMethod::OnScreen),
        reason: String::new(),
        recorded_by: None,
        evidence: None,
    };
    let input = Signing {
        service: Arc::clone(service),
        by,
        meeting: meeting.clone(),
        names,
        act,
    };
    let name = service
        .store
        .transaction("meeting.sign_minutes", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "minutes signed");
    queries::minutes::signature(service, &name).await
}

/// The name of who signs: of those who were there it is known already.
pub(super) async fn signer_name(service: &Service, names: &Names, user: yihe_kernel::UserId) -> Result<String> {
    if let Some(name) = names.persons.get(&user) {
        return Ok(name.clone());
    }
    let mut found = service.directory.persons([user]).await?;
    Ok(found.remove(&user).unwrap_or_default())
}

pub(super) async fn apply(tx: &Tx, input: &Signing) -> Result<SignatureName, Failure> {
    let Signing {
        service,
        by,
        meeting,
        names,
        act,
    } = input;
    signing::put(tx, service, by, (meeting, names), act).await
}
