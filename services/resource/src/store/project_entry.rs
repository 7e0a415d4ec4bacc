use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::Timestamp;
use yihe_store::{Failure, Tx};

use super::entity::project_entry::{ActiveModel, Column, Entity, Model};
use super::row;
use crate::domain::{EntryKind, LedgerUnit, ProjectEntry};
use crate::names::{ClaimId, ProjectName};

/// What moved for a project, at most `most`, in the order it moved.
pub async fn list(conn: &impl ConnectionTrait, project: &ProjectName, most: u64) -> Result<Vec<ProjectEntry>, Failure> {
    let rows = Entity::find()
        .filter(Column::Community.eq(project.community.as_str()))
        .filter(Column::Project.eq(project.project.uuid()))
        .order_by_asc(Column::Transfer)
        .limit(most)
        .all(conn)
        .await?;
    rows.iter().map(|row| read(project, row)).collect()
}

/// The sums of all that moved for a project.
pub async fn totals(conn: &impl ConnectionTrait, project: &ProjectName) -> Result<Vec<(LedgerUnit, i64)>, Failure> {
    // PostgreSQL adds bigints up to a numeric
    let sum = Expr::col(Column::Amount).sum().cast_as("bigint");
    let rows: Vec<(String, i64)> = Entity::find()
        .select_only()
        .column(Column::Unit)
        .column_as(sum, "total")
        .filter(Column::Community.eq(project.community.as_str()))
        .filter(Column::Project.eq(project.project.uuid()))
        .group_by(Column::Unit)
        .order_by_asc(Column::Unit)
        .into_tuple()
        .all(conn)
        .await?;
    rows.into_iter()
        .map(|(unit, sum)| Ok((row::read(LedgerUnit::from_code(&unit), "unit", &unit)?, sum)))
        .collect()
}

/// Notes what moved, once.
pub async fn insert(tx: &Tx, _by: &Authorized, entry: &ProjectEntry) -> Result<(), Failure> {
    let row = ActiveModel {
        community: Set(entry.project.community.to_string()),
        project: Set(entry.project.project.uuid()),
        transfer: Set(entry.transfer.uuid()),
        kind: Set(entry.kind.code().to_owned()),
        unit: Set(entry.unit.code().to_owned()),
        amount: Set(entry.amount),
        claim: Set(entry.claim.map(ClaimId::uuid)),
        made_at: Set(entry.made_at.micros()),
    };
    let key = [Column::Community, Column::Project, Column::Transfer];
    Entity::insert(row)
        .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

fn read(project: &ProjectName, row: &Model) -> Result<ProjectEntry, Failure> {
    Ok(ProjectEntry {
        project: project.clone(),
        transfer: row.transfer.into(),
        kind: row::read(EntryKind::from_code(&row.kind), "kind", &row.kind)?,
        unit: row::read(LedgerUnit::from_code(&row.unit), "unit", &row.unit)?,
        amount: row.amount,
        claim: row.claim.map(ClaimId::from),
        made_at: Timestamp::from_micros(row.made_at),
    })
}
