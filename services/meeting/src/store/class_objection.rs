use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{Error, Timestamp};
use yihe_store::{Failure, Page, Tx};

use super::entity::class_objection;
use super::row;
use crate::domain::{ClassObjection, ClassObjectionState, MatterClass};
use crate::lookup::Rows;
use crate::names::{AgendaItemId, AgendaItemName, ClassObjectionId, ClassObjectionName, MeetingId, MeetingName};
use crate::reasons;

fn of_meeting(meeting: &MeetingName) -> sea_orm::Select<class_objection::Entity> {
    class_objection::Entity::find()
        .filter(class_objection::Column::Community.eq(meeting.community.as_str()))
        .filter(class_objection::Column::Meeting.eq(meeting.meeting.uuid()))
}

/// One objection.
pub async fn find(conn: &impl ConnectionTrait, name: &ClassObjectionName) -> Result<Option<ClassObjection>, Failure> {
    let key = (
        name.community.to_string(),
        name.meeting.uuid(),
        name.class_objection.uuid(),
    );
    let row = class_objection::Entity::find_by_id(key).one(conn).await?;
    row.map(ClassObjection::try_from).transpose()
}

/// One objection that must be there.
pub async fn get(conn: &impl ConnectionTrait, name: &ClassObjectionName) -> Result<ClassObjection, Failure> {
    Ok(find(conn, name).await?.ok_or_else(|| Error::not_found(name))?)
}

/// The objections to the class of an item, in the order they were made.
pub async fn of_item(conn: &impl ConnectionTrait, item: &AgendaItemName) -> Result<Vec<ClassObjection>, Failure> {
    let rows = of_meeting(&item.meeting())
        .filter(class_objection::Column::AgendaItem.eq(item.agenda_item.uuid()))
        .order_by_asc(class_objection::Column::Id)
        .all(conn)
        .await?;
    rows.into_iter().map(ClassObjection::try_from).collect()
}

/// The objections of a meeting in the order they were made.
pub async fn list(
    conn: &impl ConnectionTrait,
    meeting: &MeetingName,
    rows: Rows,
    page: &Page,
) -> Result<Vec<ClassObjection>, Failure> {
    let mut query = of_meeting(meeting);
    if let Some((member, owned)) = rows.owned() {
        let objector = class_objection::Column::Objector;
        query = query.filter(if owned {
            objector.eq(member.uuid())
        } else {
            objector.ne(member.uuid())
        });
    }
    if let Some(after) = row::after_id(page)? {
        query = query.filter(class_objection::Column::Id.gt(after));
    }
    let rows = query
        .order_by_asc(class_objection::Column::Id)
        .limit(row::fetch(page))
        .all(conn)
        .await?;
    rows.into_iter().map(ClassObjection::try_from).collect()
}

/// Adds an objection.
pub async fn insert(tx: &Tx, _by: &Authorized, objection: &ClassObjection) -> Result<(), Failure> {
    let row = class_objection::ActiveModel {
        community: Set(objection.name.community.to_string()),
        meeting: Set(objection.name.meeting.uuid()),
        id: Set(objection.name.class_objection.uuid()),
        agenda_item: Set(objection.agenda_item.uuid()),
        objector: Set(objection.objector.uuid()),
        objector_kind: Set(row::member_kind(objection.objector)),
        objector_compound: Set(row::member_compound(objection.objector)),
        objector_display_name: Set(objection.objector_display_name.clone()),
        matter_class: Set(objection.matter_class.code().to_owned()),
        reason: Set(objection.reason.clone()),
        created_at: Set(objection.created_at.micros()),
        ..changeable(objection)?
    };
    class_objection::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Stores the new state of an objection. The meeting must be held.
pub async fn save(tx: &Tx, _by: &Authorized, objection: &ClassObjection) -> Result<(), Failure> {
    let saved = class_objection::Entity::update_many()
        .set(changeable(objection)?)
        .filter(class_objection::Column::Community.eq(objection.name.community.as_str()))
        .filter(class_objection::Column::Meeting.eq(objection.name.meeting.uuid()))
        .filter(class_objection::Column::Id.eq(objection.name.class_objection.uuid()))
        .filter(
            class_objection::Column::State
                .is_in([ClassObjectionState::Open.code(), ClassObjectionState::NotUpheld.code()]),
        )
        .exec(tx)
        .await?;
    if saved.rows_affected == 1 {
        return Ok(());
    }
    Err(Error::new(&reasons::OBJECTION_STATE)
        .with("name", &objection.name)
        .with("state", "changed meanwhile")
        .into())
}

fn changeable(objection: &ClassObjection) -> Result<class_objection::ActiveModel, Failure> {
    Ok(class_objection::ActiveModel {
        state: Set(objection.state.code().to_owned()),
        ended_at: Set(row::micros(objection.ended_at)),
        show_of_hands: Set(row::json(objection.show_of_hands.as_ref())?),
        ..Default::default()
    })
}

impl TryFrom<class_objection::Model> for ClassObjection {
    type Error = Failure;

    fn try_from(row: class_objection::Model) -> Result<Self, Failure> {
        Ok(Self {
            name: ClassObjectionName {
                community: row::community(&row.community)?,
                meeting: MeetingId::from(row.meeting),
                class_objection: ClassObjectionId::from(row.id),
            },
            agenda_item: AgendaItemId::from(row.agenda_item),
            objector: row::member(&row.objector_kind, row.objector, row.objector_compound)?,
            objector_display_name: row.objector_display_name,
            matter_class: row
                .matter_class
                .parse::<MatterClass>()
                .map_err(|_| row::broken("matter_class", &row.matter_class))?,
            reason: row.reason,
            state: row::read(ClassObjectionState::from_code(&row.state), "state", &row.state)?,
            created_at: Timestamp::from_micros(row.created_at),
            ended_at: row::instant(row.ended_at),
            show_of_hands: row::from_json(row.show_of_hands.as_deref(), "show_of_hands")?,
        })
    }
}
