use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{Error, Timestamp};
use yihe_store::{Failure, Page, Tx};

use super::entity::agenda_item;
use super::row;
use crate::domain::{AgendaItem, AgendaItemKind, Course, MatterClass, Paper, Reclassified};
use crate::lookup::Rows;
use crate::names::{AgendaItemId, AgendaItemName, MeetingId, MeetingName, RatificationId};

fn items(meeting: &MeetingName) -> sea_orm::Select<agenda_item::Entity> {
    agenda_item::Entity::find()
        .filter(agenda_item::Column::Community.eq(meeting.community.as_str()))
        .filter(agenda_item::Column::Meeting.eq(meeting.meeting.uuid()))
}

/// One item that must be there.
pub async fn get(conn: &impl ConnectionTrait, name: &AgendaItemName) -> Result<AgendaItem, Failure> {
    Ok(find(conn, name).await?.ok_or_else(|| Error::not_found(name))?)
}

/// One item.
pub async fn find(conn: &impl ConnectionTrait, name: &AgendaItemName) -> Result<Option<AgendaItem>, Failure> {
    let key = (name.community.to_string(), name.meeting.uuid(), name.agenda_item.uuid());
    let row = agenda_item::Entity::find_by_id(key).one(conn).await?;
    row.map(AgendaItem::try_from).transpose()
}

