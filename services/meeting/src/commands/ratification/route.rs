use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::{AgendaItem, AgendaItemKind, Course, Motion, MotionState, Ratification, Route, Step};
use crate::names::{MeetingName, RatificationName};
use crate::service::Service;
use crate::{events, store};

struct RouteOne {
    service: Arc<Service>,
    by: Authorized,
    name: RatificationName,
    meeting: MeetingName,
}

pub async fn route(service: &Arc<Service>, request: Request<pb::RouteRatificationRequest>) -> Result<pb::Ratification> {
    let (admitted, request) = service.guard.admit(request).await?;
    let ratification: RatificationName = name("name", &request.name)?;
    let meeting: MeetingName = name("meeting", &request.meeting)?;
    let (by, ..) = service.ratification_for(admitted, &ratification, &meeting).await?;
    let input = RouteOne {
        service: Arc::clone(service),
        by,
        name: ratification,
        meeting,
    };
    let ratification = service
        .store
        .transaction("meeting.route_ratification", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(name = %ratification.name, "ratification routed");
    Ok(ratification.into())
}

async fn apply(
    tx: &Tx,
    RouteOne {
        service,
        by,
        name,
        meeting,
    }: &RouteOne,
) -> Result<Ratification, Failure> {
    let now = service.now();
    let target = store::meeting::hold(tx, meeting).await?;
    target.expect(Step::Agenda)?;
    let ratification = store::ratification::get(tx, name).await?;
    let stuck = is_stuck(tx, &ratification).await?;
    let (seen, original) = (ratification.state, ratification.motion.clone());
    let route = Route {
        item: meeting.agenda_item(service.store.ids().next()),
        motion: meeting.motion(service.store.ids().next()),
        at: now,
    };
    let ratification = ratification.route(&target, route.clone(), stuck)?;
    let original = store::motion::get(tx, &original).await?;
    let about = store::agenda::get(tx, &original.name.meeting().agenda_item(original.agenda_item)).await?;
    let item = AgendaItem {
        name: route.item.clone(),
        position: store::agenda::next_position(tx, meeting).await?,
        title: ratification.title.clone(),
        description: String::new(),
        proposer: original.mover,
        proposer_display_name: original.mover_display_name.clone(),
        kind: AgendaItemKind::Decision,
        matter_class: ratification.matter_class,
        building: about.building,
        noticed: false,
        created_at: now,
        withdrawn_at: None,
        course: Course {
            ratifies: Some(name.ratification),
            ..Course::default()
        },
        papers: Vec::new(),
        version: 1,
    };
    let motion = Motion {
        name: route.motion.clone(),
        agenda_item: route.item.agenda_item,
        text: ratification.text.clone(),
        version: 1,
        candidate: None,
        state: MotionState::Submitted,
        created_at: now,
        ..original
    };
    store::agenda::insert(tx, by, &item).await?;
    store::motion::insert(tx, by, &motion).await?;
    store::ratification::save(tx, by, &ratification, seen).await?;
    events::append(tx, by, events::AgendaItemCreated, meeting, &item.name, now).await?;
    events::append(tx, by, events::MotionSubmitted, meeting, &motion.name, now).await?;
    events::append(
        tx,
        by,
        events::RatificationRouted,
        &ratification.motion.meeting(),
        name,
        now,
    )
    .await?;
    Ok(ratification)
}

/// Whether where it was routed it will not be decided: its item was withdrawn, or the meeting ended without a vote on it.
async fn is_stuck(tx: &Tx, ratification: &Ratification) -> Result<bool, Failure> {
    let Some(route) = &ratification.route else {
        return Ok(true);
    };
    let item = store::agenda::get(tx, &route.item).await?;
    let meeting = store::meeting::find(tx, &route.item.meeting()).await?;
    let motion = store::motion::get(tx, &route.motion).await?;
    let over = meeting.is_none_or(|meeting| meeting.state.is_over());
    Ok(item.withdrawn_at.is_some() || (over && motion.state == MotionState::Submitted))
}
