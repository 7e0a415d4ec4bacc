use std::collections::HashSet;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::import::note::MOST_PROBLEMS;
use crate::import::read::Row;
use crate::import::{ImportError, Problem};
use crate::store::entity::region;

/// Sorts the rows by code and refuses duplicates, and parents that are not of a level above: so there is no cycle.
pub fn refuse_bad(rows: &mut [Row]) -> Result<(), ImportError> {
    rows.sort_by(|a, b| a.code.cmp(&b.code).then(a.line.cmp(&b.line)));
    let mut problems = Vec::new();
    for row in rows.iter() {
        let parent = row.parent.as_deref().filter(|parent| parent.len() >= row.code.len());
        if let Some(parent) = parent {
            let text = format!("the parent {parent} of {} is not of a level above it", row.code);
            problems.push(Problem { line: row.line, text });
        }
    }
    for pair in rows.windows(2).filter(|pair| pair[0].code == pair[1].code) {
        let text = format!("{} stands in line {} already", pair[1].code, pair[0].line);
        problems.push(Problem {
            line: pair[1].line,
            text,
        });
    }
    refused(problems)
}

/// Refuses rows whose parent is neither in the file nor in the database. The rows are sorted by code.
pub async fn refuse_orphans<C: ConnectionTrait>(connection: &C, rows: &[Row]) -> Result<(), ImportError> {
    let in_file = |code: &str| rows.binary_search_by(|row| (*row.code).cmp(code)).is_ok();
    let missing: Vec<(&Row, &str)> = rows
        .iter()
        .filter_map(|row| Some((row, row.parent.as_deref()?)))
        .filter(|(_, parent)| !in_file(parent))
        .collect();
    let mut wanted: Vec<&str> = missing.iter().map(|(_, parent)| *parent).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut known = HashSet::new();
    for codes in wanted.chunks(10_000) {
        let query = region::Entity::find().select_only().column(region::Column::Code);
        let query = query.filter(region::Column::Code.is_in(codes.iter().copied()));
        let found: Vec<String> = query
            .into_tuple()
            .all(connection)
            .await
            .map_err(yihe_store::Failure::from)?;
        known.extend(found);
    }
    let orphans = missing.into_iter().filter(|(_, parent)| !known.contains(*parent));
    let problem = |(row, parent): (&Row, &str)| {
        let text = format!("the parent {parent} of {} is neither in the file nor known", row.code);
        Problem { line: row.line, text }
    };
    refused(orphans.map(problem).collect())
}

fn refused(mut problems: Vec<Problem>) -> Result<(), ImportError> {
    if problems.is_empty() {
        return Ok(());
    }
    problems.sort_by_key(|problem| problem.line);
    problems.truncate(MOST_PROBLEMS);
    Err(ImportError::Refused(problems))
}
