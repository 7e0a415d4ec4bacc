use sea_orm::ConnectionTrait;
use subtle::ConstantTimeEq;
use yihe_authz::Admitted;
use yihe_kernel::{Error, Result};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::convert;
use crate::directory::Directory;
use crate::domain::application::Application;
use crate::domain::names::{ApplicationName, ClientName};
use crate::reasons;
use crate::secrets::{self, Purpose};
use crate::store::{Writing, application, client, community, invitation};
use crate::throttle::Door;

struct Wanted {
    application: ApplicationName,
    claim_hash: Vec<u8>,
    secret_hash: Vec<u8>,
    code_hash: Vec<u8>,
}

/// `CollectCredentials`: hands the applicant its credentials, once. They are made here and kept as hashes.
pub async fn collect(
    directory: &Directory,
    admitted: Admitted,
    request: pb::CollectCredentialsRequest,
) -> Result<pb::CollectCredentialsResponse> {
    let throttle = &directory.throttle;
    throttle.admit(Door::Collect, admitted.caller().address.as_deref())?;
    let name: ApplicationName = convert::name("application", &request.application)?;
    throttle.admit_name(Door::Collect, &request.application)?;
    let by = admitted.without_target()?;
    let claim_hash = secrets::claim_hash(&request.claim_code);
    // looked at first, so that wrong codes never wait for the writer
    if let Err(failure) = claimed(directory.reader(), &name, &claim_hash).await {
        if matches!(failure, Failure::Refused(_)) {
            throttle.failed(Door::Collect, &request.application);
        }
        return Err(failure.into());
    }
    let secret = secrets::token(Purpose::Client);
    let code = secrets::enrolment_code(&name.community);
    let wanted = Wanted {
        application: name,
        claim_hash,
        secret_hash: secret.hash,
        code_hash: code.hash,
    };
    let client = directory
        .write("directory.collect", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(%client, "credentials collected");
    Ok(pb::CollectCredentialsResponse {
        client: client.to_string(),
        client_secret: secret.text,
        enrolment_code: code.text,
    })
}

async fn claimed<C: ConnectionTrait>(
    connection: &C,
    name: &ApplicationName,
    hash: &[u8],
) -> Result<Application, Failure> {
    let found = application::find(connection, &name.community, name.application).await?;
    // an unknown application and a wrong code are told alike
    let claimed = found.filter(|found| found.claim_hash.as_slice().ct_eq(hash).into());
    Ok(claimed.ok_or_else(|| Error::new(&reasons::CLAIM_CODE_WRONG))?)
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<ClientName, Failure> {
    let (name, now) = (&wanted.application, writing.now);
    let id = &name.community;
    community::lock(writing, id).await?;
    let (collected, made) = claimed(writing.tx(), name, &wanted.claim_hash).await?.collect(now)?;
    application::update(writing, &collected).await?;
    let lost = |what: &str| Error::internal(format!("{what} of {name} is missing"));
    let client = client::find(writing.tx(), id, made.client)
        .await?
        .ok_or_else(|| lost("the client"))?;
    let client = client.rotate(wanted.secret_hash.clone(), false, now)?;
    client::update(writing, &client).await?;
    let invitation = invitation::find(writing.tx(), id, made.invitation)
        .await?
        .ok_or_else(|| lost("the invitation"))?;
    invitation::update(writing, &invitation.with_code(wanted.code_hash.clone(), now)).await?;
    let event = pb::CredentialsCollected {
        application: name.to_string(),
        client: client.name().to_string(),
    };
    writing.tell(id, name, &event).await?;
    Ok(client.name())
}
