use std::collections::HashMap;

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Timestamp, UserId};
use yihe_store::{Failure, Page, Tx};

use super::entity::{ballot, vote};
use super::row;
use crate::domain::{
    Ballot, BallotMethod, CastingVote, Choice, Count, HeldProxy, Member, SecretTotals, Vote, VoteState,
};
use crate::names::{AmendmentId, MeetingId, MeetingName, MotionId, ProxyId, ResolutionId, VoteId, VoteName};

use crate::reasons;

const ROWS: usize = 500;

fn by_name(name: &VoteName) -> sea_orm::Select<vote::Entity> {
    vote::Entity::find_by_id((name.community.to_string(), name.meeting.uuid(), name.vote.uuid()))
}

/// One vote.
pub async fn find(conn: &impl ConnectionTrait, name: &VoteName) -> Result<Option<Vote>, Failure> {
    let row = by_name(name).one(conn).await?;
    row.map(Vote::try_from).transpose()
}

/// One vote, held until the transaction ends: no ballot is cast meanwhile. The meeting must be held before.
pub async fn hold(tx: &Tx, name: &VoteName) -> Result<Vote, Failure> {
    let row = by_name(name).lock_exclusive().one(tx).await?;
    Vote::try_from(row.ok_or_else(|| Error::not_found(name))?)
}

/// The vote that is open in a session, held. The meeting must be held before.
pub async fn hold_open(tx: &Tx, meeting: &MeetingName) -> Result<Option<Vote>, Failure> {
    let row = of_meeting(meeting)
        .filter(vote::Column::State.eq(VoteState::Open.code()))
        .filter(vote::Column::Method.ne(BallotMethod::ByUnit.code()))
        .lock_exclusive()
        .one(tx)
        .await?;
    row.map(Vote::try_from).transpose()
}

/// The votes by units that are open in a written meeting, held. The meeting must be held before.
pub async fn hold_voting(tx: &Tx, meeting: &MeetingName) -> Result<Vec<Vote>, Failure> {
    let rows = of_meeting(meeting)
        .filter(vote::Column::State.eq(VoteState::Open.code()))
        .filter(vote::Column::Method.eq(BallotMethod::ByUnit.code()))
        .order_by_asc(vote::Column::Id)
        .lock_exclusive()
        .all(tx)
        .await?;
    rows.into_iter().map(Vote::try_from).collect()
}

/// One vote by units while a ballot is cast in it: it is not closed meanwhile.
pub async fn share(tx: &Tx, name: &VoteName) -> Result<Vote, Failure> {
    let row = by_name(name).lock_shared().one(tx).await?;
    Vote::try_from(row.ok_or_else(|| Error::not_found(name))?)
}

fn of_meeting(meeting: &MeetingName) -> sea_orm::Select<vote::Entity> {
    vote::Entity::find()
        .filter(vote::Column::Community.eq(meeting.community.as_str()))
        .filter(vote::Column::Meeting.eq(meeting.meeting.uuid()))
}

/// The votes of a meeting in the order they were opened.
pub async fn list(conn: &impl ConnectionTrait, meeting: &MeetingName, page: &Page) -> Result<Vec<Vote>, Failure> {
    let mut query = of_meeting(meeting);
    if let Some(after) = row::after_id(page)? {
        query = query.filter(vote::Column::Id.gt(after));
    }
    let rows = query
        .order_by_asc(vote::Column::Id)
        .limit(row::fetch(page))
        .all(conn)
        .await?;
    rows.into_iter().map(Vote::try_from).collect()
}

