use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Timestamp};
use yihe_store::{Failure, Page, Tx};

use super::entity::account;
use super::sight::Sight;
use super::{balance, row};
use crate::domain::{Account, AccountKind, Limits, Owner, STRIPES, Unit};
use crate::names::{AccountId, AccountName};

/// One account.
pub async fn find(conn: &impl ConnectionTrait, name: &AccountName) -> Result<Option<Account>, Failure> {
    let key = (name.community.to_string(), name.account.uuid());
    let row = account::Entity::find_by_id(key).one(conn).await?;
    row.map(Account::try_from).transpose()
}

/// Those of the accounts that are there.
pub async fn find_all(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    accounts: &[AccountId],
) -> Result<Vec<Account>, Failure> {
    let rows = account::Entity::find()
        .filter(account::Column::Community.eq(community.as_str()))
        .filter(account::Column::Id.is_in(accounts.iter().map(|account| account.uuid())))
        .all(conn)
        .await?;
    rows.into_iter().map(Account::try_from).collect()
}

/// The account of a person or an organization that is for no single purpose.
pub async fn own(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    owner: Owner,
    unit: Unit,
) -> Result<Option<Account>, Failure> {
    let (kind, id) = owner.columns();
    let row = account::Entity::find()
        .filter(account::Column::Community.eq(community.as_str()))
        .filter(account::Column::OwnerKind.eq(kind))
        .filter(account::Column::Owner.eq(id))
        .filter(account::Column::Unit.eq(unit.code()))
        .filter(account::Column::Kind.is_in([AccountKind::Person.code(), AccountKind::Organization.code()]))
        .one(conn)
        .await?;
    row.map(Account::try_from).transpose()
}

/// The accounts that somebody sees, in the order they were opened.
pub async fn list(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    sight: &Sight,
    unit: Option<Unit>,
    page: &Page,
) -> Result<Vec<Account>, Failure> {
    let mut query = account::Entity::find()
        .filter(account::Column::Community.eq(community.as_str()))
        .filter(sight.of_accounts());
    if let Some(unit) = unit {
        query = query.filter(account::Column::Unit.eq(unit.code()));
    }
    if let Some(after) = row::after_id(page)? {
        query = query.filter(account::Column::Id.gt(after));
    }
    let query = query.order_by_asc(account::Column::Id).limit(row::fetch(page));
    let rows = query.all(conn).await?;
    rows.into_iter().map(Account::try_from).collect()
}

/// Opens an account with its row of balances; false where its owner has one for the unit already.
pub async fn open(tx: &Tx, _by: &Authorized, account: &Account, limits: Limits) -> Result<bool, Failure> {
    let inserted = account::Entity::insert(active(account))
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    if inserted == 1 {
        balance::insert(tx, &account.name, 0..1, limits).await?;
    }
    Ok(inserted == 1)
}

/// Opens one of the community's books, where it is not there yet.
pub async fn open_book(tx: &Tx, _by: &Authorized, name: &AccountName, now: Timestamp) -> Result<(), Failure> {
    let Some((kind, unit)) = Account::book_of(name.account) else {
        return Ok(());
    };
    let book = Account {
        name: name.clone(),
        owner: Owner::Community,
        kind,
        unit,
        purpose: String::new(),
        opened_at: now,
        closed_at: None,
    };
    account::Entity::insert(active(&book))
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    balance::insert(tx, name, 0..STRIPES, Limits::STRIPE).await
}

/// Stores that an account is closed. Its balance must be closed in the same transaction.
pub async fn close(tx: &Tx, _by: &Authorized, name: &AccountName, now: Timestamp) -> Result<(), Failure> {
    account::Entity::update_many()
        .set(account::ActiveModel {
            closed_at: Set(Some(now.micros())),
            ..Default::default()
        })
        .filter(account::Column::Community.eq(name.community.as_str()))
        .filter(account::Column::Id.eq(name.account.uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

fn active(account: &Account) -> account::ActiveModel {
    let (owner_kind, owner) = account.owner.columns();
    account::ActiveModel {
        community: Set(account.name.community.to_string()),
        id: Set(account.name.account.uuid()),
        owner_kind: Set(owner_kind.to_owned()),
        owner: Set(owner),
        kind: Set(account.kind.code().to_owned()),
        unit: Set(account.unit.code().to_owned()),
        purpose: Set(account.purpose.clone()),
        opened_at: Set(account.opened_at.micros()),
        closed_at: Set(row::micros(account.closed_at)),
    }
}

impl TryFrom<account::Model> for Account {
    type Error = Failure;

    fn try_from(row: account::Model) -> Result<Self, Failure> {
        Ok(Self {
            name: AccountName {
                community: row::community(&row.community)?,
                account: AccountId::from(row.id),
            },
            owner: row::read(
                Owner::from_columns(&row.owner_kind, row.owner),
                "owner_kind",
                &row.owner_kind,
            )?,
            kind: row::read(AccountKind::from_code(&row.kind), "kind", &row.kind)?,
            unit: row::read(Unit::from_code(&row.unit), "unit", &row.unit)?,
            purpose: row.purpose,
            opened_at: Timestamp::from_micros(row.opened_at),
            closed_at: row::instant(row.closed_at),
        })
    }
}
