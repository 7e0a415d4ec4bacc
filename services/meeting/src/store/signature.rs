//! Signatures under minutes.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{Timestamp, UserId};
use yihe_store::{Failure, Page, Tx};

use super::entity::minutes_signature::{ActiveModel, Column, Entity, Model};
use super::row;
use crate::domain::minutes::{Countersignature, Signature, SignatureMethod, SignatureState};
use crate::names::{MeetingId, MeetingName, SignatureId, SignatureName};

/// All signatures of one version, by member.
pub async fn of_version(
    conn: &impl ConnectionTrait,
    meeting: &MeetingName,
    version: i32,
) -> Result<Vec<Signature>, Failure> {
    let rows = of_meeting(meeting)
        .filter(Column::Version.eq(version))
        .order_by_asc(Column::Member)
        .all(conn)
        .await?;
    rows.into_iter().map(Signature::try_from).collect()
}

/// All signatures, void ones included, oldest version first.
pub async fn all(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Vec<Signature>, Failure> {
    let rows = of_meeting(meeting)
        .order_by_asc(Column::Version)
        .order_by_asc(Column::Member)
        .all(conn)
        .await?;
    rows.into_iter().map(Signature::try_from).collect()
}

/// A page of signatures, newest version first, then by member.
pub async fn list(conn: &impl ConnectionTrait, meeting: &MeetingName, page: &Page) -> Result<Vec<Signature>, Failure> {
    let mut query = of_meeting(meeting);
    if let Some(after) = &page.after {
        let (version, member) = split_key(after).ok_or_else(|| row::broken("page_token", after))?;
        let same_version = Condition::all()
            .add(Column::Version.eq(version))
            .add(Column::Member.gt(member));
        query = query.filter(Condition::any().add(Column::Version.lt(version)).add(same_version));
    }
    let rows = query
        .order_by_desc(Column::Version)
        .order_by_asc(Column::Member)
        .limit(row::fetch(page))
        .all(conn)
        .await?;
    rows.into_iter().map(Signature::try_from).collect()
}

/// Where a page of signatures ends.
#[must_use]
pub fn key(signature: &Signature) -> String {
    format!("{}/{}", signature.version, signature.member.uuid())
}

fn split_key(key: &str) -> Option<(i32, Uuid)> {
    let (version, member) = key.split_once('/')?;
    Some((version.parse().ok()?, member.parse().ok()?))
}

/// How many have signed the versions of a meeting, current or not.
pub async fn given(conn: &impl ConnectionTrait, meeting: &MeetingName, version: i32) -> Result<i32, Failure> {
    let signed = of_version(conn, meeting, version).await?;
    let given = signed
        .iter()
        .filter(|signature| signature.state == SignatureState::Signed)
        .count();
    Ok(i32::try_from(given).unwrap_or(i32::MAX))
}

/// Puts a signature in its member's place under a version; a refusal there before gives way. The meeting must be held.
pub async fn put(tx: &Tx, _by: &Authorized, signature: &Signature) -> Result<(), Failure> {
    let again = OnConflict::columns([Column::Community, Column::Meeting, Column::Version, Column::Member])
        .update_columns([
            Column::Id,
            Column::State,
            Column::Person,
            Column::PersonName,
            Column::Post,
            Column::Method,
            Column::SignedAt,
            Column::Reason,
            Column::RecordedBy,
            Column::Evidence,
            Column::Algorithm,
            Column::KeyId,
            Column::Countersignature,
        ])
        .to_owned();
    Entity::insert(active(signature))
        .on_conflict(again)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

fn of_meeting(meeting: &MeetingName) -> sea_orm::Select<Entity> {
    Entity::find()
        .filter(Column::Community.eq(meeting.community.as_str()))
        .filter(Column::Meeting.eq(meeting.meeting.uuid()))
}

fn active(signature: &Signature) -> ActiveModel {
    let made = &signature.countersigned;
    ActiveModel {
        community: Set(signature.name.community.to_string()),
        meeting: Set(signature.name.meeting.uuid()),
        id: Set(signature.name.signature.uuid()),
        version: Set(signature.version),
        sha256: Set(signature.sha256.clone()),
        member: Set(signature.member.uuid()),
        member_kind: Set(signature.member.kind().to_owned()),
        compound: Set(signature.member.compound().map(yihe_kernel::CompoundId::uuid)),
        display_name: Set(signature.display_name.clone()),
        state: Set(signature.state.code().to_owned()),
        person: Set(signature.person.map(UserId::uuid)),
        person_name: Set(signature.person_name.clone()),
        post: Set(signature.post.clone()),
        method: Set(signature.method.map(|method| method.code().to_owned())),
        signed_at: Set(signature.at.micros()),
        reason: Set(signature.reason.clone()),
        recorded_by: Set(signature.recorded_by.map(UserId::uuid)),
        evidence: Set(signature.evidence.clone()),
        algorithm: Set(made.algorithm.clone()),
        key_id: Set(made.key_id.clone()),
        countersignature: Set(made.signature.clone()),
    }
}

impl TryFrom<Model> for Signature {
    type Error = Failure;

    fn try_from(row: Model) -> Result<Self, Failure> {
        let method = match &row.method {
            Some(code) => Some(row::read(SignatureMethod::from_code(code), "method", code)?),
            None => None,
        };
        Ok(Self {
            name: SignatureName {
                community: row::community(&row.community)?,
                meeting: MeetingId::from(row.meeting),
                signature: SignatureId::from(row.id),
            },
            version: row.version,
            sha256: row.sha256,
            member: row::member(&row.member_kind, row.member, row.compound)?,
            display_name: row.display_name,
            state: row::read(SignatureState::from_code(&row.state), "state", &row.state)?,
            person: row.person.map(UserId::from),
            person_name: row.person_name,
            post: row.post,
            method,
            at: Timestamp::from_micros(row.signed_at),
            reason: row.reason,
            recorded_by: row.recorded_by.map(UserId::from),
            evidence: row.evidence,
            countersigned: Countersignature {
                algorithm: row.algorithm,
                key_id: row.key_id,
                signature: row.countersignature,
            },
        })
    }
}