/// Opens a vote with its frozen list of voters.
pub async fn insert(tx: &Tx, _by: &Authorized, vote: &Vote, ballots: &[Ballot]) -> Result<(), Failure> {
    let (community, meeting, id) = (
        vote.name.community.to_string(),
        vote.name.meeting.uuid(),
        vote.name.vote.uuid(),
    );
    let row = vote::ActiveModel {
        community: Set(community.clone()),
        meeting: Set(meeting),
        id: Set(id),
        motion: Set(vote.motion.uuid()),
        state: Set(vote.state.code().to_owned()),
        method: Set(vote.method.code().to_owned()),
        quorum: Set(serde_json::to_string(&vote.quorum).map_err(Error::internal)?),
        opened_at: Set(vote.opened_at.micros()),
        closed_at: Set(None),
        tally: Set(None),
        tally_sha256: Set(None),
        resolution: Set(None),
        secret_totals: Set(None),
        amendment: Set(vote.amendment.map(AmendmentId::uuid)),
        casting_vote: Set(None),
        casting_vote_at: Set(None),
        box_counted_at: Set(row::micros(vote.box_counted_at)),
    };
    vote::Entity::insert(row).exec_without_returning(tx).await?;
    for chunk in ballots.chunks(ROWS) {
        let rows = chunk.iter().map(|ballot| ballot::ActiveModel {
            community: Set(community.clone()),
            vote: Set(id),
            member: Set(ballot.member.uuid()),
            member_kind: Set(row::member_kind(ballot.member)),
            compound: Set(row::member_compound(ballot.member)),
            meeting: Set(meeting),
            kind: Set(row::kind_code(ballot.kind)),
            display_name: Set(ballot.display_name.clone()),
            representative: Set(ballot.representative.uuid()),
            choice: Set(None),
            cast_at: Set(None),
            cast_by: Set(None),
            proxy: Set(ballot.proxy.map(|held| held.proxy.uuid())),
            holder: Set(ballot.proxy.map(|held| held.holder.uuid())),
            holder_kind: Set(ballot.proxy.map(|held| row::member_kind(held.holder))),
            holder_compound: Set(ballot.proxy.and_then(|held| row::member_compound(held.holder))),
            recorded_by: Set(None),
        });
        ballot::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Stores the end of an open vote. It must be held.
pub async fn end(tx: &Tx, by: &Authorized, vote: &Vote) -> Result<(), Failure> {
    end_from(tx, by, vote, VoteState::Open).await
}

/// Stores the end of a vote that was in `seen`. It must be held.
pub async fn end_from(tx: &Tx, _by: &Authorized, vote: &Vote, seen: VoteState) -> Result<(), Failure> {
    let casting = vote.casting_vote;
    let totals = vote.totals.as_ref().map(serde_json::to_string).transpose();
    let totals = totals.map_err(Error::internal)?;
    let ended = vote::Entity::update_many()
        .set(vote::ActiveModel {
            state: Set(vote.state.code().to_owned()),
            closed_at: Set(row::micros(vote.closed_at)),
            tally: Set(vote.count.as_ref().map(|count| count.canonical.clone())),
            tally_sha256: Set(vote.count.as_ref().map(|count| count.sha256.clone())),
            resolution: Set(vote.resolution.map(ResolutionId::uuid)),
            secret_totals: Set(totals),
            casting_vote: Set(casting.map(|casting| casting.choice().code().to_owned())),
            casting_vote_at: Set(casting.map(|casting| casting.at.micros())),
            ..Default::default()
        })
        .filter(vote::Column::Community.eq(vote.name.community.as_str()))
        .filter(vote::Column::Meeting.eq(vote.name.meeting.uuid()))
        .filter(vote::Column::Id.eq(vote.name.vote.uuid()))
        .filter(vote::Column::State.eq(seen.code()))
        .exec(tx)
        .await?;
    if ended.rows_affected == 1 {
        return Ok(());
    }
    Err(Error::new(&reasons::VOTE_CLOSED).with("name", &vote.name).into())
}

fn of_vote(name: &VoteName) -> sea_orm::Select<ballot::Entity> {
    ballot::Entity::find()
        .filter(ballot::Column::Community.eq(name.community.as_str()))
        .filter(ballot::Column::Vote.eq(name.vote.uuid()))
}

/// All ballots of a vote by voter, those not cast included.
pub async fn ballots(conn: &impl ConnectionTrait, name: &VoteName) -> Result<Vec<Ballot>, Failure> {
    let rows = of_vote(name).order_by_asc(ballot::Column::Member).all(conn).await?;
    rows.into_iter().map(Ballot::try_from).collect()
}

/// A page of the ballots of a vote by voter.
pub async fn list_ballots(conn: &impl ConnectionTrait, name: &VoteName, page: &Page) -> Result<Vec<Ballot>, Failure> {
    let mut query = of_vote(name);
    if let Some(after) = row::after_id(page)? {
        query = query.filter(ballot::Column::Member.gt(after));
    }
    let rows = query
        .order_by_asc(ballot::Column::Member)
        .limit(row::fetch(page))
        .all(conn)
        .await?;
    rows.into_iter().map(Ballot::try_from).collect()
}

/// The ballot of one of those who may vote.
pub async fn ballot(conn: &impl ConnectionTrait, name: &VoteName, member: Member) -> Result<Option<Ballot>, Failure> {
    let row = of_vote(name)
        .filter(ballot::Column::Member.eq(member.uuid()))
        .one(conn)
        .await?;
    row.map(Ballot::try_from).transpose()
}

/// Gives a ballot not yet cast back to a principal that came itself. The meeting must be held.
pub async fn give_back(
    tx: &Tx,
    _by: &Authorized,
    meeting: &MeetingName,
    principal: Member,
    representative: UserId,
) -> Result<(), Failure> {
    ballot::Entity::update_many()
        .set(ballot::ActiveModel {
            representative: Set(representative.uuid()),
            proxy: Set(None),
            holder: Set(None),
            holder_kind: Set(None),
            holder_compound: Set(None),
            ..Default::default()
        })
        .filter(ballot::Column::Community.eq(meeting.community.as_str()))
        .filter(ballot::Column::Meeting.eq(meeting.meeting.uuid()))
        .filter(ballot::Column::Member.eq(principal.uuid()))
        .filter(ballot::Column::Proxy.is_not_null())
        .filter(ballot::Column::Choice.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// How many may vote, and how many have, by vote.
pub async fn turnout(conn: &impl ConnectionTrait, votes: &[Vote]) -> Result<HashMap<VoteId, (i64, i64)>, Failure> {
    let Some(first) = votes.first() else {
        return Ok(HashMap::new());
    };
    let rows: Vec<(Uuid, i64, i64)> = ballot::Entity::find()
        .select_only()
        .column(ballot::Column::Vote)
        .column_as(ballot::Column::Member.count(), "eligible")
        .column_as(ballot::Column::Choice.count(), "cast")
        .filter(ballot::Column::Community.eq(first.name.community.as_str()))
        .filter(ballot::Column::Vote.is_in(votes.iter().map(|vote| vote.name.vote.uuid())))
        .group_by(ballot::Column::Vote)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(vote, eligible, cast)| (VoteId::from(vote), (eligible, cast)))
        .collect())
}

fn totals(text: &str) -> Result<SecretTotals, Failure> {
    serde_json::from_str(text).map_err(|_| row::broken("secret_totals", text))
}

/// Which of these votes are open, and which have ended; of those that are in neither, nothing is stored.
pub async fn states(conn: &impl ConnectionTrait, votes: &[VoteId]) -> Result<HashMap<VoteId, VoteState>, Failure> {
    let rows: Vec<(Uuid, String)> = vote::Entity::find()
        .select_only()
        .column(vote::Column::Id)
        .column(vote::Column::State)
        .filter(vote::Column::Id.is_in(votes.iter().map(|vote| vote.uuid())))
        .into_tuple()
        .all(conn)
        .await?;
    rows.into_iter()
        .map(|(vote, state)| Ok((vote.into(), row::read(VoteState::from_code(&state), "state", &state)?)))
        .collect()
}

impl TryFrom<vote::Model> for Vote {
    type Error = Failure;

    fn try_from(row: vote::Model) -> Result<Self, Failure> {
        let count = match (row.tally, row.tally_sha256) {
            (Some(canonical), Some(sha256)) => {
                let outcome = serde_json::from_str(&canonical).map_err(|_| row::broken("tally", &canonical))?;
                Some(Count {
                    outcome,
                    canonical,
                    sha256,
                })
            }
            _ => None,
        };
        let casting_vote = match (row.casting_vote, row.casting_vote_at) {
            (Some(choice), Some(at)) => Some(CastingVote {
                in_favour: row::read(Choice::from_code(&choice), "casting_vote", &choice)? == Choice::Yes,
                at: Timestamp::from_micros(at),
            }),
            _ => None,
        };
        Ok(Self {
            name: VoteName {
                community: row::community(&row.community)?,
                meeting: MeetingId::from(row.meeting),
                vote: VoteId::from(row.id),
            },
            motion: MotionId::from(row.motion),
            amendment: row.amendment.map(AmendmentId::from),
            state: row::read(VoteState::from_code(&row.state), "state", &row.state)?,
            method: row::read(BallotMethod::from_code(&row.method), "method", &row.method)?,
            quorum: serde_json::from_str(&row.quorum).map_err(|_| row::broken("quorum", &row.quorum))?,
            opened_at: Timestamp::from_micros(row.opened_at),
            closed_at: row::instant(row.closed_at),
            count,
            resolution: row.resolution.map(ResolutionId::from),
            totals: row.secret_totals.as_deref().map(totals).transpose()?,
            casting_vote,
            box_counted_at: row::instant(row.box_counted_at),
        })
    }
}

impl TryFrom<ballot::Model> for Ballot {
    type Error = Failure;

    fn try_from(row: ballot::Model) -> Result<Self, Failure> {
        let cast = match (row.choice, row.cast_at, row.cast_by) {
            (Some(choice), Some(at), Some(by)) => {
                let choice = row::read(Choice::from_code(&choice), "choice", &choice)?;
                Some((choice, Timestamp::from_micros(at), UserId::from(by)))
            }
            _ => None,
        };
        let proxy = match (row.proxy, row.holder, row.holder_kind) {
            (Some(proxy), Some(holder), Some(kind)) => Some(HeldProxy {
                proxy: ProxyId::from(proxy),
                holder: row::member(&kind, holder, row.holder_compound)?,
            }),
            _ => None,
        };
        Ok(Self {
            member: row::member(&row.member_kind, row.member, row.compound)?,
            kind: row::kind(&row.kind)?,
            display_name: row.display_name,
            representative: UserId::from(row.representative),
            proxy,
            cast,
            recorded_by: row.recorded_by.map(UserId::from),
        })
    }
}
