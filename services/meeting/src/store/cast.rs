//! Casting a ballot: the one hot path, so its statements are written by hand, prepared once, and as few as can be.

use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use yihe_authz::Authorized;
use yihe_kernel::{Timestamp, UserId};
use yihe_store::{Failure, Tx};

use crate::domain::{Choice, Member};
use crate::names::VoteName;

/// Everything a ballot depends on is in its guard, so that one statement decides and writes. Parameters: choice, instant,
/// person, community, vote, member, meeting.
const CAST: &str = "UPDATE ballot SET choice = $1, cast_at = $2, cast_by = $3 \
     WHERE community = $4 AND vote = $5 AND member = $6 AND choice IS NULL \
     AND EXISTS (SELECT 1 FROM vote v JOIN meeting m ON m.community = v.community AND m.id = v.meeting \
         WHERE v.community = $4 AND v.meeting = $7 AND v.id = $5 AND v.state = 'OPEN' AND m.state = 'IN_SESSION' AND m.quorate) \
     AND EXISTS (SELECT 1 FROM presence p \
         WHERE p.community = $4 AND p.meeting = $7 AND p.member = $6 AND p.representative = $3 AND p.ended_at IS NULL)";

/// PostgreSQL: keeps the vote from being closed until the ballot is committed, and waits for a close under way; the guard, a
/// statement of its own, then sees it. SQLite has one writer. Parameters: community, meeting, vote.
const SHARE: &str = "SELECT 1 FROM vote WHERE community = $1 AND meeting = $2 AND id = $3 FOR SHARE";

/// The same for a ballot that its principal's proxy casts: the holder has to be there, and the proxy in force. Parameters as
/// before, and the holder.
const CAST_BY_PROXY: &str = "UPDATE ballot SET choice = $1, cast_at = $2, cast_by = $3 \
     WHERE community = $4 AND vote = $5 AND member = $6 AND choice IS NULL AND holder = $8 \
     AND EXISTS (SELECT 1 FROM vote v JOIN meeting m ON m.community = v.community AND m.id = v.meeting \
         WHERE v.community = $4 AND v.meeting = $7 AND v.id = $5 AND v.state = 'OPEN' AND m.state = 'IN_SESSION' AND m.quorate) \
     AND EXISTS (SELECT 1 FROM proxy x \
         WHERE x.community = $4 AND x.meeting = $7 AND x.id = ballot.proxy \
         AND x.revoked_at IS NULL AND x.voided_at IS NULL AND (x.expires_at IS NULL OR x.expires_at > $2)) \
     AND EXISTS (SELECT 1 FROM presence p \
         WHERE p.community = $4 AND p.meeting = $7 AND p.member = $8 AND p.representative = $3 AND p.ended_at IS NULL)";

/// The statements that cast one ballot on a backend, in order, apart from the outbox row: what a benchmark compares with.
#[must_use]
pub fn statements(backend: DbBackend) -> &'static [&'static str] {
    match backend {
        DbBackend::Postgres => &[SHARE, CAST],
        _ => &[CAST],
    }
}

/// A ballot about to be cast.
#[derive(Debug, Clone)]
pub struct Cast {
    /// The vote.
    pub vote: VoteName,
    /// Whose ballot.
    pub member: Member,
    /// By whom.
    pub representative: UserId,
    /// What it says.
    pub choice: Choice,
}

/// Casts the ballot if vote, room, presence and the ballot itself permit; false when one of them does not.
pub async fn cast(tx: &Tx, _by: &Authorized, ballot: &Cast, at: Timestamp) -> Result<bool, Failure> {
    write(tx, ballot, None, at).await
}

/// Casts a ballot by proxy if everything permits; false when something does not.
pub async fn cast_by_proxy(
    tx: &Tx,
    _by: &Authorized,
    ballot: &Cast,
    holder: Member,
    at: Timestamp,
) -> Result<bool, Failure> {
    write(tx, ballot, Some(holder), at).await
}

async fn write(tx: &Tx, ballot: &Cast, holder: Option<Member>, at: Timestamp) -> Result<bool, Failure> {
    let backend = tx.get_database_backend();
    let community: Value = ballot.vote.community.as_str().into();
    let (meeting, vote): (Value, Value) = (ballot.vote.meeting.uuid().into(), ballot.vote.vote.uuid().into());
    if backend == DbBackend::Postgres {
        let values = [community.clone(), meeting.clone(), vote.clone()];
        tx.query_one_raw(Statement::from_sql_and_values(backend, SHARE, values))
            .await?;
    }
    let mut values = vec![
        ballot.choice.code().into(),
        at.micros().into(),
        ballot.representative.uuid().into(),
        community,
        vote,
        ballot.member.uuid().into(),
        meeting,
    ];
    let statement = match holder {
        Some(holder) => {
            values.push(holder.uuid().into());
            CAST_BY_PROXY
        }
        None => CAST,
    };
    let done = tx
        .execute_raw(Statement::from_sql_and_values(backend, statement, values))
        .await?;
    Ok(done.rows_affected() == 1)
}
