use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Timestamp};
use yihe_store::{Failure, Page, Tx};

use super::entity::{attribution, contribution, fund_return};
use super::row;
use crate::domain::{Contribution, Contributor, FundReturn, Owner, Part};
use crate::names::{ContributionName, FundName};

fn of(name: &FundName) -> sea_orm::Select<contribution::Entity> {
    contribution::Entity::find()
        .filter(contribution::Column::Community.eq(name.community.as_str()))
        .filter(contribution::Column::Fund.eq(name.fund.uuid()))
}

/// Contributions in the order they came.
pub async fn list(conn: &impl ConnectionTrait, fund: &FundName, page: &Page) -> Result<Vec<Contribution>, Failure> {
    let mut query = of(fund);
    if let Some(after) = row::after_id(page)? {
        query = query.filter(contribution::Column::Id.gt(after));
    }
    let query = query.order_by_asc(contribution::Column::Id).limit(row::fetch(page));
    read(query.all(conn).await?)
}

/// Contributions of which something is left, in the order they came.
pub async fn unspent(conn: &impl ConnectionTrait, fund: &FundName) -> Result<Vec<Contribution>, Failure> {
    let query = of(fund)
        .filter(contribution::Column::Unspent.gt(0))
        .order_by_asc(contribution::Column::Id);
    read(query.all(conn).await?)
}

/// Everything that one contributor paid in, in the order it came.
pub async fn of_contributor(
    conn: &impl ConnectionTrait,
    fund: &FundName,
    contributor: Owner,
) -> Result<Vec<Contribution>, Failure> {
    let (kind, id) = contributor.columns();
    let query = of(fund)
        .filter(contribution::Column::ContributorKind.eq(kind))
        .filter(contribution::Column::Contributor.eq(id))
        .order_by_asc(contribution::Column::Id);
    read(query.all(conn).await?)
}

/// Those of the contributions that are there.
pub async fn find_all(
    conn: &impl ConnectionTrait,
    fund: &FundName,
    ids: Vec<Uuid>,
) -> Result<Vec<Contribution>, Failure> {
    let query = of(fund)
        .filter(contribution::Column::Id.is_in(ids))
        .order_by_asc(contribution::Column::Id);
    read(query.all(conn).await?)
}

