use std::time::Duration;

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use yihe_kernel::{Error, Result, Timestamp, reasons};
use yihe_store::{Failure, NewEvent, Store, Tx};

use super::entity::counter;
use super::revision_table::{ActiveModel, Column, Entity};
use super::{Writing, number, sequence};
use crate::domain::change::base::Covering;

/// The domain of the template and of the rows read at the start, which bear on every community.
const EVERYWHERE: &str = "*";
const COUNTER: i32 = 1;

struct Adoption {
    digest: Vec<u8>,
    at: Timestamp,
}

/// How often rules are put into force again where another replica does so at the same moment: that one's may be the same.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(20);

/// Puts the rules with this digest into force and tells their sequence, which grows when they are others than before.
pub(crate) async fn adopt(store: &Store, digest: [u8; 32]) -> Result<u64> {
    let mut attempt = 1;
    loop {
        let adoption = Adoption {
            digest: digest.to_vec(),
            at: store.clock().now(),
        };
        let adopted = store.transaction("policy.adopt_rules", adoption, |tx, adoption| {
            Box::pin(adopt_in(tx, adoption))
        });
        match adopted.await {
            Err(error) if error.is(&reasons::UNAVAILABLE) && attempt < ATTEMPTS => {
                tokio::time::sleep(PAUSE * attempt).await;
                attempt += 1;
            }
            adopted => return adopted,
        }
    }
}

async fn adopt_in(tx: &Tx, adoption: &Adoption) -> Result<u64, Failure> {
    let before = Entity::find_by_id(EVERYWHERE.to_owned()).one(tx).await?;
    if let Some(row) = &before
        && row.digest == adoption.digest
    {
        return sequence(row.sequence);
    }
    let next = number(next(tx).await?)?;
    let changed = match before {
        Some(row) => replace(tx, adoption, row.sequence, next).await?,
        None => insert(tx, adoption, next).await?,
    };
    if !changed {
        let error =
            Error::new(&reasons::UNAVAILABLE).with("detail", "another replica puts rules into force at this moment");
        return Err(error.into());
    }
    tx.append(NewEvent {
        community: None,
        kind: "yihe.policy.v1.RulesAdopted",
        stream: "policy".to_owned(),
        subject: format!("policy/{next}"),
        actor: "services/policy".to_owned(),
        organization: None,
        payload: Vec::new(),
        at: adoption.at,
    })
    .await?;
    sequence(next)
}

async fn insert(tx: &Tx, adoption: &Adoption, next: i64) -> Result<bool, Failure> {
    let row = ActiveModel {
        domain: ActiveValue::Set(EVERYWHERE.to_owned()),
        sequence: ActiveValue::Set(next),
        digest: ActiveValue::Set(adoption.digest.clone()),
        changed_at: ActiveValue::Set(adoption.at.micros()),
    };
    let known = OnConflict::column(Column::Domain).do_nothing().to_owned();
    Ok(Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?
        == 1)
}

async fn replace(tx: &Tx, adoption: &Adoption, before: i64, next: i64) -> Result<bool, Failure> {
    let update = Entity::update_many()
        .col_expr(Column::Sequence, Expr::value(next))
        .col_expr(Column::Digest, Expr::value(adoption.digest.clone()))
        .col_expr(Column::ChangedAt, Expr::value(adoption.at.micros()))
        .filter(Column::Domain.eq(EVERYWHERE))
        .filter(Column::Sequence.eq(before));
    Ok(update.exec(tx).await?.rows_affected == 1)
}

/// Takes the next number of the policies' sequence. Whoever has it goes first, until its transaction ends.
pub(crate) async fn next(tx: &Tx) -> Result<u64, Failure> {
    counter::Entity::update_many()
        .col_expr(counter::Column::Last, Expr::col(counter::Column::Last).add(1))
        .filter(counter::Column::Id.eq(COUNTER))
        .exec(tx)
        .await?;
    let row = counter::Entity::find_by_id(COUNTER).one(tx).await?;
    let row = row.ok_or_else(|| Error::internal("the policies' sequence is not there"))?;
    sequence(row.last)
}

