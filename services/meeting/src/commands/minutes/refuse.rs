use std::sync::Arc;

use tonic::Request;
use yihe_kernel::{Fields, Result};
use yihe_proto::meeting::v1 as pb;

use super::drawing::names;
use super::sign::{Signing, apply, signer_name};
use super::signing::{self, Act};
use crate::convert::name;
use crate::domain::minutes::SignatureState;
use crate::names::MeetingName;
use crate::queries;
use crate::service::{Service, acting_member, person};

pub async fn refuse(service: &Arc<Service>, request: Request<pb::RefuseToSignRequest>) -> Result<pb::MinutesSignature> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &meeting).await?;
    let (member, user) = (acting_member(&by)?, person(by.user())?);
    let mut fields = Fields::new();
    let reason = fields.lines("reason", &request.reason, 1..=1000);
    fields.finish()?;
    let names = names(service, &meeting).await?;
    let act = Act {
        version: request.version,
        sha256: None,
        member,
        state: SignatureState::Refused,
        person: Some(user),
        person_name: signer_name(service, &names, user).await?,
        post: signing::posts(service, &by).await?,
        method: None,
        reason,
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
        .transaction("meeting.refuse_to_sign", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "signature refused");
    queries::minutes::signature(service, &name).await
}
