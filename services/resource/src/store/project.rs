use sea_orm::sea_query::Cond;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, Timestamp};
use yihe_store::{Failure, Page, Tx};

use super::entity::project::{self, Column};
use super::row;
use super::visible::Sight;
use crate::domain::Project;
use crate::names::{ProjectId, ProjectName, ResolutionId};
use crate::reasons;

fn by_name(name: &ProjectName) -> sea_orm::Select<project::Entity> {
    project::Entity::find_by_id((name.community.to_string(), name.project.uuid()))
}

/// One project.
pub async fn find(conn: &impl ConnectionTrait, name: &ProjectName) -> Result<Option<Project>, Failure> {
    by_name(name).one(conn).await?.map(Project::try_from).transpose()
}

/// One project, held until the transaction ends.
pub async fn hold(tx: &Tx, name: &ProjectName) -> Result<Project, Failure> {
    let row = by_name(name).lock_exclusive().one(tx).await?;
    Project::try_from(row.ok_or_else(|| Error::not_found(name))?)
}

/// Refuses a project that is not there or was ended; none is fine.
pub async fn expect_open(tx: &Tx, community: &CommunityId, project: Option<ProjectId>) -> Result<(), Failure> {
    let Some(project) = project else { return Ok(()) };
    let name = ProjectName {
        community: community.clone(),
        project,
    };
    match find(tx, &name).await? {
        Some(found) if found.ended_at.is_none() => Ok(()),
        _ => Err(Error::new(&reasons::PROJECT_UNKNOWN).with("name", &name).into()),
    }
}

/// The projects of a community that `sight` lets through, of one resolution or all, in the order they were entered.
pub async fn list(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    resolution: Option<ResolutionId>,
    sight: &Sight,
    page: &Page,
) -> Result<Vec<Project>, Failure> {
    let condition = Cond::all()
        .add_option(resolution.map(|resolution| Column::Resolution.eq(resolution.uuid())))
        .add_option(row::after_id(page)?.map(|after| Column::Id.gt(after)));
    let rows = project::Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(condition)
        .filter(sight.of_projects())
        .order_by_asc(Column::Id)
        .limit(row::fetch(page))
        .all(conn)
        .await?;
    rows.into_iter().map(Project::try_from).collect()
}

/// Adds a project.
pub async fn insert(tx: &Tx, _by: &Authorized, project: &Project) -> Result<(), Failure> {
    let row = project::ActiveModel {
        community: Set(project.name.community.to_string()),
        id: Set(project.name.project.uuid()),
        title: Set(project.title.clone()),
        description: Set(project.description.clone()),
        owner: Set(project.owner.id.uuid()),
        owner_display_name: Set(project.owner.display_name.clone()),
        resolution: Set(project.resolution.map(ResolutionId::uuid)),
        created_at: Set(project.created_at.micros()),
        ended_at: Set(row::micros(project.ended_at)),
    };
    project::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Stores when a project was ended. The project must be held.
pub async fn save(tx: &Tx, _by: &Authorized, project: &Project) -> Result<(), Failure> {
    project::Entity::update_many()
        .set(project::ActiveModel {
            ended_at: Set(row::micros(project.ended_at)),
            ..Default::default()
        })
        .filter(Column::Community.eq(project.name.community.as_str()))
        .filter(Column::Id.eq(project.name.project.uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

impl TryFrom<project::Model> for Project {
    type Error = Failure;

    fn try_from(row: project::Model) -> Result<Self, Failure> {
        Ok(Self {
            name: ProjectName {
                community: row::community(&row.community)?,
                project: ProjectId::from(row.id),
            },
            title: row.title,
            description: row.description,
            owner: row::organization(row.owner, row.owner_display_name),
            resolution: row.resolution.map(ResolutionId::from),
            created_at: Timestamp::from_micros(row.created_at),
            ended_at: row::instant(row.ended_at),
        })
    }
}
