use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use yihe_authz::Authorized;
use yihe_kernel::{Error, Timestamp, UserId};
use yihe_store::{Failure, Tx};

use super::entity::speech::{ActiveModel, Column, Entity, Model};
use super::row;
use crate::domain::{Speech, SpeechSide, SpeechState};
use crate::names::{AgendaItemId, MeetingId, MeetingName, SpeechId, SpeechName};

/// One speech.
pub async fn find(conn: &impl ConnectionTrait, name: &SpeechName) -> Result<Option<Speech>, Failure> {
    let key = (name.community.to_string(), name.meeting.uuid(), name.speech.uuid());
    let row = Entity::find_by_id(key).one(conn).await?;
    row.map(Speech::try_from).transpose()
}

/// One speech that must be there.
pub async fn get(conn: &impl ConnectionTrait, name: &SpeechName) -> Result<Speech, Failure> {
    Ok(find(conn, name).await?.ok_or_else(|| Error::not_found(name))?)
}

/// All speeches of a meeting in the order they were asked for.
pub async fn all(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Vec<Speech>, Failure> {
    let rows = Entity::find()
        .filter(Column::Community.eq(meeting.community.as_str()))
        .filter(Column::Meeting.eq(meeting.meeting.uuid()))
        .order_by_asc(Column::Id)
        .all(conn)
        .await?;
    rows.into_iter().map(Speech::try_from).collect()
}

/// Adds one. The meeting must be held.
pub async fn insert(tx: &Tx, _by: &Authorized, speech: &Speech) -> Result<(), Failure> {
    let row = ActiveModel {
        community: Set(speech.name.community.to_string()),
        meeting: Set(speech.name.meeting.uuid()),
        id: Set(speech.name.speech.uuid()),
        agenda_item: Set(speech.item.uuid()),
        member: Set(speech.member.uuid()),
        member_kind: Set(row::member_kind(speech.member)),
        compound: Set(row::member_compound(speech.member)),
        speaker: Set(speech.speaker.uuid()),
        side: Set(speech.side.map(|side| side.code().to_owned())),
        asked_at: Set(speech.asked_at.micros()),
        ..changeable(speech)
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Stores how far it is. The meeting must be held.
pub async fn save(tx: &Tx, _by: &Authorized, speech: &Speech) -> Result<(), Failure> {
    Entity::update_many()
        .set(changeable(speech))
        .filter(Column::Community.eq(speech.name.community.as_str()))
        .filter(Column::Meeting.eq(speech.name.meeting.uuid()))
        .filter(Column::Id.eq(speech.name.speech.uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

fn changeable(speech: &Speech) -> ActiveModel {
    ActiveModel {
        state: Set(speech.state.code().to_owned()),
        floor_at: Set(row::micros(speech.floor_at)),
        spoken_micros: Set(speech.spoken_micros),
        ended_at: Set(row::micros(speech.ended_at)),
        ..Default::default()
    }
}

impl TryFrom<Model> for Speech {
    type Error = Failure;

    fn try_from(row: Model) -> Result<Self, Failure> {
        let side = match &row.side {
            Some(side) => Some(row::read(SpeechSide::from_code(side), "side", side)?),
            None => None,
        };
        Ok(Self {
            name: SpeechName {
                community: row::community(&row.community)?,
                meeting: MeetingId::from(row.meeting),
                speech: SpeechId::from(row.id),
            },
            item: AgendaItemId::from(row.agenda_item),
            member: row::member(&row.member_kind, row.member, row.compound)?,
            speaker: UserId::from(row.speaker),
            side,
            state: row::read(SpeechState::from_code(&row.state), "state", &row.state)?,
            asked_at: Timestamp::from_micros(row.asked_at),
            floor_at: row::instant(row.floor_at),
            spoken_micros: row.spoken_micros,
            ended_at: row::instant(row.ended_at),
        })
    }
}
