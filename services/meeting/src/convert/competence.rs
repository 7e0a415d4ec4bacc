use yihe_kernel::{CommunityId, Fields, Result};
use yihe_proto::meeting::v1 as pb;

use super::read::code;
use super::{Wire, instant, user};
use crate::domain::{ClassObjection, Hands, MatterClass, Member, Ratification, ShowOfHands};
use crate::names::ResolutionName;
use yihe_retry::Retry;

const HANDS: usize = 1000;

/// An objection to be made.
#[derive(Debug)]
pub struct NewClassObjection {
    /// The class the item should have.
    pub matter_class: MatterClass,
    /// Why.
    pub reason: String,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::ObjectToMatterClassRequest> for NewClassObjection {
    type Error = yihe_kernel::Error;

    fn try_from(request: &pb::ObjectToMatterClassRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let matter_class = code::<MatterClass>(&mut fields, "matter_class", request.matter_class);
        let reason = fields.lines("reason", &request.reason, 1..=2_000);
        let made = matter_class.map(|matter_class| Self {
            matter_class,
            reason,
            retry,
        });
        fields.finish_with("matter_class", made)
    }
}

/// The class to be given to an item, and why.
///
/// # Errors
/// `INVALID_REQUEST`.
pub fn reclassification(request: &pb::ReclassifyAgendaItemRequest) -> Result<(MatterClass, String)> {
    let mut fields = Fields::new();
    let matter_class = code::<MatterClass>(&mut fields, "matter_class", request.matter_class);
    let reason = fields.line("reason", &request.reason, 1..=500);
    fields.finish_with("matter_class", matter_class.map(|matter_class| (matter_class, reason)))
}

/// The hands that a request names.
///
/// # Errors
/// `INVALID_REQUEST`.
pub fn hands(wire: Option<&pb::Hands>) -> Result<Hands> {
    let mut fields = Fields::new();
    let Some(wire) = wire else {
        fields.refuse("hands", "is required", "必填");
        return fields.finish_with("hands", None);
    };
    let mut side = |field: &str, names: &[String]| {
        if names.len() > HANDS {
            fields.refuse(field, "names more than 1000", "超过 1000 名");
        }
        let members = names.iter().take(HANDS);
        members
            .filter_map(|name| fields.name::<Member>(field, name))
            .collect::<Vec<_>>()
    };
    let hands = Hands {
        in_favour: side("hands.in_favour", &wire.in_favour),
        against: side("hands.against", &wire.against),
        abstaining: side("hands.abstaining", &wire.abstaining),
    };
    fields.finish()?;
    Ok(hands)
}

/// A recorded show of hands.
pub fn show_of_hands(community: &CommunityId, shown: &ShowOfHands) -> pb::ShowOfHands {
    let names = |members: &[Member]| members.iter().map(|member| member.name(community)).collect();
    let heads = |heads| i64::try_from(heads).unwrap_or(i64::MAX);
    pb::ShowOfHands {
        hands: Some(pb::Hands {
            in_favour: names(&shown.hands.in_favour),
            against: names(&shown.hands.against),
            abstaining: names(&shown.hands.abstaining),
        }),
        present: heads(shown.present),
        in_favour: heads(shown.in_favour),
        carried: shown.carried,
        recorded_by: user(shown.recorded_by),
        record_time: instant(Some(shown.recorded_at)),
    }
}

impl From<ClassObjection> for pb::ClassObjection {
    fn from(objection: ClassObjection) -> Self {
        let community = &objection.name.community;
        Self {
            name: objection.name.to_string(),
            agenda_item: objection.name.meeting().agenda_item(objection.agenda_item).to_string(),
            objector: objection.objector.name(community),
            objector_display_name: objection.objector_display_name,
            matter_class: objection.matter_class.number(),
            reason: objection.reason,
            state: objection.state.number(),
            create_time: instant(Some(objection.created_at)),
            end_time: instant(objection.ended_at),
            show_of_hands: objection
                .show_of_hands
                .as_ref()
                .map(|shown| show_of_hands(community, shown)),
        }
    }
}

impl From<Ratification> for pb::Ratification {
    fn from(ratification: Ratification) -> Self {
        let community = &ratification.name.community;
        let (route, settlement) = (ratification.route.as_ref(), ratification.settlement.as_ref());
        let resolution = settlement
            .and_then(|settlement| settlement.resolution)
            .map(|resolution| ResolutionName {
                community: community.clone(),
                resolution,
            });
        Self {
            name: ratification.name.to_string(),
            motion: ratification.motion.to_string(),
            body_kind: ratification.body_kind.number(),
            matter_class: ratification.matter_class.number(),
            state: ratification.state.number(),
            create_time: instant(Some(ratification.created_at)),
            agenda_item: route.map(|route| route.item.to_string()).unwrap_or_default(),
            ratifying_motion: route.map(|route| route.motion.to_string()).unwrap_or_default(),
            route_time: instant(route.map(|route| route.at)),
            settle_time: instant(settlement.map(|settlement| settlement.at)),
            vote: settlement
                .map(|settlement| settlement.vote.to_string())
                .unwrap_or_default(),
            resolution: resolution.map(|name| name.to_string()).unwrap_or_default(),
            title: ratification.title,
            text: ratification.text,
        }
    }
}
