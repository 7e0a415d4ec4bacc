use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use yihe_authz::Domain;
use yihe_kernel::{Error, Result};
use yihe_store::Failure;

use super::entity::{made_revision, rule};
use super::{Writing, number};
use crate::domain::change::apply::After;
use crate::domain::made::Made;

// a statement holds at most so many values, and a row takes seven
const ROWS_AT_ONCE: usize = 500;

/// What a domain has made and was in force in a revision.
pub(crate) async fn load<C: ConnectionTrait>(connection: &C, domain: &Domain, at: u64) -> Result<Made, Failure> {
    use rule::Column as R;
    let at_number = number(at)?;
    let not_ended = Condition::any().add(R::EndedIn.is_null()).add(R::EndedIn.gt(at_number));
    let rows = rule::Entity::find()
        .filter(R::Domain.eq(domain.to_string()))
        .filter(R::BegunIn.lte(at_number))
        .filter(not_ended)
        .all(connection)
        .await?;
    let rows = rows.into_iter().map(|row| (row.id, row.kind, row.said));
    Ok(Made::read(domain.clone(), at, rows)?)
}

/// Writes what a change makes of a domain's rules, as the revision of its sequence.
pub(crate) async fn write(writing: &Writing<'_>, after: &After, change: Uuid) -> Result<(), Failure> {
    use rule::Column as R;
    let (domain, revision) = (after.made.domain.to_string(), number(after.made.sequence)?);
    for (id, _) in &after.ended {
        let ended = rule::Entity::update_many()
            .col_expr(R::EndedIn, Expr::value(revision))
            .filter(R::Domain.eq(&domain))
            .filter(R::Id.eq(id))
            .filter(R::EndedIn.is_null())
            .exec(writing.tx())
            .await?;
        if ended.rows_affected != 1 {
            return Err(Error::internal(format!("rule {id} of {domain} was not in force")).into());
        }
    }
    let begun: Vec<_> = after
        .begun
        .iter()
        .filter_map(|(_, id)| Some((id, after.made.items.get(id)?)))
        .map(|(id, item)| {
            let (kind, said) = item.stored();
            rule::ActiveModel {
                domain: ActiveValue::Set(domain.clone()),
                id: ActiveValue::Set(id.clone()),
                kind: ActiveValue::Set(kind),
                said: ActiveValue::Set(said),
                change: ActiveValue::Set(change),
                begun_in: ActiveValue::Set(revision),
                ended_in: ActiveValue::Set(None),
            }
        })
        .collect();
    for rows in begun.chunks(ROWS_AT_ONCE) {
        rule::Entity::insert_many(rows.to_vec())
            .exec_without_returning(writing.tx())
            .await?;
    }
    let row = made_revision::ActiveModel {
        domain: ActiveValue::Set(domain),
        number: ActiveValue::Set(revision),
        change: ActiveValue::Set(change),
        begun: ActiveValue::Set(count(after.begun.len())),
        ended: ActiveValue::Set(count(after.ended.len())),
        made_at: ActiveValue::Set(writing.now.micros()),
    };
    made_revision::Entity::insert(row)
        .exec_without_returning(writing.tx())
        .await?;
    Ok(())
}

fn count(items: usize) -> i32 {
    i32::try_from(items).unwrap_or(i32::MAX)
}
