use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, CompoundId, OrganizationId, Timestamp};
use yihe_store::{Failure, Page, Tx};

use super::entity::{body, body_member};
use super::row;
use super::visible::Sight;
use crate::domain::{Body, BodyKind, BodyMember, Member};
use crate::names::{BodyId, BodyMemberName, BodyName, MemberId};

/// One body.
pub async fn find(conn: &impl ConnectionTrait, name: &BodyName) -> Result<Option<Body>, Failure> {
    let row = body::Entity::find_by_id((name.community.to_string(), name.body.uuid()))
        .one(conn)
        .await?;
    row.map(Body::try_from).transpose()
}

/// The bodies of a community that `sight` lets through, in the order they were set up.
pub async fn list(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    sight: &Sight,
    page: &Page,
) -> Result<Vec<Body>, Failure> {
    let mut query = body::Entity::find()
        .filter(body::Column::Community.eq(community.as_str()))
        .filter(sight.of_bodies());
    if let Some(after) = row::after_id(page)? {
        query = query.filter(body::Column::Id.gt(after));
    }
    let rows = query
        .order_by_asc(body::Column::Id)
        .limit(row::fetch(page))
        .all(conn)
        .await?;
    rows.into_iter().map(Body::try_from).collect()
}

/// The owners' assemblies of a community: one for each compound, so they are few.
pub async fn assemblies(conn: &impl ConnectionTrait, community: &CommunityId) -> Result<Vec<Body>, Failure> {
    let rows = body::Entity::find()
        .filter(body::Column::Community.eq(community.as_str()))
        .filter(body::Column::Kind.eq(BodyKind::OwnersAssembly.code()))
        .all(conn)
        .await?;
    rows.into_iter().map(Body::try_from).collect()
}

/// Adds a body.
pub async fn insert(tx: &Tx, _by: &Authorized, body: &Body) -> Result<(), Failure> {
    let row = body::ActiveModel {
        community: Set(body.name.community.to_string()),
        id: Set(body.name.body.uuid()),
        kind: Set(body.kind.code().to_owned()),
        display_name: Set(body.display_name.clone()),
        convener: Set(body.convener.uuid()),
        compound: Set(body.compound.map(CompoundId::uuid)),
        rule_pack: Set(body.rule_pack.clone()),
        created_at: Set(body.created_at.micros()),
        version: Set(body.version),
    };
    body::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// One membership, also an ended one.
pub async fn find_member(conn: &impl ConnectionTrait, name: &BodyMemberName) -> Result<Option<BodyMember>, Failure> {
    let key = (name.community.to_string(), name.body.uuid(), name.member.uuid());
    let row = body_member::Entity::find_by_id(key).one(conn).await?;
    row.map(BodyMember::try_from).transpose()
}

/// Whether somebody is a member now.
pub async fn is_member(conn: &impl ConnectionTrait, body: &BodyName, member: Member) -> Result<bool, Failure> {
    let known = find_member(conn, &body.member(member)).await?;
    Ok(known.is_some_and(|known| known.member == member && known.ended_at.is_none()))
}

/// Who is a member now, with its group, in the order they joined.
pub async fn members_now(conn: &impl ConnectionTrait, body: &BodyName) -> Result<Vec<(Member, String)>, Failure> {
    let rows = members(body)
        .filter(body_member::Column::EndedAt.is_null())
        .order_by_asc(body_member::Column::JoinedAt)
        .order_by_asc(body_member::Column::Member)
        .all(conn)
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok((
                row::member(&row.member_kind, row.member, row.compound)?,
                row.member_group,
            ))
        })
        .collect()
}

/// All memberships, ended ones included, in the order they joined.
pub async fn list_members(
    conn: &impl ConnectionTrait,
    body: &BodyName,
    page: &Page,
) -> Result<Vec<BodyMember>, Failure> {
    use body_member::Column::{JoinedAt, Member};
    let mut query = members(body);
    if let Some(after) = &page.after {
        let (joined_at, member) = split_key(after).ok_or_else(|| row::broken("page_token", after))?;
        let same_instant = Condition::all().add(JoinedAt.eq(joined_at)).add(Member.gt(member));
        query = query.filter(Condition::any().add(JoinedAt.gt(joined_at)).add(same_instant));
    }
    let rows = query
        .order_by_asc(JoinedAt)
        .order_by_asc(Member)
        .limit(row::fetch(page))
        .all(conn)
        .await?;
    rows.into_iter().map(BodyMember::try_from).collect()
}

