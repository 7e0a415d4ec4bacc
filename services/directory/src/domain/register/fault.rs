use yihe_proto::directory::v1::RegisterFaultKind as Kind;

use crate::domain::register::column::Column;

/// Faults that are told at most; a file with more has something else wrong with it.
pub const MOST_FAULTS: usize = 1000;

/// Something wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line in the file, the header is line 1; 0 for the whole file.
    pub line: u64,
    /// The column.
    pub column: Option<Column>,
    /// What sort of fault.
    pub kind: Kind,
    /// The other line of two that do not go together.
    pub other_line: Option<u64>,
    /// What is wrong, in English.
    pub en: String,
    /// What is wrong, in Chinese.
    pub zh: String,
}

impl Fault {
    pub fn new(
        kind: Kind,
        line: u64,
        column: impl Into<Option<Column>>,
        en: impl Into<String>,
        zh: impl Into<String>,
    ) -> Self {
        Self {
            line,
            column: column.into(),
            kind,
            other_line: None,
            en: en.into(),
            zh: zh.into(),
        }
    }

    pub fn with_line(mut self, other: u64) -> Self {
        self.other_line = Some(other);
        self
    }

    /// The column as the header names it.
    #[must_use]
    pub fn column_name(&self) -> &'static str {
        self.column.map_or("", |column| column.names().0)
    }
}
