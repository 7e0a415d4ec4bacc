use std::time::Duration;

use tokio::time::timeout;
use tonic::{Request, Status, Streaming};
use yihe_authz::{Catalogue, Messages};
use yihe_kernel::{Error, FieldViolation, Result, reasons as common};
use yihe_proto::policy::v1 as pb;

use super::change::propose_by;
use crate::convert::change as convert;
use crate::domain::interchange::{Read, plan, read};
use crate::domain::lines::Fault;
use crate::domain::made::Item;
use crate::ground::Standpoint;
use crate::reasons;
use crate::service::Policy;

const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of a file, at most.
const MOST_BYTES: usize = 16 << 20;

/// `ImportPolicies`: a file of rules becomes one proposed change, or nothing at all.
pub(crate) async fn import_policies(
    policy: &Policy,
    request: Request<Streaming<pb::ImportPoliciesRequest>>,
) -> Result<pb::PolicyImport, Status> {
    let (admitted, first, messages) = policy.guard.admit_stream(request, PATIENCE).await?;
    let by = admitted.without_target()?;
    let declaration = first.declaration.unwrap_or_default();
    let place = convert::place("declaration.parent", &declaration.parent)?;
    let text = receive(first.chunk, messages).await?;
    let mut rows = parse(text).await?;
    let standpoint = Standpoint::of(policy, &place).await?;
    let roles = standpoint.rules.made_roles(&place.scope(), &standpoint.regions);
    for read in &mut rows {
        read.grant.role = roles.meant(read.grant.role);
    }
    let ground = standpoint.ground(policy.store.reader()).await.map_err(Error::from)?;
    let made: Vec<_> = ground
        .made
        .items
        .values()
        .filter_map(|item| match item {
            Item::Grant(grant) => Some(grant.clone()),
            Item::Role(_) | Item::Assignment(_) | Item::Settings(_) => None,
        })
        .collect();
    let own = place.domain();
    let mut elsewhere = ground.above;
    // rows that the node was started with stand beside those that the domain made
    elsewhere.extend(
        standpoint
            .rules
            .layer(&own)
            .iter()
            .flat_map(|layer| layer.grants.iter().cloned()),
    );
    let plan = plan(&rows, &own, &made, &elsewhere, declaration.end_others).map_err(|fault| invalid(&[fault]))?;
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let mut import = pb::PolicyImport {
        added: count(plan.added),
        ended: count(plan.ended),
        unchanged: count(plan.unchanged),
        change: None,
    };
    if !plan.edits.is_empty() {
        let request = pb::ProposeChangeRequest {
            parent: declaration.parent,
            title: declaration.title,
            rationale: declaration.rationale,
            edits: plan.edits,
            base_revision: declaration.base_revision,
            request_id: declaration.request_id,
            validate_only: declaration.validate_only,
        };
        import.change = Some(propose_by(policy, by, request).await?);
    }
    Ok(import)
}

async fn receive(first: Vec<u8>, mut messages: Messages<pb::ImportPoliciesRequest>) -> Result<String, Status> {
    let mut bytes = first;
    loop {
        if bytes.len() > MOST_BYTES {
            return Err(Error::new(&reasons::IMPORT_TOO_LARGE).with("limit", MOST_BYTES).into());
        }
        let next = timeout(PATIENCE, messages.next()).await.map_err(|_| stalled())??;
        match next {
            Some(message) => bytes.extend_from_slice(&message.chunk),
            None => break,
        }
    }
    String::from_utf8(bytes).map_err(|error| {
        let read = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + read.iter().filter(|byte| **byte == b'\n').count();
        invalid(&[Fault::new(line, "is not text in UTF-8")]).into()
    })
}

/// Off the threads that serve others: a large file takes a while.
async fn parse(text: String) -> Result<Vec<Read>> {
    let parsed = tokio::task::spawn_blocking(move || read(&text, Catalogue::shipped())).await;
    parsed.map_err(Error::internal)?.map_err(|faults| invalid(&faults))
}

fn invalid(faults: &[Fault]) -> Error {
    let Some(first) = faults.first() else {
        return Error::internal("a file is refused without a fault");
    };
    let violations = faults.iter().map(|fault| FieldViolation {
        field: format!("line {}", fault.line),
        en: fault.detail.clone(),
        zh: format!("第 {} 行：{}", fault.line, fault.detail),
    });
    Error::new(&reasons::IMPORT_INVALID)
        .with("line", first.line)
        .with("detail", &first.detail)
        .with("count", faults.len())
        .naming(violations.collect())
}

fn stalled() -> Error {
    Error::new(&common::UNAVAILABLE).with("detail", "the rest of the file did not come in time")
}