fn members(body: &BodyName) -> sea_orm::Select<body_member::Entity> {
    body_member::Entity::find()
        .filter(body_member::Column::Community.eq(body.community.as_str()))
        .filter(body_member::Column::Body.eq(body.body.uuid()))
}

/// Where a page of members ends.
#[must_use]
pub fn member_key(member: &BodyMember) -> String {
    format!("{}/{}", member.joined_at.micros(), member.name.member)
}

fn split_key(key: &str) -> Option<(i64, uuid::Uuid)> {
    let (joined_at, member) = key.split_once('/')?;
    Some((joined_at.parse().ok()?, member.parse().ok()?))
}

/// Adds a membership, or begins an ended one anew; false when it is in force already.
pub async fn join(tx: &Tx, _by: &Authorized, member: &BodyMember) -> Result<bool, Failure> {
    use body_member::Column;
    let row = body_member::ActiveModel {
        community: Set(member.name.community.to_string()),
        body: Set(member.name.body.uuid()),
        member: Set(member.member.uuid()),
        member_kind: Set(row::member_kind(member.member)),
        compound: Set(row::member_compound(member.member)),
        kind: Set(row::kind_code(member.kind)),
        display_name: Set(member.display_name.clone()),
        member_group: Set(member.group.clone()),
        joined_at: Set(member.joined_at.micros()),
        ended_at: Set(None),
    };
    let again = OnConflict::columns([Column::Community, Column::Body, Column::Member])
        .update_columns([
            Column::Kind,
            Column::DisplayName,
            Column::MemberGroup,
            Column::JoinedAt,
            Column::EndedAt,
        ])
        .action_and_where(Column::EndedAt.is_not_null())
        .to_owned();
    let written = body_member::Entity::insert(row)
        .on_conflict(again)
        .exec_without_returning(tx)
        .await?;
    Ok(written == 1)
}

/// Ends a membership; false when it had ended already.
pub async fn leave(tx: &Tx, _by: &Authorized, name: &BodyMemberName, at: Timestamp) -> Result<bool, Failure> {
    let ended = body_member::Entity::update_many()
        .set(body_member::ActiveModel {
            ended_at: Set(Some(at.micros())),
            ..Default::default()
        })
        .filter(body_member::Column::Community.eq(name.community.as_str()))
        .filter(body_member::Column::Body.eq(name.body.uuid()))
        .filter(body_member::Column::Member.eq(name.member.uuid()))
        .filter(body_member::Column::EndedAt.is_null())
        .exec(tx)
        .await?;
    Ok(ended.rows_affected == 1)
}

/// The bodies of which somebody is a member now.
pub async fn bodies_of(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    member: MemberId,
) -> Result<Vec<BodyName>, Failure> {
    let rows = body_member::Entity::find()
        .filter(body_member::Column::Community.eq(community.as_str()))
        .filter(body_member::Column::Member.eq(member.uuid()))
        .filter(body_member::Column::EndedAt.is_null())
        .order_by_asc(body_member::Column::Body)
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| BodyName {
            community: community.clone(),
            body: BodyId::from(row.body),
        })
        .collect())
}

impl TryFrom<body::Model> for Body {
    type Error = Failure;

    fn try_from(row: body::Model) -> Result<Self, Failure> {
        Ok(Self {
            name: BodyName {
                community: row::community(&row.community)?,
                body: BodyId::from(row.id),
            },
            kind: row
                .kind
                .parse::<BodyKind>()
                .map_err(|_| row::broken("kind", &row.kind))?,
            display_name: row.display_name,
            convener: OrganizationId::from(row.convener),
            compound: row.compound.map(CompoundId::from),
            rule_pack: row.rule_pack,
            created_at: Timestamp::from_micros(row.created_at),
            version: row.version,
        })
    }
}

impl TryFrom<body_member::Model> for BodyMember {
    type Error = Failure;

    fn try_from(row: body_member::Model) -> Result<Self, Failure> {
        Ok(Self {
            name: BodyMemberName {
                community: row::community(&row.community)?,
                body: BodyId::from(row.body),
                member: row.member.into(),
            },
            member: row::member(&row.member_kind, row.member, row.compound)?,
            kind: row::kind(&row.kind)?,
            display_name: row.display_name,
            group: row.member_group,
            joined_at: Timestamp::from_micros(row.joined_at),
            ended_at: row::instant(row.ended_at),
        })
    }
}
