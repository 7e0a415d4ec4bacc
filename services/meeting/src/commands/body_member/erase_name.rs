use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::names::{BodyMemberName, BodyName};
use crate::service::Service;
use crate::{events, reasons, store};

struct Erase {
    service: Arc<Service>,
    by: Authorized,
    name: BodyMemberName,
    person: UserId,
}

pub async fn erase_name(
    service: &Arc<Service>,
    request: Request<pb::EraseBodyMemberNameRequest>,
) -> Result<pb::BodyMember> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: BodyMemberName = name("name", &request.name)?;
    let missing = admitted.missing(&name);
    let body = name.body();
    let (by, body) = service.body(admitted, &body).await?;
    let Some(member) = store::body::find_member(service.reader(), &name).await? else {
        return Err(missing);
    };
    let Some(person) = member.member.person() else {
        return Err(Error::new(&reasons::BODY_MEMBER_KIND)
            .with("name", &body.name)
            .with("kind", body.kind.code())
            .with("member", member.member.name(&name.community)));
    };
    let input = Erase {
        service: Arc::clone(service),
        by,
        name,
        person,
    };
    service
        .store
        .transaction("meeting.erase_body_member_name", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(name = %member.name, "name erased");
    Ok(member.into())
}

async fn apply(
    tx: &Tx,
    Erase {
        service,
        by,
        name,
        person,
    }: &Erase,
) -> Result<(), Failure> {
    let now = service.now();
    if store::person_name::erase(tx, by, &name.community, *person).await? {
        let body: BodyName = name.body();
        events::append(tx, by, events::PersonNameErased, &body, name, now).await?;
    }
    Ok(())
}