/// Adds a contribution.
pub async fn insert(tx: &Tx, _by: &Authorized, made: &Contribution) -> Result<(), Failure> {
    let (contributor_kind, contributor) = made.contributor.owner.columns();
    let row = contribution::ActiveModel {
        community: Set(made.name.community.to_string()),
        fund: Set(made.name.fund.uuid()),
        id: Set(made.name.contribution.uuid()),
        contributor_kind: Set(contributor_kind.to_owned()),
        contributor: Set(contributor),
        contributor_display_name: Set(made.contributor.display_name.clone()),
        amount: Set(made.amount),
        unspent: Set(made.unspent),
        earmark: Set(made.earmark.clone()),
        voucher: Set(made.voucher.uuid()),
        made_at: Set(made.made_at.micros()),
    };
    contribution::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

const TAKE: &str = "UPDATE contribution SET unspent = unspent - $4 \
     WHERE community = $1 AND fund = $2 AND id = $3 AND unspent >= $4";

/// Takes parts from contributions for an expense or a return. The fund must be held.
pub async fn take(tx: &Tx, _by: &Authorized, fund: &FundName, taken_by: Uuid, parts: &[Part]) -> Result<(), Failure> {
    for part in parts {
        let values = [
            fund.community.as_str().into(),
            fund.fund.uuid().into(),
            part.contribution.uuid().into(),
            part.amount.into(),
        ];
        if row::execute(tx, TAKE, values).await?.rows_affected() != 1 {
            return Err(Error::internal(format!("{} bears no {}", part.contribution, part.amount)).into());
        }
    }
    let rows = parts.iter().map(|part| attribution::ActiveModel {
        community: Set(fund.community.to_string()),
        fund: Set(fund.fund.uuid()),
        taken_by: Set(taken_by),
        contribution: Set(part.contribution.uuid()),
        amount: Set(part.amount),
    });
    attribution::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Which parts expenses or returns took.
pub async fn parts(
    conn: &impl ConnectionTrait,
    fund: &FundName,
    taken_by: Vec<Uuid>,
) -> Result<Vec<(Uuid, Part)>, Failure> {
    let rows = attribution::Entity::find()
        .filter(attribution::Column::Community.eq(fund.community.as_str()))
        .filter(attribution::Column::Fund.eq(fund.fund.uuid()))
        .filter(attribution::Column::TakenBy.is_in(taken_by))
        .order_by_asc(attribution::Column::Contribution)
        .all(conn)
        .await?;
    Ok(rows.iter().map(part).collect())
}

/// Which parts of contributions were taken.
pub async fn parts_of(
    conn: &impl ConnectionTrait,
    fund: &FundName,
    contributions: Vec<Uuid>,
) -> Result<Vec<(Uuid, Part)>, Failure> {
    let rows = attribution::Entity::find()
        .filter(attribution::Column::Community.eq(fund.community.as_str()))
        .filter(attribution::Column::Fund.eq(fund.fund.uuid()))
        .filter(attribution::Column::Contribution.is_in(contributions))
        .order_by_asc(attribution::Column::TakenBy)
        .all(conn)
        .await?;
    Ok(rows.iter().map(part).collect())
}

fn part(row: &attribution::Model) -> (Uuid, Part) {
    let part = Part {
        contribution: row.contribution.into(),
        amount: row.amount,
    };
    (row.taken_by, part)
}

/// Adds a return.
pub async fn insert_return(tx: &Tx, _by: &Authorized, fund: &FundName, made: &FundReturn) -> Result<(), Failure> {
    let (contributor_kind, contributor) = made.contributor.owner.columns();
    let row = fund_return::ActiveModel {
        community: Set(fund.community.to_string()),
        fund: Set(fund.fund.uuid()),
        id: Set(made.id.uuid()),
        contributor_kind: Set(contributor_kind.to_owned()),
        contributor: Set(contributor),
        contributor_display_name: Set(made.contributor.display_name.clone()),
        amount: Set(made.amount),
        made_at: Set(made.made_at.micros()),
    };
    fund_return::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// What went back, to one contributor or to all, in the order it did.
pub async fn returns(
    conn: &impl ConnectionTrait,
    fund: &FundName,
    contributor: Option<Owner>,
) -> Result<Vec<FundReturn>, Failure> {
    let mut query = fund_return::Entity::find()
        .filter(fund_return::Column::Community.eq(fund.community.as_str()))
        .filter(fund_return::Column::Fund.eq(fund.fund.uuid()));
    if let Some(contributor) = contributor {
        let (kind, id) = contributor.columns();
        query = query
            .filter(fund_return::Column::ContributorKind.eq(kind))
            .filter(fund_return::Column::Contributor.eq(id));
    }
    let rows = query.order_by_asc(fund_return::Column::Id).all(conn).await?;
    let read = rows.into_iter().map(|row| {
        Ok(FundReturn {
            id: row.id.into(),
            contributor: contributor_of(&row.contributor_kind, row.contributor, row.contributor_display_name)?,
            amount: row.amount,
            made_at: Timestamp::from_micros(row.made_at),
        })
    });
    read.collect()
}

fn contributor_of(kind: &str, id: Uuid, display_name: String) -> Result<Contributor, Failure> {
    Ok(Contributor {
        owner: row::read(Owner::from_columns(kind, id), "contributor_kind", kind)?,
        display_name,
    })
}

fn read(rows: Vec<contribution::Model>) -> Result<Vec<Contribution>, Failure> {
    let read = rows.into_iter().map(|row| {
        Ok(Contribution {
            name: ContributionName {
                community: row::community(&row.community)?,
                fund: row.fund.into(),
                contribution: row.id.into(),
            },
            contributor: contributor_of(&row.contributor_kind, row.contributor, row.contributor_display_name)?,
            amount: row.amount,
            unspent: row.unspent,
            earmark: row.earmark,
            voucher: row.voucher.into(),
            made_at: Timestamp::from_micros(row.made_at),
        })
    });
    read.collect()
}
