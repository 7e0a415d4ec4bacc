use std::sync::Arc;

use tonic::Request;
use yihe_authz::{Catalogue, Snapshot};
use yihe_kernel::{Error, Result, Timestamp};
use yihe_proto::policy::v1::{RunPolicyTestsRequest, RunPolicyTestsResponse};

use super::made_roles;
use crate::convert::change as convert;
use crate::domain::authority::compose;
use crate::domain::change::Change;
use crate::domain::lines::Fault;
use crate::domain::place::ChangeName;
use crate::domain::policy_tests::{Actor, PolicyTest, read, run};
use crate::domain::rules::Rules;
use crate::domain::template::Template;
use crate::ground::Standpoint;
use crate::reasons;
use crate::service::Policy;
use crate::store::change;

/// Runs a file of tests against the rules in force in a community or region.
pub(crate) async fn run_policy_tests(
    policy: &Policy,
    request: Request<RunPolicyTestsRequest>,
) -> Result<RunPolicyTestsResponse> {
    let (admitted, request) = policy.guard.admit(request).await?;
    let missing = admitted.missing(&request.change);
    admitted.without_target()?;
    let place = convert::place("parent", &request.parent)?;
    let scope = place.scope();
    let change = match request.change.as_str() {
        "" => None,
        name => {
            let name: ChangeName = convert::name("change", name)?;
            let found = change::find(policy.store.reader(), &name, false).await?;
            // another place's change is not this place's to try
            Some(found.filter(|found| found.name.place == place).ok_or(missing)?)
        }
    };
    let mut tests = read(&request.tests, Catalogue::shipped()).map_err(invalid)?;
    let snapshot = match change {
        None => policy.snapshots.of(&scope, None).await?,
        Some(change) => Arc::new(after(policy, &change).await?),
    };
    let roles = made_roles(policy, &scope, &snapshot);
    for test in &mut tests {
        if let Actor::Role(role) = &mut test.actor {
            *role = roles.meant(*role);
        }
    }
    Ok(RunPolicyTestsResponse {
        revision: policy.tokens.mint_at(&scope, snapshot.revision()),
        ..run(&tests, &snapshot, policy.clock.now())
    })
}

/// The rules of a place as they would be after a change, with everybody's present appointments.
async fn after(policy: &Policy, change: &Change) -> Result<Snapshot> {
    let place = &change.name.place;
    let standpoint = Standpoint::of(policy, place).await?;
    let ground = standpoint.ground(policy.store.reader()).await?;
    let edits = ground.read(&change.edits, place, policy.clock.now())?;
    let source = change.name.to_string();
    let (after, _) = ground.try_out(&edits, ground.covering.sequence() + 1, &source)?;
    let would_be = standpoint.rules.with([after.made.layer()]);
    let authority = policy.composer.authorities.of(&place.scope(), 0).await?;
    Snapshot::compose(compose(&would_be, Some(&authority)), Catalogue::shipped())
}

/// Runs a file of tests against the shipped template, in a community where nobody has been appointed.
pub(crate) fn test_template(text: &str, now: Timestamp) -> Result<RunPolicyTestsResponse> {
    let catalogue = Catalogue::shipped();
    let tests = read(text, catalogue).map_err(invalid)?;
    if let Some(test) = tests.iter().find(|test| is_of_somebody(test)) {
        let detail = "names a principal, of whom only a node knows; name a role";
        return Err(invalid(Fault::new(test.line, detail)));
    }
    let wire = compose(&Rules::new(Template::shipped()?, Vec::new(), 1), None);
    let snapshot = Snapshot::compose(wire, catalogue)?;
    Ok(run(&tests, &snapshot, now))
}

fn is_of_somebody(test: &PolicyTest) -> bool {
    matches!(test.actor, Actor::Somebody(..))
}

fn invalid(fault: Fault) -> Error {
    Error::new(&reasons::POLICY_TESTS_INVALID)
        .with("line", fault.line)
        .with("detail", fault.detail)
}