/// The whole agenda in its order, withdrawn items included.
pub async fn all(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Vec<AgendaItem>, Failure> {
    let rows = items(meeting)
        .order_by_asc(agenda_item::Column::Position)
        .all(conn)
        .await?;
    rows.into_iter().map(AgendaItem::try_from).collect()
}

/// A page of the agenda in its order.
pub async fn list(
    conn: &impl ConnectionTrait,
    meeting: &MeetingName,
    rows: Rows,
    page: &Page,
) -> Result<Vec<AgendaItem>, Failure> {
    let mut query = items(meeting);
    if let Some((member, owned)) = rows.owned() {
        let proposer = agenda_item::Column::Proposer;
        query = query.filter(if owned {
            proposer.eq(member.uuid())
        } else {
            proposer.ne(member.uuid())
        });
    }
    if let Some(after) = &page.after {
        let after: i32 = after.parse().map_err(|_| row::broken("page_token", after))?;
        query = query.filter(agenda_item::Column::Position.gt(after));
    }
    let rows = query
        .order_by_asc(agenda_item::Column::Position)
        .limit(row::fetch(page))
        .all(conn)
        .await?;
    rows.into_iter().map(AgendaItem::try_from).collect()
}

/// The place after the last one. The meeting must be held.
pub async fn next_position(tx: &Tx, meeting: &MeetingName) -> Result<i32, Failure> {
    let last = items(meeting)
        .order_by_desc(agenda_item::Column::Position)
        .one(tx)
        .await?;
    Ok(last.map_or(1, |item| item.position + 1))
}

/// Adds an item.
pub async fn insert(tx: &Tx, _by: &Authorized, item: &AgendaItem) -> Result<(), Failure> {
    let row = agenda_item::ActiveModel {
        community: Set(item.name.community.to_string()),
        meeting: Set(item.name.meeting.uuid()),
        id: Set(item.name.agenda_item.uuid()),
        position: Set(item.position),
        title: Set(item.title.clone()),
        description: Set(item.description.clone()),
        proposer: Set(item.proposer.uuid()),
        proposer_kind: Set(row::member_kind(item.proposer)),
        proposer_compound: Set(row::member_compound(item.proposer)),
        proposer_display_name: Set(item.proposer_display_name.clone()),
        kind: Set(item.kind.code().to_owned()),
        matter_class: Set(item.matter_class.code().to_owned()),
        building: Set(item.building.clone()),
        noticed: Set(item.noticed),
        created_at: Set(item.created_at.micros()),
        withdrawn_at: Set(row::micros(item.withdrawn_at)),
        papers: Set(Paper::to_json(&item.papers)?),
        version: Set(item.version),
        ..course(item)
    };
    agenda_item::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Notes a withdrawal. The meeting must be held.
pub async fn withdraw(tx: &Tx, _by: &Authorized, item: &AgendaItem) -> Result<(), Failure> {
    agenda_item::Entity::update_many()
        .set(agenda_item::ActiveModel {
            withdrawn_at: Set(row::micros(item.withdrawn_at)),
            version: Set(item.version),
            ..Default::default()
        })
        .filter(agenda_item::Column::Community.eq(item.name.community.as_str()))
        .filter(agenda_item::Column::Meeting.eq(item.name.meeting.uuid()))
        .filter(agenda_item::Column::Id.eq(item.name.agenda_item.uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Stores the papers of an item. The meeting must be held.
pub async fn save_papers(tx: &Tx, _by: &Authorized, item: &AgendaItem) -> Result<(), Failure> {
    agenda_item::Entity::update_many()
        .set(agenda_item::ActiveModel {
            papers: Set(Paper::to_json(&item.papers)?),
            version: Set(item.version),
            ..Default::default()
        })
        .filter(agenda_item::Column::Community.eq(item.name.community.as_str()))
        .filter(agenda_item::Column::Meeting.eq(item.name.meeting.uuid()))
        .filter(agenda_item::Column::Id.eq(item.name.agenda_item.uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Stores the places of the whole agenda. The meeting must be held.
pub async fn order(tx: &Tx, _by: &Authorized, agenda: &[AgendaItem]) -> Result<(), Failure> {
    // places are unique, so all are moved out of the way first
    for sign in [-1, 1] {
        for item in agenda {
            agenda_item::Entity::update_many()
                .set(agenda_item::ActiveModel {
                    position: Set(sign * item.position),
                    ..Default::default()
                })
                .filter(agenda_item::Column::Community.eq(item.name.community.as_str()))
                .filter(agenda_item::Column::Meeting.eq(item.name.meeting.uuid()))
                .filter(agenda_item::Column::Id.eq(item.name.agenda_item.uuid()))
                .exec(tx)
                .await?;
        }
    }
    Ok(())
}

/// Stores the class of an item, and where it came from and goes. The meeting must be held.
pub async fn save_course(tx: &Tx, _by: &Authorized, item: &AgendaItem) -> Result<(), Failure> {
    agenda_item::Entity::update_many()
        .set(agenda_item::ActiveModel {
            matter_class: Set(item.matter_class.code().to_owned()),
            ..course(item)
        })
        .filter(agenda_item::Column::Community.eq(item.name.community.as_str()))
        .filter(agenda_item::Column::Meeting.eq(item.name.meeting.uuid()))
        .filter(agenda_item::Column::Id.eq(item.name.agenda_item.uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

fn course(item: &AgendaItem) -> agenda_item::ActiveModel {
    let Course {
        reclassified,
        carried_from,
        carried_to,
        ratifies,
    } = &item.course;
    let (from, to) = (carried_from.as_ref(), carried_to.as_ref());
    agenda_item::ActiveModel {
        reclassified_as: Set(reclassified.as_ref().map(|to| to.matter_class.code().to_owned())),
        reclassified_at: Set(reclassified.as_ref().map(|to| to.at.micros())),
        reclassify_reason: Set(reclassified.as_ref().map(|to| to.reason.clone())),
        from_meeting: Set(from.map(|item| item.meeting.uuid())),
        from_item: Set(from.map(|item| item.agenda_item.uuid())),
        to_meeting: Set(to.map(|item| item.meeting.uuid())),
        to_item: Set(to.map(|item| item.agenda_item.uuid())),
        ratifies: Set(ratifies.map(RatificationId::uuid)),
        ..Default::default()
    }
}

/// Freezes the agenda as it stands into the notice. The meeting must be held.
pub async fn freeze(tx: &Tx, _by: &Authorized, meeting: &MeetingName) -> Result<(), Failure> {
    agenda_item::Entity::update_many()
        .set(agenda_item::ActiveModel {
            noticed: Set(true),
            ..Default::default()
        })
        .filter(agenda_item::Column::Community.eq(meeting.community.as_str()))
        .filter(agenda_item::Column::Meeting.eq(meeting.meeting.uuid()))
        .filter(agenda_item::Column::WithdrawnAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

impl TryFrom<agenda_item::Model> for AgendaItem {
    type Error = Failure;

    fn try_from(row: agenda_item::Model) -> Result<Self, Failure> {
        let community = row::community(&row.community)?;
        let class = |text: &str| {
            text.parse::<MatterClass>()
                .map_err(|_| row::broken("matter_class", text))
        };
        let reclassified = match (&row.reclassified_as, row.reclassified_at, row.reclassify_reason) {
            (Some(to), Some(at), Some(reason)) => Some(Reclassified {
                matter_class: class(to)?,
                reason,
                at: Timestamp::from_micros(at),
            }),
            _ => None,
        };
        let other = |meeting: Option<uuid::Uuid>, item: Option<uuid::Uuid>| {
            let (meeting, item) = meeting.zip(item)?;
            Some(AgendaItemName {
                community: community.clone(),
                meeting: MeetingId::from(meeting),
                agenda_item: AgendaItemId::from(item),
            })
        };
        Ok(Self {
            course: Course {
                reclassified,
                carried_from: other(row.from_meeting, row.from_item),
                carried_to: other(row.to_meeting, row.to_item),
                ratifies: row.ratifies.map(RatificationId::from),
            },
            name: AgendaItemName {
                community: community.clone(),
                meeting: MeetingId::from(row.meeting),
                agenda_item: AgendaItemId::from(row.id),
            },
            position: row.position,
            title: row.title,
            description: row.description,
            proposer: row::member(&row.proposer_kind, row.proposer, row.proposer_compound)?,
            proposer_display_name: row.proposer_display_name,
            kind: row::read(AgendaItemKind::from_code(&row.kind), "kind", &row.kind)?,
            matter_class: class(&row.matter_class)?,
            building: row.building,
            noticed: row.noticed,
            created_at: Timestamp::from_micros(row.created_at),
            withdrawn_at: row::instant(row.withdrawn_at),
            papers: row::read(Paper::from_json(&row.papers), "papers", &row.papers)?,
            version: row.version,
        })
    }
}
