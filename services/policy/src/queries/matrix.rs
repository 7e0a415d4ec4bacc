use tonic::Request;
use yihe_authz::{Catalogue, Decision, RoleName, Snapshot};
use yihe_kernel::{CommunityId, Result, Timestamp};
use yihe_proto::policy::v1::{GetMatrixRequest, Matrix, MatrixCell, MatrixRow};

use super::Verdict;
use crate::domain::matrix::roles;
use crate::service::Policy;

/// The matrix of roles and permissions in force in a community now.
pub(crate) async fn get_matrix(policy: &Policy, request: Request<GetMatrixRequest>) -> Result<Matrix> {
    let (admitted, _) = policy.guard.admit(request).await?;
    let authorized = admitted.without_target()?;
    matrix(policy, authorized.community()?).await
}

/// What the roles of a community may do now.
pub(super) async fn matrix(policy: &Policy, community: &CommunityId) -> Result<Matrix> {
    let composed = policy.composer.of_community(community).await?;
    let in_use: Vec<RoleName> = composed
        .roles
        .iter()
        .filter_map(|held| held.role.parse().ok())
        .collect();
    let snapshot = Snapshot::compose(composed, Catalogue::shipped())?;
    let now = policy.clock.now();
    let rows = roles(snapshot.grants(), in_use)
        .into_iter()
        .map(|role| row(&snapshot, role, now))
        .collect();
    Ok(Matrix {
        rows,
        revision: policy.tokens.mint(community, snapshot.revision()),
    })
}

fn row(snapshot: &Snapshot, role: RoleName, now: Timestamp) -> MatrixRow {
    let cells = Catalogue::shipped().permissions().iter().filter_map(|permission| {
        let decision = snapshot.decide_role(role, &permission.name, now);
        if matches!(decision, Decision::Deny { .. }) {
            return None;
        }
        let Verdict {
            verdict,
            allow_if,
            deny_if,
        } = Verdict::from(&decision);
        Some(MatrixCell {
            permission: permission.name.clone(),
            verdict,
            allow_if,
            deny_if,
        })
    });
    MatrixRow {
        role: role.to_string(),
        cells: cells.collect(),
    }
}
