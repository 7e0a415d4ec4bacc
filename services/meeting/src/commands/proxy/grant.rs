use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::commands::presence::recompute_quorum;
use crate::commands::record::keep::keep;
use crate::convert::name;
use crate::convert::proxy::NewProxy;
use crate::domain::{Frozen, Meeting, Member, NewRecord, Proxy, ProxyForm, ProxyScope, RecordedAct};
use crate::names::{MeetingName, ProxyName};
use crate::service::{Service, acting_member};
use crate::{events, reasons, store};

pub(super) struct Grant {
    pub service: Arc<Service>,
    pub by: Authorized,
    pub meeting: MeetingName,
    pub principal: Member,
    pub new: NewProxy,
    pub recorded_by: Option<UserId>,
    pub frozen: Option<Arc<Frozen>>,
}

pub async fn grant(service: &Arc<Service>, request: Request<pb::GrantProxyRequest>) -> Result<pb::Proxy> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    let (by, _) = service.meeting(admitted, &meeting).await?;
    let principal = acting_member(&by)?;
    let new = NewProxy::granted(&meeting, &request)?;
    let frozen = service.frozen.of(&meeting).await?;
    let input = Grant {
        service: Arc::clone(service),
        by,
        meeting,
        principal,
        new,
        recorded_by: None,
        frozen,
    };
    let name = service
        .store
        .transaction("meeting.grant_proxy", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "proxy given");
    let proxy = store::proxy::find(service.reader(), &name).await?;
    Ok(proxy.ok_or_else(|| Error::not_found(&name))?.into())
}

pub(super) async fn apply(tx: &Tx, input: &Grant) -> Result<ProxyName, Failure> {
    let Grant {
        service,
        by,
        meeting,
        principal,
        new,
        recorded_by,
        frozen,
    } = input;
    let now = service.now();
    let name = meeting.proxy(service.store.ids().next());
    if let Some(earlier) = new.retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    let held = store::meeting::hold(tx, meeting).await?;
    let frozen = Meeting::frozen(meeting, frozen.as_deref())?;
    let form = match recorded_by {
        Some(_) => ProxyForm::Written,
        None => ProxyForm::Electronic,
    };
    let proxy = Proxy {
        name: name.clone(),
        principal: *principal,
        holder: new.holder,
        scope: new.scope.clone(),
        form,
        expires_at: new.expires_at,
        evidence: new.evidence.clone(),
        granted_at: now,
        recorded_by: *recorded_by,
        revoked_at: None,
        voided_at: None,
    };
    let room = store::presence::room(tx, meeting).await?;
    proxy.expect_grantable(&held, frozen, &room, now)?;
    expect_noticed(tx, meeting, &proxy.scope).await?;
    store::proxy::insert(tx, by, &proxy).await?;
    events::append(tx, by, events::ProxyGranted, meeting, &name, now).await?;
    if recorded_by.is_some() {
        let record = NewRecord {
            meeting: meeting.clone(),
            act: RecordedAct::Proxy,
            member: *principal,
            subject: name.to_string(),
            evidence: new.evidence.clone(),
            note: String::new(),
        };
        keep(tx, service, by, record, now).await?;
    }
    recompute_quorum(tx, by, &held, frozen, now).await?;
    Ok(name)
}

/// A proxy for an item that nobody can vote on would be worth nothing.
async fn expect_noticed(tx: &Tx, meeting: &MeetingName, scope: &ProxyScope) -> Result<(), Failure> {
    let ProxyScope::Items(items) = scope else { return Ok(()) };
    for (item, _) in items {
        let name = meeting.agenda_item(*item);
        let item = store::agenda::find(tx, &name).await?;
        if !item.ok_or_else(|| Error::not_found(&name))?.noticed {
            return Err(Error::new(&reasons::AGENDA_ITEM_NOT_NOTICED).with("name", &name).into());
        }
    }
    Ok(())
}
