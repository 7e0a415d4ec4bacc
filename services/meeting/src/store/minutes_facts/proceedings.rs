//! What befell items and motions before and after their votes: recusals, objections to a class, amendments, seconds, dissents.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use yihe_kernel::UserId;
use yihe_store::Failure;

use super::Names;
use crate::domain::minutes::{AmendmentFacts, ClassObjectionFacts, DissentFacts, RecusalFacts, VoteFacts};
use crate::domain::{AgendaItem, Amendment, ClassObjection, Dissent, Motion, Recusal, Second};
use crate::names::MeetingName;
use crate::store::entity::{amendment, class_objection, motion_version};
use crate::store::{dissent, recusal, second};

/// The rows of one meeting.
#[derive(Debug)]
pub struct Proceedings {
    recusals: Vec<Recusal>,
    class_objections: Vec<ClassObjection>,
    amendments: Vec<Amendment>,
    /// Texts by motion and number.
    versions: HashMap<(uuid::Uuid, i32), String>,
    seconds: Vec<Second>,
    dissents: Vec<Dissent>,
}

/// Loads them.
pub async fn load(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Proceedings, Failure> {
    let (community, id) = (meeting.community.as_str(), meeting.meeting.uuid());
    let objections = class_objection::Entity::find()
        .filter(class_objection::Column::Community.eq(community))
        .filter(class_objection::Column::Meeting.eq(id))
        .order_by_asc(class_objection::Column::Id)
        .all(conn)
        .await?;
    let amendments = amendment::Entity::find()
        .filter(amendment::Column::Community.eq(community))
        .filter(amendment::Column::Meeting.eq(id))
        .order_by_asc(amendment::Column::Id)
        .all(conn)
        .await?;
    let versions = motion_version::Entity::find()
        .filter(motion_version::Column::Community.eq(community))
        .filter(motion_version::Column::Meeting.eq(id))
        .all(conn)
        .await?;
    Ok(Proceedings {
        recusals: recusal::all(conn, meeting).await?,
        class_objections: objections
            .into_iter()
            .map(ClassObjection::try_from)
            .collect::<Result<_, _>>()?,
        amendments: amendments
            .into_iter()
            .map(Amendment::try_from)
            .collect::<Result<_, _>>()?,
        versions: versions
            .into_iter()
            .map(|version| ((version.motion, version.number), version.text))
            .collect(),
        seconds: second::all(conn, meeting).await?,
        dissents: dissent::all(conn, meeting).await?,
    })
}

impl Proceedings {
    /// Persons that need not be on the roster.
    pub fn persons(&self) -> impl Iterator<Item = UserId> {
        let objected = self.class_objections.iter();
        objected.filter_map(|objection| objection.objector.person())
    }

    pub fn recusals(&self, item: &AgendaItem, names: &Names) -> Vec<RecusalFacts> {
        let of = self.recusals.iter();
        let of = of.filter(|recusal| recusal.agenda_item == item.name.agenda_item);
        of.map(|recusal| RecusalFacts {
            member: names.member(recusal.member, &recusal.member_display_name).to_owned(),
            mover: recusal
                .mover
                .as_ref()
                .map(|(mover, display_name)| names.member(*mover, display_name).to_owned()),
            recorded: recusal.recorded_by.is_some(),
            reason: recusal.reason.clone(),
            state: recusal.state,
            created_at: recusal.created_at,
            shown: recusal.show_of_hands.clone(),
        })
        .collect()
    }

    pub fn class_objections(&self, item: &AgendaItem, names: &Names) -> Vec<ClassObjectionFacts> {
        let of = self.class_objections.iter();
        let of = of.filter(|objection| objection.agenda_item == item.name.agenda_item);
        of.map(|objection| ClassObjectionFacts {
            objector: names
                .member(objection.objector, &objection.objector_display_name)
                .to_owned(),
            matter_class: objection.matter_class,
            reason: objection.reason.clone(),
            state: objection.state,
            created_at: objection.created_at,
            shown: objection.show_of_hands.clone(),
        })
        .collect()
    }

    /// The amendments to a motion, each with the text that it was to change.
    pub fn amendments_of(&self, motion: &Motion) -> impl Iterator<Item = (&Amendment, &str)> {
        let motion = motion.name.motion;
        let of = self
            .amendments
            .iter()
            .filter(move |amendment| amendment.motion == motion);
        of.map(move |amendment| {
            let before = self.versions.get(&(motion.uuid(), amendment.motion_version));
            (amendment, before.map_or("", String::as_str))
        })
    }

    pub fn amendment(
        &self,
        (amendment, before): (&Amendment, &str),
        votes: Vec<VoteFacts>,
        names: &Names,
    ) -> AmendmentFacts {
        AmendmentFacts {
            mover: names.member(amendment.mover, &amendment.mover_display_name).to_owned(),
            before: before.to_owned(),
            text: amendment.text.clone(),
            rationale: amendment.rationale.clone(),
            state: amendment.state,
            strike_reason: amendment.strike_reason.clone().unwrap_or_default(),
            submitted_at: amendment.created_at,
            seconders: self.seconders(amendment.name.amendment.uuid(), names),
            votes,
        }
    }

    /// Who seconded a motion or an amendment.
    pub fn seconders(&self, subject: uuid::Uuid, names: &Names) -> Vec<String> {
        let of = self.seconds.iter().filter(|second| second.subject.uuid() == subject);
        of.map(|second| names.member(second.member, &second.display_name).to_owned())
            .collect()
    }

    pub fn dissents(&self, motion: &Motion, names: &Names) -> Vec<DissentFacts> {
        let of = self
            .dissents
            .iter()
            .filter(|dissent| dissent.motion == motion.name.motion);
        of.map(|dissent| DissentFacts {
            member: names.member(dissent.member, &dissent.member_display_name).to_owned(),
            text: dissent.text.clone(),
            created_at: dissent.created_at,
            answer: dissent.answer.as_ref().map(|answer| (answer.at, answer.text.clone())),
        })
        .collect()
    }
}
