//! Minutes and their versions.

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{Error, Timestamp, reasons};
use yihe_store::{Failure, Page, Tx};

use super::entity::{minutes, minutes_version};
use super::row;
use crate::domain::minutes::{Countersignature, Drawn, Minutes, Text, Version};
use crate::names::{MeetingId, MeetingName};

/// Where the minutes of a meeting stand; `None` before they are drafted.
pub async fn find(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Option<Minutes>, Failure> {
    let key = (meeting.community.to_string(), meeting.meeting.uuid());
    let row = minutes::Entity::find_by_id(key).one(conn).await?;
    row.map(Minutes::try_from).transpose()
}

/// The same, where they must be there. The meeting must be held before what is written.
pub async fn get(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Minutes, Failure> {
    Ok(find(conn, meeting).await?.ok_or_else(|| Minutes::missing(meeting))?)
}

/// What the node put to the publication; `None` before it.
pub async fn publication(
    conn: &impl ConnectionTrait,
    meeting: &MeetingName,
) -> Result<Option<Countersignature>, Failure> {
    let key = (meeting.community.to_string(), meeting.meeting.uuid());
    let row = minutes::Entity::find_by_id(key).one(conn).await?;
    Ok(row.filter(|row| !row.key_id.is_empty()).map(|row| Countersignature {
        algorithm: row.algorithm,
        key_id: row.key_id,
        signature: row.countersignature,
    }))
}

/// Adds the first draft.
pub async fn insert(tx: &Tx, _by: &Authorized, minutes: &Minutes) -> Result<(), Failure> {
    let row = minutes::ActiveModel {
        community: Set(minutes.meeting.community.to_string()),
        meeting: Set(minutes.meeting.meeting.uuid()),
        algorithm: Set(String::new()),
        key_id: Set(String::new()),
        countersignature: Set(String::new()),
        ..changeable(minutes)
    };
    minutes::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Stores a change, made to the revision it has.
pub async fn save(tx: &Tx, by: &Authorized, minutes: Minutes) -> Result<Minutes, Failure> {
    write(tx, by, minutes, None).await
}

/// Stores the publication with what the node put to it.
pub async fn publish(
    tx: &Tx,
    by: &Authorized,
    minutes: Minutes,
    countersigned: Countersignature,
) -> Result<Minutes, Failure> {
    write(tx, by, minutes, Some(countersigned)).await
}

async fn write(
    tx: &Tx,
    _by: &Authorized,
    mut minutes: Minutes,
    countersigned: Option<Countersignature>,
) -> Result<Minutes, Failure> {
    let seen = minutes.revision;
    minutes.revision += 1;
    let mut row = changeable(&minutes);
    if let Some(made) = countersigned {
        row.algorithm = Set(made.algorithm);
        row.key_id = Set(made.key_id);
        row.countersignature = Set(made.signature);
    }
    let saved = minutes::Entity::update_many()
        .set(row)
        .filter(minutes::Column::Community.eq(minutes.meeting.community.as_str()))
        .filter(minutes::Column::Meeting.eq(minutes.meeting.meeting.uuid()))
        .filter(minutes::Column::Revision.eq(seen))
        .exec(tx)
        .await?;
    if saved.rows_affected == 1 {
        return Ok(minutes);
    }
    Err(Error::new(&reasons::ETAG_MISMATCH)
        .with("name", &minutes.meeting)
        .into())
}

fn changeable(minutes: &Minutes) -> minutes::ActiveModel {
    minutes::ActiveModel {
        version: Set(minutes.version),
        revision: Set(minutes.revision),
        due: Set(minutes.due),
        signing_opened_at: Set(row::micros(minutes.signing_opened_at)),
        signing_ends_at: Set(row::micros(minutes.signing_ends_at)),
        signing_closed_at: Set(row::micros(minutes.signing_closed_at)),
        results_published_at: Set(row::micros(minutes.results_published_at)),
        published_at: Set(row::micros(minutes.published_at)),
        disclosure_ends_at: Set(row::micros(minutes.disclosure_ends_at)),
        ..Default::default()
    }
}

/// Meetings whose signing period is over and not yet closed, so many at most.
pub async fn signing_ended(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    most: u64,
) -> Result<Vec<MeetingName>, Failure> {
    let rows = minutes::Entity::find()
        .filter(minutes::Column::SigningClosedAt.is_null())
        .filter(minutes::Column::SigningEndsAt.lte(now.micros()))
        .order_by_asc(minutes::Column::SigningEndsAt)
        .limit(most)
        .all(conn)
        .await?;
    rows.into_iter().map(|row| name(&row.community, row.meeting)).collect()
}

/// Adds a version.
pub async fn add_version(tx: &Tx, _by: &Authorized, meeting: &MeetingName, version: &Version) -> Result<(), Failure> {
    let Drawn { full, published } = &version.drawn;
    let row = minutes_version::ActiveModel {
        community: Set(meeting.community.to_string()),
        meeting: Set(meeting.meeting.uuid()),
        version: Set(version.version),
        text: Set(full.text.clone()),
        sha256: Set(full.sha256.clone()),
        published_text: Set(published.text.clone()),
        published_sha256: Set(published.sha256.clone()),
        notes: Set(serde_json::to_string(&version.notes).map_err(Error::internal)?),
        created_at: Set(version.created_at.micros()),
        author: Set(version.author.clone()),
    };
    minutes_version::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// One version.
pub async fn version(
    conn: &impl ConnectionTrait,
    meeting: &MeetingName,
    version: i32,
) -> Result<Option<Version>, Failure> {
    let key = (meeting.community.to_string(), meeting.meeting.uuid(), version);
    let row = minutes_version::Entity::find_by_id(key).one(conn).await?;
    row.map(Version::try_from).transpose()
}

/// A page of versions, newest first.
pub async fn versions(
    conn: &impl ConnectionTrait,
    meeting: &MeetingName,
    page: &Page,
) -> Result<Vec<Version>, Failure> {
    let mut query = of_meeting(meeting);
    if let Some(after) = &page.after {
        let after: i32 = after.parse().map_err(|_| row::broken("page_token", after))?;
        query = query.filter(minutes_version::Column::Version.lt(after));
    }
    let rows = query
        .order_by_desc(minutes_version::Column::Version)
        .limit(row::fetch(page))
        .all(conn)
        .await?;
    rows.into_iter().map(Version::try_from).collect()
}

/// All versions, oldest first.
pub async fn all_versions(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Vec<Version>, Failure> {
    let rows = of_meeting(meeting)
        .order_by_asc(minutes_version::Column::Version)
        .all(conn)
        .await?;
    rows.into_iter().map(Version::try_from).collect()
}

fn of_meeting(meeting: &MeetingName) -> sea_orm::Select<minutes_version::Entity> {
    minutes_version::Entity::find()
        .filter(minutes_version::Column::Community.eq(meeting.community.as_str()))
        .filter(minutes_version::Column::Meeting.eq(meeting.meeting.uuid()))
}

fn name(community: &str, meeting: uuid::Uuid) -> Result<MeetingName, Failure> {
    Ok(MeetingName {
        community: row::community(community)?,
        meeting: MeetingId::from(meeting),
    })
}

impl TryFrom<minutes::Model> for Minutes {
    type Error = Failure;

    fn try_from(row: minutes::Model) -> Result<Self, Failure> {
        Ok(Self {
            meeting: name(&row.community, row.meeting)?,
            version: row.version,
            revision: row.revision,
            due: row.due,
            signing_opened_at: row::instant(row.signing_opened_at),
            signing_ends_at: row::instant(row.signing_ends_at),
            signing_closed_at: row::instant(row.signing_closed_at),
            results_published_at: row::instant(row.results_published_at),
            published_at: row::instant(row.published_at),
            disclosure_ends_at: row::instant(row.disclosure_ends_at),
        })
    }
}

impl TryFrom<minutes_version::Model> for Version {
    type Error = Failure;

    fn try_from(row: minutes_version::Model) -> Result<Self, Failure> {
        Ok(Self {
            version: row.version,
            drawn: Drawn {
                full: Text {
                    text: row.text,
                    sha256: row.sha256,
                },
                published: Text {
                    text: row.published_text,
                    sha256: row.published_sha256,
                },
            },
            notes: serde_json::from_str(&row.notes).map_err(|_| row::broken("notes", &row.notes))?,
            created_at: Timestamp::from_micros(row.created_at),
            author: row.author,
        })
    }
}
