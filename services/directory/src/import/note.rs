use std::fmt;

/// Something done to a row that its owner should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Line in the file; the header is line 1.
    pub line: u64,
    /// The row's code.
    pub code: String,
    /// The name as it was.
    pub name: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}: the name of {} was trimmed: {:?}",
            self.line, self.code, self.name
        )
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line in the file; the header is line 1.
    pub line: u64,
    /// What is wrong.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.text)
    }
}

/// Problems that are named at most; a file with more has something else wrong with it.
pub const MOST_PROBLEMS: usize = 20;

/// Why an import did not come out. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// The file is refused.
    #[error("the file is refused, nothing was imported:\n{}", list(.0))]
    Refused(Vec<Problem>),
    /// The calendar is refused, naming its line or keys.
    #[error("the file is refused, nothing was imported: {0}")]
    Calendar(#[from] yihe_tally::CalendarError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] yihe_kernel::Error),
}

fn list(problems: &[Problem]) -> String {
    let mut text: Vec<_> = problems.iter().map(|problem| format!("  {problem}")).collect();
    if problems.len() >= MOST_PROBLEMS {
        text.push("  there may be more".to_owned());
    }
    text.join("\n")
}

impl From<yihe_store::Failure> for ImportError {
    fn from(failure: yihe_store::Failure) -> Self {
        Self::Store(failure.into())
    }
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportReport {
    /// Rows of the file.
    pub rows: usize,
    /// Rows that were new or told something else than before.
    pub changed: u64,
    /// Active communities whose place in the tree changed.
    pub communities: usize,
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} divisions read, {} new or changed", self.rows, self.changed)?;
        match self.communities {
            0 => Ok(()),
            moved => write!(f, "; {moved} active communities have other divisions above them now"),
        }
    }
}
