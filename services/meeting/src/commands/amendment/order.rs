use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::{self, name};
use crate::domain::{Amendment, Step, Vote};
use crate::names::{AmendmentId, MotionName};
use crate::service::Service;
use crate::{events, store};

struct Order {
    service: Arc<Service>,
    by: Authorized,
    motion: MotionName,
    order: Vec<AmendmentId>,
}

pub async fn order(
    service: &Arc<Service>,
    request: Request<pb::OrderAmendmentsRequest>,
) -> Result<pb::OrderAmendmentsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let motion: MotionName = name("motion", &request.motion)?;
    let (by, _) = service.motion(admitted, &motion).await?;
    let order = convert::amendment::order(&motion, &request)?;
    let input = Order {
        service: Arc::clone(service),
        by,
        motion: motion.clone(),
        order,
    };
    let amendments = service
        .store
        .transaction("meeting.order_amendments", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%motion, "amendments ordered");
    Ok(pb::OrderAmendmentsResponse {
        amendments: amendments.into_iter().map(Into::into).collect(),
    })
}

async fn apply(
    tx: &Tx,
    Order {
        service,
        by,
        motion,
        order,
    }: &Order,
) -> Result<Vec<Amendment>, Failure> {
    let meeting = store::meeting::hold(tx, &motion.meeting()).await?;
    meeting.expect(Step::Decide)?;
    if let Some(vote) = store::vote::hold_open(tx, &meeting.name).await? {
        return Err(Vote::is_open_refusal(&vote.name).into());
    }
    let motion = store::motion::get(tx, motion).await?;
    motion.expect_submitted()?;
    let open = store::amendment::open_of(tx, &motion.name).await?;
    let ordered = Amendment::order(&motion, open, order)?;
    for amendment in &ordered {
        store::amendment::save(tx, by, amendment, amendment.state).await?;
    }
    events::append(
        tx,
        by,
        events::AmendmentsOrdered,
        &meeting.name,
        &motion.name,
        service.now(),
    )
    .await?;
    Ok(ordered)
}
