use std::io::Read;

use crate::import::note::MOST_PROBLEMS;
use crate::import::{ImportError, Note, Problem};

/// A row as it stands in the file, its name trimmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub line: u64,
    pub code: Box<str>,
    /// `None` for a root.
    pub parent: Option<Box<str>>,
    pub name: Box<str>,
}

const HEADER: [&str; 3] = ["code", "parent", "name"];
const ROOT: &str = "0";
const LONGEST_NAME: usize = 100;

/// Reads the whole file; refuses what is no CSV of the three columns, malformed codes and names, line by line.
pub fn rows<R: Read>(reader: R, report: &mut (dyn FnMut(Note) + Send)) -> Result<Vec<Row>, ImportError> {
    let mut csv = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(reader);
    let mut record = csv::StringRecord::new();
    let mut problems = Vec::new();
    let mut rows = Vec::new();
    let mut headed = false;
    while problems.len() < MOST_PROBLEMS {
        // of a record that cannot be read, the position before it is the best that is known
        let before = csv.position().line();
        match csv.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                problems.push(unreadable(error, before)?);
                continue;
            }
        }
        let line = record.position().map_or(before, csv::Position::line);
        if !headed {
            headed = true;
            let first = record.iter().map(|field| field.trim_start_matches('\u{feff}').trim());
            if !first.eq(HEADER) {
                problems.push(Problem {
                    line,
                    text: "the header must be code,parent,name".to_owned(),
                });
                break;
            }
            continue;
        }
        match row(&record, line, report) {
            Ok(row) => rows.push(row),
            Err(text) => problems.push(Problem { line, text }),
        }
    }
    if !headed && problems.is_empty() {
        problems.push(Problem {
            line: 1,
            text: "the file is empty; the header must be code,parent,name".to_owned(),
        });
    }
    if problems.is_empty() {
        Ok(rows)
    } else {
        Err(ImportError::Refused(problems))
    }
}

fn unreadable(error: csv::Error, before: u64) -> Result<Problem, ImportError> {
    let line = error.position().map_or(before, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Err(error.into()),
        csv::ErrorKind::Utf8 { .. } => Ok(Problem {
            line,
            text: "is not UTF-8".to_owned(),
        }),
        other => Ok(Problem {
            line,
            text: format!("is no CSV: {other:?}"),
        }),
    }
}

fn row(record: &csv::StringRecord, line: u64, report: &mut (dyn FnMut(Note) + Send)) -> Result<Row, String> {
    let (Some(code), Some(parent), Some(written), None) = (record.get(0), record.get(1), record.get(2), record.get(3))
    else {
        return Err(format!("has {} fields, not 3", record.len()));
    };
    if !is_code(code) {
        return Err(format!(
            "`{}` is not a division's code of 2, 4, 6, 9 or 12 digits",
            cut(code)
        ));
    }
    if parent != ROOT && !is_code(parent) {
        return Err(format!(
            "the parent `{}` of {code} is not a division's code, nor 0",
            cut(parent)
        ));
    }
    let name = written.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(format!(
            "the name of {code} must have 1 to {LONGEST_NAME} characters, none of them control characters"
        ));
    }
    if name != written {
        report(Note {
            line,
            code: code.to_owned(),
            name: written.to_owned(),
        });
    }
    Ok(Row {
        line,
        code: code.into(),
        parent: (parent != ROOT).then(|| parent.into()),
        name: name.into(),
    })
}

fn is_code(text: &str) -> bool {
    matches!(text.len(), 2 | 4 | 6 | 9 | 12) && text.bytes().all(|b| b.is_ascii_digit())
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}
