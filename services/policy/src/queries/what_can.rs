use tonic::Request;
use yihe_authz::{Catalogue, Condition, Decision};
use yihe_kernel::{Result, Timestamp};
use yihe_proto::policy::v1 as pb;

use super::subject::Subject;
use super::{Verdict, page_of, scope};
use crate::service::Policy;

/// Tells what the caller may do, or what somebody may, to those who may ask after anybody.
pub(crate) async fn what_can(policy: &Policy, request: Request<pb::WhatCanRequest>) -> Result<pb::WhatCanResponse> {
    let (admitted, request) = policy.guard.admit(request).await?;
    let subject = Subject::read(&admitted, &request.principal, &request.acting_as)?;
    let about_caller = subject.is_caller;
    admitted.settle(&|condition| condition == Condition::Caller && about_caller)?;
    let scope = scope(&request.parent)?;
    let Subject {
        principal, capacity, ..
    } = &subject;
    let query = format!("what {principal} for {capacity} can in {scope}");
    let page = policy.store.page(&query, request.page_size, &request.page_token)?;
    let snapshot = policy.snapshots.of(&scope, None).await?;
    let now = policy.clock.now();
    let may = Catalogue::shipped().permissions().iter().filter_map(|info| {
        let decision = snapshot.decide(principal, capacity, &info.name, now);
        let may = !matches!(decision, Decision::Deny { .. }) && !subject.needs_a_person(&info.name);
        may.then(|| shown(&info.name, &decision))
    });
    let (permissions, next_page_token) = page_of(&page, may, |shown| shown.permission.as_str());
    Ok(pb::WhatCanResponse {
        roles: snapshot.roles(principal, capacity, now),
        permissions,
        next_page_token,
        change_time: snapshot.next_change(principal, capacity, now).map(Timestamp::to_proto),
        revision: policy.tokens.mint_at(&scope, snapshot.revision()),
    })
}

fn shown(permission: &str, decision: &Decision) -> pb::PermissionVerdict {
    let Verdict {
        verdict,
        allow_if,
        deny_if,
    } = Verdict::from(decision);
    pb::PermissionVerdict {
        permission: permission.to_owned(),
        verdict,
        allow_if,
        deny_if,
        grant: decision.grant().map(ToString::to_string).unwrap_or_default(),
    }
}
