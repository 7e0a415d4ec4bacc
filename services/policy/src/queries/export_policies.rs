use futures::StreamExt;
use futures::stream::{BoxStream, iter, once};
use tonic::{Request, Status};
use yihe_authz::{Catalogue, Snapshot};
use yihe_kernel::{Result, Timestamp};
use yihe_proto::policy::v1::{ExportPoliciesRequest, ExportPoliciesResponse};

use crate::convert::change as convert;
use crate::domain::holders::capacities;
use crate::domain::interchange::{MODEL, holders, rows};
use crate::service::Policy;

/// Bytes in one message, unless one line has more.
const PIECE: usize = 256 << 10;

pub(crate) type Pieces = BoxStream<'static, Result<ExportPoliciesResponse, Status>>;

/// The rules that bear on a community or region in casbin's form, and its holders of roles now.
pub(crate) async fn export_policies(policy: &Policy, request: Request<ExportPoliciesRequest>) -> Result<Pieces> {
    let (admitted, request) = policy.guard.admit(request).await?;
    admitted.without_target()?;
    let place = convert::place("parent", &request.parent)?;
    let composed = policy.composer.of(&place.scope()).await?;
    let candidates = capacities(&composed.roles);
    let snapshot = Snapshot::compose(composed, Catalogue::shipped())?;
    let now = policy.clock.now();
    let own = place.domain();
    let exported = snapshot
        .grants()
        .filter(|grant| !request.own_only || grant.domain == own);
    let mut text = rows(exported, request.ids)?;
    if request.holders {
        text.push_str(&holders(&snapshot, &candidates, now)?);
    }
    let head = ExportPoliciesResponse {
        model: MODEL.to_owned(),
        decision_time: Some(Timestamp::to_proto(now)),
        revision: policy.tokens.mint_at(&place.scope(), snapshot.revision()),
        ..ExportPoliciesResponse::default()
    };
    let pieces = pieces(&text).into_iter().map(|policies| {
        Ok(ExportPoliciesResponse {
            policies,
            ..ExportPoliciesResponse::default()
        })
    });
    Ok(once(async { Ok(head) }).chain(iter(pieces.collect::<Vec<_>>())).boxed())
}

fn pieces(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for line in text.split_inclusive('\n') {
        match pieces.last_mut() {
            Some(last) if last.is_empty() || last.len() + line.len() <= PIECE => last.push_str(line),
            _ => pieces.push(line.to_owned()),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_end_with_lines_and_lose_nothing() {
        let text: String = (0..40_000).map(|number| format!("# line {number}\n")).collect();
        let pieces = pieces(&text);
        assert!(pieces.len() > 1 && pieces.concat() == text);
        assert!(pieces.iter().all(|piece| piece.len() <= PIECE && piece.ends_with('\n')));
    }
}
