//! Imported calendars of working days.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use yihe_kernel::Timestamp;
use yihe_store::{Failure, Tx};

use crate::store::entity::calendar_year::{ActiveModel, Column, Entity};

/// The files of years, by year; of all years where none is named.
pub async fn files<C: ConnectionTrait>(connection: &C, years: &[i32]) -> Result<Vec<(i32, Vec<u8>)>, Failure> {
    let mut query = Entity::find();
    if !years.is_empty() {
        query = query.filter(Column::Year.is_in(years.iter().copied()));
    }
    let rows = query.order_by_asc(Column::Year).all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.year, row.content)).collect())
}

/// Writes a year in the place of the one before. For the importer, which is no caller's command.
pub async fn put(tx: &Tx, year: i32, content: &[u8], now: Timestamp) -> Result<(), Failure> {
    let row = ActiveModel {
        year: ActiveValue::Set(year),
        content: ActiveValue::Set(content.to_vec()),
        imported_at: ActiveValue::Set(now.micros()),
    };
    Entity::insert(row)
        .on_conflict(
            OnConflict::column(Column::Year)
                .update_columns([Column::Content, Column::ImportedAt])
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
