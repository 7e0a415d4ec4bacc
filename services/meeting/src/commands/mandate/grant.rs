use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, FileName, OrganizationId, Result, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::commands::record::keep::keep;
use crate::convert::mandate::NewMandate;
use crate::convert::name;
use crate::domain::{Frozen, Mandate, Member, NewRecord, RecordedAct};
use crate::names::{MandateName, MeetingName};
use crate::service::{Service, acting_member};
use crate::{events, queries, reasons, store};

pub(super) struct Grant {
    pub service: Arc<Service>,
    pub by: Authorized,
    pub meeting: MeetingName,
    pub organization: OrganizationId,
    pub new: NewMandate,
    pub recorded_by: Option<UserId>,
    pub frozen: Option<Arc<Frozen>>,
}

pub async fn grant(service: &Arc<Service>, request: Request<pb::GrantMandateRequest>) -> Result<pb::Mandate> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    let (by, _) = service.meeting(admitted, &meeting).await?;
    // a person has no substitute but the holder of its proxy
    let organization = acting_member(&by)?.organization();
    let organization = organization.ok_or_else(|| Error::new(&reasons::ORGANIZATION_REQUIRED))?;
    let new = NewMandate::granted(&request)?;
    let frozen = service.frozen.of(&meeting).await?;
    let input = Grant {
        service: Arc::clone(service),
        by,
        meeting,
        organization,
        new,
        recorded_by: None,
        frozen,
    };
    let name = service
        .store
        .transaction("meeting.grant_mandate", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "mandate given");
    queries::mandate::told(service, &name).await
}

pub(super) async fn apply(tx: &Tx, input: &Grant) -> Result<MandateName, Failure> {
    let Grant {
        service,
        by,
        meeting,
        organization,
        new,
        recorded_by,
        frozen,
    } = input;
    let now = service.now();
    let name = meeting.mandate(service.store.ids().next());
    if let Some(earlier) = new.retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    let held = store::meeting::hold(tx, meeting).await?;
    let mandate = Mandate {
        name: name.clone(),
        organization: *organization,
        // a person without an account gets an id like any other
        person: new.person.unwrap_or_else(|| service.store.ids().next()),
        display_name: new.display_name.clone(),
        note: new.note.clone(),
        evidence: new.evidence.clone(),
        granted_at: now,
        recorded_by: *recorded_by,
        revoked_at: None,
    };
    let others = store::mandate::all(tx, meeting).await?;
    mandate.expect_grantable(&held, frozen.as_deref(), &others)?;
    store::mandate::insert(tx, by, &mandate).await?;
    if !mandate.display_name.is_empty() {
        let (community, called) = (&meeting.community, &mandate.display_name);
        store::person_name::put(tx, by, community, mandate.person, called, now).await?;
    }
    events::append(tx, by, events::MandateGranted, meeting, &name, now).await?;
    if recorded_by.is_some() {
        keep(tx, service, by, record_of(&mandate, meeting, new.evidence.clone()), now).await?;
    }
    Ok(name)
}

fn record_of(mandate: &Mandate, meeting: &MeetingName, evidence: Option<FileName>) -> NewRecord {
    NewRecord {
        meeting: meeting.clone(),
        act: RecordedAct::Mandate,
        member: Member::Organization(mandate.organization),
        subject: mandate.name.to_string(),
        evidence,
        note: mandate.note.clone(),
    }
}
