use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{Error, FileName, Timestamp, UserId};
use yihe_store::{Failure, Page, Tx};

use super::entity::proxy;
use super::row;
use crate::domain::{Member, Proxy, ProxyForm, ProxyScope};
use crate::names::{MeetingId, MeetingName, ProxyId, ProxyName};
use crate::reasons;

fn of_meeting(meeting: &MeetingName) -> sea_orm::Select<proxy::Entity> {
    proxy::Entity::find()
        .filter(proxy::Column::Community.eq(meeting.community.as_str()))
        .filter(proxy::Column::Meeting.eq(meeting.meeting.uuid()))
        .order_by_asc(proxy::Column::Id)
}

/// One proxy.
pub async fn find(conn: &impl ConnectionTrait, name: &ProxyName) -> Result<Option<Proxy>, Failure> {
    let key = (name.community.to_string(), name.meeting.uuid(), name.proxy.uuid());
    let row = proxy::Entity::find_by_id(key).one(conn).await?;
    row.map(Proxy::try_from).transpose()
}

/// All proxies of a meeting in the order they were given, ended ones included.
pub async fn all(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Vec<Proxy>, Failure> {
    let rows = of_meeting(meeting).all(conn).await?;
    rows.into_iter().map(Proxy::try_from).collect()
}

/// A page of them.
pub async fn list(conn: &impl ConnectionTrait, meeting: &MeetingName, page: &Page) -> Result<Vec<Proxy>, Failure> {
    let mut query = of_meeting(meeting);
    if let Some(after) = row::after_id(page)? {
        query = query.filter(proxy::Column::Id.gt(after));
    }
    let rows = query.limit(row::fetch(page)).all(conn).await?;
    rows.into_iter().map(Proxy::try_from).collect()
}

/// Adds a proxy. The meeting must be held.
pub async fn insert(tx: &Tx, _by: &Authorized, given: &Proxy) -> Result<(), Failure> {
    let row = proxy::ActiveModel {
        community: Set(given.name.community.to_string()),
        meeting: Set(given.name.meeting.uuid()),
        id: Set(given.name.proxy.uuid()),
        principal: Set(given.principal.uuid()),
        principal_kind: Set(row::member_kind(given.principal)),
        principal_compound: Set(row::member_compound(given.principal)),
        holder: Set(given.holder.uuid()),
        holder_kind: Set(row::member_kind(given.holder)),
        holder_compound: Set(row::member_compound(given.holder)),
        scope: Set(given.scope.to_json()?),
        form: Set(given.form.code().to_owned()),
        expires_at: Set(row::micros(given.expires_at)),
        evidence: Set(given.evidence.as_ref().map(|file| file.file.uuid())),
        granted_at: Set(given.granted_at.micros()),
        recorded_by: Set(given.recorded_by.map(UserId::uuid)),
        revoked_at: Set(row::micros(given.revoked_at)),
        voided_at: Set(row::micros(given.voided_at)),
    };
    proxy::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

fn standing(meeting: &MeetingName) -> sea_orm::UpdateMany<proxy::Entity> {
    proxy::Entity::update_many()
        .filter(proxy::Column::Community.eq(meeting.community.as_str()))
        .filter(proxy::Column::Meeting.eq(meeting.meeting.uuid()))
        .filter(proxy::Column::RevokedAt.is_null())
        .filter(proxy::Column::VoidedAt.is_null())
}

/// Notes that a proxy was revoked. The meeting must be held.
pub async fn revoke(tx: &Tx, _by: &Authorized, name: &ProxyName, at: Timestamp) -> Result<(), Failure> {
    let revoked = standing(&name.meeting())
        .set(proxy::ActiveModel {
            revoked_at: Set(Some(at.micros())),
            ..Default::default()
        })
        .filter(proxy::Column::Id.eq(name.proxy.uuid()))
        .exec(tx)
        .await?;
    if revoked.rows_affected == 1 {
        return Ok(());
    }
    Err(Error::new(&reasons::PROXY_ENDED).with("name", name).into())
}

/// Voids the proxies of who came itself, and gives their number. The meeting must be held.
pub async fn void_of(
    tx: &Tx,
    _by: &Authorized,
    meeting: &MeetingName,
    principal: Member,
    at: Timestamp,
) -> Result<u64, Failure> {
    let voided = standing(meeting)
        .set(proxy::ActiveModel {
            voided_at: Set(Some(at.micros())),
            ..Default::default()
        })
        .filter(proxy::Column::Principal.eq(principal.uuid()))
        .exec(tx)
        .await?;
    Ok(voided.rows_affected)
}

impl TryFrom<proxy::Model> for Proxy {
    type Error = Failure;

    fn try_from(row: proxy::Model) -> Result<Self, Failure> {
        let community = row::community(&row.community)?;
        Ok(Self {
            principal: row::member(&row.principal_kind, row.principal, row.principal_compound)?,
            holder: row::member(&row.holder_kind, row.holder, row.holder_compound)?,
            scope: row::read(ProxyScope::from_json(&row.scope), "scope", &row.scope)?,
            form: row::read(ProxyForm::from_code(&row.form), "form", &row.form)?,
            expires_at: row::instant(row.expires_at),
            evidence: row.evidence.map(|file| FileName {
                community: community.clone(),
                file: file.into(),
            }),
            granted_at: Timestamp::from_micros(row.granted_at),
            recorded_by: row.recorded_by.map(UserId::from),
            revoked_at: row::instant(row.revoked_at),
            voided_at: row::instant(row.voided_at),
            name: ProxyName {
                community,
                meeting: MeetingId::from(row.meeting),
                proxy: ProxyId::from(row.id),
            },
        })
    }
}
