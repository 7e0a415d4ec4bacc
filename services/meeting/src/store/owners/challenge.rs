use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{OwnerId, Timestamp, UserId};
use yihe_store::{Failure, Page, Tx};

use crate::domain::owners::{Challenge, ChallengeAnswer};
use crate::names::{ChallengeId, ChallengeName, MeetingId, VoteId, VoteName};
use crate::store::entity::result_challenge::{ActiveModel, Column, Entity, Model};
use crate::store::row;

/// One challenge.
pub async fn challenge(conn: &impl ConnectionTrait, name: &ChallengeName) -> Result<Option<Challenge>, Failure> {
    let key = (name.community.to_string(), name.meeting.uuid(), name.challenge.uuid());
    let row = Entity::find_by_id(key)
        .filter(Column::Vote.eq(name.vote.uuid()))
        .one(conn)
        .await?;
    row.map(Challenge::try_from).transpose()
}

/// A page of the challenges of a vote in the order they came.
pub async fn challenges(conn: &impl ConnectionTrait, vote: &VoteName, page: &Page) -> Result<Vec<Challenge>, Failure> {
    let mut query = Entity::find()
        .filter(Column::Community.eq(vote.community.as_str()))
        .filter(Column::Meeting.eq(vote.meeting.uuid()))
        .filter(Column::Vote.eq(vote.vote.uuid()));
    if let Some(after) = row::after_id(page)? {
        query = query.filter(Column::Id.gt(after));
    }
    let rows = query.order_by_asc(Column::Id).limit(row::fetch(page)).all(conn).await?;
    rows.into_iter().map(Challenge::try_from).collect()
}

/// Adds a challenge.
pub async fn insert_challenge(tx: &Tx, _by: &Authorized, challenge: &Challenge) -> Result<(), Failure> {
    let row = ActiveModel {
        community: Set(challenge.name.community.to_string()),
        meeting: Set(challenge.name.meeting.uuid()),
        id: Set(challenge.name.challenge.uuid()),
        vote: Set(challenge.name.vote.uuid()),
        owner: Set(challenge.owner.uuid()),
        author: Set(challenge.author.uuid()),
        text: Set(challenge.text.clone()),
        created_at: Set(challenge.created_at.micros()),
        answer: Set(None),
        answered_at: Set(None),
        answered_by: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Notes the answer; false where there is one.
pub async fn answer(
    tx: &Tx,
    _by: &Authorized,
    name: &ChallengeName,
    answer: &ChallengeAnswer,
) -> Result<bool, Failure> {
    let answered = Entity::update_many()
        .set(ActiveModel {
            answer: Set(Some(answer.text.clone())),
            answered_at: Set(Some(answer.at.micros())),
            answered_by: Set(Some(answer.by.uuid())),
            ..Default::default()
        })
        .filter(Column::Community.eq(name.community.as_str()))
        .filter(Column::Meeting.eq(name.meeting.uuid()))
        .filter(Column::Id.eq(name.challenge.uuid()))
        .filter(Column::AnsweredAt.is_null())
        .exec(tx)
        .await?;
    Ok(answered.rows_affected == 1)
}

impl TryFrom<Model> for Challenge {
    type Error = Failure;

    fn try_from(row: Model) -> Result<Self, Failure> {
        let answer = match (row.answer, row.answered_at, row.answered_by) {
            (Some(text), Some(at), Some(by)) => Some(ChallengeAnswer {
                text,
                at: Timestamp::from_micros(at),
                by: UserId::from(by),
            }),
            _ => None,
        };
        Ok(Self {
            name: ChallengeName {
                community: row::community(&row.community)?,
                meeting: MeetingId::from(row.meeting),
                vote: VoteId::from(row.vote),
                challenge: ChallengeId::from(row.id),
            },
            owner: OwnerId::from(row.owner),
            author: UserId::from(row.author),
            text: row.text,
            created_at: Timestamp::from_micros(row.created_at),
            answer,
        })
    }
}
