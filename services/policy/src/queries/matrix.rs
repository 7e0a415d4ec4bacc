use tonic::Request;
use yihe_authz::{Catalogue, Decision, RoleName, Scope, Snapshot};
use yihe_kernel::{Result, Timestamp};
use yihe_proto::policy::v1::{GetMatrixRequest, Matrix, MatrixCell, MatrixRow};

use super::{Verdict, made_roles, scope};
use crate::domain::matrix::roles;
use crate::domain::vocabulary::Words;
use crate::service::Policy;

/// The matrix of roles and permissions in force in a community or region now.
pub(crate) async fn get_matrix(policy: &Policy, request: Request<GetMatrixRequest>) -> Result<Matrix> {
    let (admitted, request) = policy.guard.admit(request).await?;
    admitted.without_target()?;
    matrix(policy, &scope(&request.parent)?).await
}

/// What the roles of a community or region may do now.
pub(super) async fn matrix(policy: &Policy, scope: &Scope) -> Result<Matrix> {
    let composed = policy.composer.of(scope).await?;
    let in_use: Vec<RoleName> = composed
        .roles
        .iter()
        .filter_map(|held| held.role.parse().ok())
        .collect();
    let snapshot = Snapshot::compose(composed, Catalogue::shipped())?;
    let (now, names) = (policy.clock.now(), made_roles(policy, scope, &snapshot));
    let rows = roles(snapshot.grants(), in_use)
        .into_iter()
        .map(|role| row(&snapshot, role, names.words(role), now))
        .collect();
    Ok(Matrix {
        rows,
        revision: policy.tokens.mint_at(scope, snapshot.revision()),
    })
}

fn row(snapshot: &Snapshot, role: RoleName, words: Words, now: Timestamp) -> MatrixRow {
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
        display_name_zh: words.zh,
        display_name_en: words.en,
    }
}
