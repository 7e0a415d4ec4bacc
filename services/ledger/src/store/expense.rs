use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::Timestamp;
use yihe_store::{Failure, Page, Tx};

use super::entity::expense;
use super::row;
use crate::domain::Expense;
use crate::names::{ExpenseName, FundName, ProjectId, ResolutionId};

/// One expense.
pub async fn find(conn: &impl ConnectionTrait, name: &ExpenseName) -> Result<Option<Expense>, Failure> {
    let key = (name.community.to_string(), name.fund.uuid(), name.expense.uuid());
    let row = expense::Entity::find_by_id(key).one(conn).await?;
    row.map(Expense::try_from).transpose()
}

/// Those of the expenses that are there, in the order they were recorded.
pub async fn find_all(conn: &impl ConnectionTrait, fund: &FundName, ids: Vec<Uuid>) -> Result<Vec<Expense>, Failure> {
    let rows = of(fund)
        .filter(expense::Column::Id.is_in(ids))
        .order_by_asc(expense::Column::Id)
        .all(conn)
        .await?;
    rows.into_iter().map(Expense::try_from).collect()
}

/// Expenses in the order they were recorded.
pub async fn list(conn: &impl ConnectionTrait, fund: &FundName, page: &Page) -> Result<Vec<Expense>, Failure> {
    let mut query = of(fund);
    if let Some(after) = row::after_id(page)? {
        query = query.filter(expense::Column::Id.gt(after));
    }
    let query = query.order_by_asc(expense::Column::Id).limit(row::fetch(page));
    let rows = query.all(conn).await?;
    rows.into_iter().map(Expense::try_from).collect()
}

/// Adds an expense.
pub async fn insert(tx: &Tx, _by: &Authorized, made: &Expense) -> Result<(), Failure> {
    let row = expense::ActiveModel {
        community: Set(made.name.community.to_string()),
        fund: Set(made.name.fund.uuid()),
        id: Set(made.name.expense.uuid()),
        amount: Set(made.amount),
        purpose: Set(made.purpose.clone()),
        earmark: Set(made.earmark.clone()),
        payee: Set(made.payee.clone()),
        resolution: Set(made.resolution.map(ResolutionId::uuid)),
        voucher: Set(made.voucher.uuid()),
        made_at: Set(made.made_at.micros()),
        project: Set(made.project.map(ProjectId::uuid)),
    };
    expense::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

fn of(fund: &FundName) -> sea_orm::Select<expense::Entity> {
    expense::Entity::find()
        .filter(expense::Column::Community.eq(fund.community.as_str()))
        .filter(expense::Column::Fund.eq(fund.fund.uuid()))
}

impl TryFrom<expense::Model> for Expense {
    type Error = Failure;

    fn try_from(row: expense::Model) -> Result<Self, Failure> {
        Ok(Self {
            name: ExpenseName {
                community: row::community(&row.community)?,
                fund: row.fund.into(),
                expense: row.id.into(),
            },
            amount: row.amount,
            purpose: row.purpose,
            earmark: row.earmark,
            payee: row.payee,
            resolution: row.resolution.map(ResolutionId::from),
            voucher: row.voucher.into(),
            project: row.project.map(ProjectId::from),
            made_at: Timestamp::from_micros(row.made_at),
        })
    }
}
