use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{FileName, Timestamp, UserId};
use yihe_store::{Failure, Page, Tx};

use super::entity::delivery;
use super::row;
use crate::domain::{Delivery, DeliveryChannel, Member};
use crate::names::MeetingName;

fn of_round(meeting: &MeetingName, round: i32) -> sea_orm::Select<delivery::Entity> {
    delivery::Entity::find()
        .filter(delivery::Column::Community.eq(meeting.community.as_str()))
        .filter(delivery::Column::Meeting.eq(meeting.meeting.uuid()))
        .filter(delivery::Column::Round.eq(round))
        .order_by_asc(delivery::Column::Id)
}

/// A page of the deliveries of one of the meeting's notices, in the order they were recorded.
pub async fn list(
    conn: &impl ConnectionTrait,
    meeting: &MeetingName,
    round: i32,
    page: &Page,
) -> Result<Vec<Delivery>, Failure> {
    let mut query = of_round(meeting, round);
    if let Some(after) = row::after_id(page)? {
        query = query.filter(delivery::Column::Id.gt(after));
    }
    let rows = query.limit(row::fetch(page)).all(conn).await?;
    rows.into_iter().map(Delivery::try_from).collect()
}

/// Who was reached by one of the meeting's notices.
pub async fn recipients(
    conn: &impl ConnectionTrait,
    meeting: &MeetingName,
    round: i32,
) -> Result<Vec<Member>, Failure> {
    let rows = of_round(meeting, round).all(conn).await?;
    rows.into_iter()
        .map(|row| row::member(&row.recipient_kind, row.recipient, row.compound))
        .collect()
}

/// Adds a delivery.
pub async fn insert(tx: &Tx, _by: &Authorized, meeting: &MeetingName, delivery: &Delivery) -> Result<(), Failure> {
    let row = delivery::ActiveModel {
        community: Set(meeting.community.to_string()),
        meeting: Set(meeting.meeting.uuid()),
        id: Set(delivery.id),
        round: Set(delivery.round),
        recipient: Set(delivery.recipient.uuid()),
        recipient_kind: Set(row::member_kind(delivery.recipient)),
        compound: Set(row::member_compound(delivery.recipient)),
        channel: Set(delivery.channel.code().to_owned()),
        delivered_at: Set(delivery.delivered_at.micros()),
        evidence: Set(delivery.evidence.as_ref().map(|file| file.file.uuid())),
        note: Set(delivery.note.clone()),
        recorded_by: Set(delivery.recorded_by.uuid()),
    };
    delivery::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

impl TryFrom<delivery::Model> for Delivery {
    type Error = Failure;

    fn try_from(row: delivery::Model) -> Result<Self, Failure> {
        let community = row::community(&row.community)?;
        Ok(Self {
            id: row.id,
            round: row.round,
            recipient: row::member(&row.recipient_kind, row.recipient, row.compound)?,
            channel: row::read(DeliveryChannel::from_code(&row.channel), "channel", &row.channel)?,
            delivered_at: Timestamp::from_micros(row.delivered_at),
            evidence: row.evidence.map(|file| FileName {
                community,
                file: file.into(),
            }),
            note: row.note,
            recorded_by: UserId::from(row.recorded_by),
        })
    }
}