/// The newest revisions of these domains, in their order; a domain that has none is left out.
pub(crate) async fn covering<C: ConnectionTrait>(connection: &C, domains: &[String]) -> Result<Covering, Failure> {
    let rows = Entity::find()
        .filter(Column::Domain.is_in(domains.iter().map(String::as_str)))
        .all(connection)
        .await?;
    let mut found = rows
        .into_iter()
        .map(|row| Ok((row.domain, sequence(row.sequence)?)))
        .collect::<Result<Vec<_>, Failure>>()?;
    found.sort_by_key(|(domain, _)| domains.iter().position(|known| known == domain));
    Ok(Covering(found))
}

/// The newest revision of every domain that made rules of its own.
pub(crate) async fn of_domains<C: ConnectionTrait>(connection: &C) -> Result<Vec<(String, u64)>, Failure> {
    let rows = Entity::find()
        .filter(Column::Domain.ne(EVERYWHERE))
        .all(connection)
        .await?;
    rows.into_iter()
        .map(|row| Ok((row.domain, sequence(row.sequence)?)))
        .collect()
}

/// Notes the newest revision of a domain.
pub(crate) async fn put(writing: &Writing<'_>, domain: &str, revision: u64, digest: [u8; 32]) -> Result<(), Failure> {
    let row = ActiveModel {
        domain: ActiveValue::Set(domain.to_owned()),
        sequence: ActiveValue::Set(number(revision)?),
        digest: ActiveValue::Set(digest.to_vec()),
        changed_at: ActiveValue::Set(writing.now.micros()),
    };
    let known = OnConflict::column(Column::Domain)
        .update_columns([Column::Sequence, Column::Digest, Column::ChangedAt])
        .to_owned();
    Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(writing.tx())
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use yihe_kernel::SystemClock;
    use yihe_store::{Backend, StoreConfig};
    use yihe_testkit::Postgres;

    use super::*;

    async fn open(file: &std::path::Path) -> Store {
        let config = StoreConfig::new(Backend::Sqlite { file: file.to_owned() }, [1; 32]);
        Store::open(&config, crate::migrations::all, Arc::new(SystemClock))
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn the_sequence_grows_with_other_rules_and_outlives_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("policy.db");
        let store = open(&file).await;
        assert_eq!(adopt(&store, [1; 32]).await.unwrap(), 1);
        assert_eq!(adopt(&store, [1; 32]).await.unwrap(), 1);
        assert_eq!(adopt(&store, [2; 32]).await.unwrap(), 2);
        drop(store);
        let store = open(&file).await;
        assert_eq!(adopt(&store, [2; 32]).await.unwrap(), 2);
        assert_eq!(
            adopt(&store, [1; 32]).await.unwrap(),
            3,
            "former rules that return are a new revision"
        );
        let events = store.feed().after(0, 10).await.unwrap();
        let subjects: Vec<_> = events.iter().map(|event| event.subject.as_str()).collect();
        assert_eq!(subjects, ["policy/1", "policy/2", "policy/3"]);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn replicas_that_start_at_once_adopt_the_same_rules_once() {
        let server = Postgres::start().unwrap();
        let backend = Backend::Postgres {
            url: server.url(),
            schema: "policy".to_owned(),
        };
        let config = StoreConfig::new(backend, [1; 32]);
        let open = || Store::open(&config, crate::migrations::all, Arc::new(SystemClock));
        let (one, other) = (open().await.unwrap(), open().await.unwrap());
        for round in 1..=20_u8 {
            let (first, second) = tokio::join!(adopt(&one, [round; 32]), adopt(&other, [round; 32]));
            assert_eq!(
                (first.unwrap(), second.unwrap()),
                (u64::from(round), u64::from(round)),
                "round {round}"
            );
        }
    }
}
