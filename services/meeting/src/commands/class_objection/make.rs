use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::competence::NewClassObjection;
use crate::convert::name;
use crate::domain::{ClassObjection, ClassObjectionState, Member, MotionState, Organization, Step};
use crate::names::{AgendaItemName, ClassObjectionName};
use crate::service::{Service, acting_member};
use crate::{events, reasons, store};

struct Make {
    service: Arc<Service>,
    by: Authorized,
    item: AgendaItemName,
    objector: Member,
    display_name: String,
    new: NewClassObjection,
}

pub async fn make(
    service: &Arc<Service>,
    request: Request<pb::ObjectToMatterClassRequest>,
) -> Result<pb::ClassObjection> {
    let (admitted, request) = service.guard.admit(request).await?;
    let item: AgendaItemName = name("parent", &request.parent)?;
    let (by, _) = service.agenda_item(admitted, &item).await?;
    let objector = acting_member(&by)?;
    let new = NewClassObjection::try_from(&request)?;
    let display_name = match objector {
        Member::Organization(organization) => {
            let known = service
                .directory
                .organizations(&item.community, &[organization])
                .await?;
            Organization::member_of(&known, organization)?.display_name.clone()
        }
        Member::Person(_) | Member::Owner { .. } => String::new(),
    };
    let input = Make {
        service: Arc::clone(service),
        by,
        item,
        objector,
        display_name,
        new,
    };
    let name = service
        .store
        .transaction("meeting.object_to_matter_class", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%name, "matter class contested");
    Ok(store::class_objection::get(service.reader(), &name).await?.into())
}

async fn apply(tx: &Tx, input: &Make) -> Result<ClassObjectionName, Failure> {
    let Make {
        service,
        by,
        item,
        objector,
        display_name,
        new,
    } = input;
    let now = service.now();
    let name = item.meeting().class_objection(service.store.ids().next());
    if let Some(earlier) = new.retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    let meeting = store::meeting::hold(tx, &item.meeting()).await?;
    meeting.expect(Step::Classify)?;
    let item = store::agenda::get(tx, item).await?;
    expect_unvoted(tx, &item.name).await?;
    let before = store::class_objection::of_item(tx, &item.name).await?;
    ClassObjection::expect_possible(&item, new.matter_class, *objector, &before)?;
    let objection = ClassObjection {
        name: name.clone(),
        agenda_item: item.name.agenda_item,
        objector: *objector,
        objector_display_name: display_name.clone(),
        matter_class: new.matter_class,
        reason: new.reason.clone(),
        state: ClassObjectionState::Open,
        created_at: now,
        ended_at: None,
        show_of_hands: None,
    };
    store::class_objection::insert(tx, by, &objection).await?;
    events::append(tx, by, events::ClassObjectionMade, &meeting.name, &name, now).await?;
    Ok(name)
}

/// The class of an item is settled once a vote on it has begun.
pub(in crate::commands) async fn expect_unvoted(tx: &Tx, item: &AgendaItemName) -> Result<(), Failure> {
    let motions = store::motion::of_item(tx, item).await?;
    let voting = store::vote::hold_open(tx, &item.meeting())
        .await?
        .map(|vote| vote.motion);
    let begun = motions.iter().any(|motion| {
        !matches!(
            motion.state,
            MotionState::AwaitingSecond | MotionState::Submitted | MotionState::Withdrawn
        ) || voting == Some(motion.name.motion)
    });
    if begun {
        return Err(Error::new(&reasons::ITEM_VOTED).with("name", item).into());
    }
    Ok(())
}
