use yihe_kernel::Error;

use crate::reasons;

/// What is wrong in a rules file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// From 1.
    pub line: usize,
    pub detail: String,
}

impl Fault {
    pub fn new(line: usize, detail: impl Into<String>) -> Self {
        Self {
            line,
            detail: detail.into(),
        }
    }

    pub fn in_file(self, file: &str) -> Error {
        Error::new(&reasons::RULES_FILE_INVALID)
            .with("file", file)
            .with("line", self.line)
            .with("detail", self.detail)
    }
}

/// A line that is not blank.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// The text after `#`.
    Comment(String),
    /// The fields, trimmed.
    Row(Vec<String>),
}

/// Reads a rules file line by line: a row never spans lines, so that each error can name its own.
pub(crate) fn read(text: &str) -> impl Iterator<Item = Result<(usize, Line), Fault>> {
    // spreadsheets begin a file with a byte order mark
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(place, line)| {
            let number = place + 1;
            let read = match line.trim_start().strip_prefix('#') {
                Some(comment) => Line::Comment(comment.trim().to_owned()),
                None => Line::Row(fields(line).map_err(|detail| Fault::new(number, detail))?),
            };
            Ok((number, read))
        })
}

fn fields(line: &str) -> Result<Vec<String>, String> {
    // a reader for each line is dear, and most lines hold nothing but plain fields
    if !line.contains('"') {
        return Ok(line.split(',').map(|field| field.trim().to_owned()).collect());
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(line.as_bytes());
    let record = reader
        .records()
        .next()
        .ok_or("is not a row")?
        .map_err(|error| error.to_string())?;
    Ok(record.iter().map(str::to_owned).collect())
}

/// The fields of a row of a file with these columns; the first row must name them.
pub(crate) fn columns<const N: usize>(number: usize, row: Vec<String>, names: [&str; N]) -> Result<[String; N], Fault> {
    let count = row.len();
    row.try_into().map_err(|_| {
        Fault::new(
            number,
            format!("has {count} fields instead of {N}: {}", names.join(",")),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_numbers_whatever_stands_between() {
        let lines: Vec<_> = read("\u{feff}# a\n\n \na,\"b,c\", \n").map(Result::unwrap).collect();
        let row = Line::Row(["a", "b,c", ""].map(str::to_owned).to_vec());
        assert_eq!(lines, [(1, Line::Comment("a".to_owned())), (4, row)]);
    }

    #[test]
    fn a_row_of_the_wrong_width_names_its_line_and_columns() {
        let fault = columns(7, vec!["a".to_owned()], ["role", "permission"]).unwrap_err();
        assert_eq!(fault, Fault::new(7, "has 1 fields instead of 2: role,permission"));
    }
}
