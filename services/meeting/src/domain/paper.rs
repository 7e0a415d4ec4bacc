use serde::{Deserialize, Serialize};
use yihe_kernel::{Error, FileName, Result, Timestamp, reasons as common};

use super::{AgendaItem, Meeting, Step};
use crate::reasons;

/// A paper of an agenda item. What a file holds never changes, so its digest says what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// The file.
    pub file: FileName,
    /// SHA-256 of what it holds, 64 hexadecimal digits.
    pub sha256: String,
    /// When it was tabled; none for one that stood in the notice.
    pub tabled_at: Option<Timestamp>,
}

/// How a paper is stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    file: String,
    sha256: String,
    tabled_at: Option<i64>,
}

impl Paper {
    /// The papers as JSON.
    ///
    /// # Errors
    /// `INTERNAL`, which does not happen.
    pub fn to_json(papers: &[Self]) -> Result<String> {
        let stored: Vec<_> = papers
            .iter()
            .map(|paper| Stored {
                file: paper.file.to_string(),
                sha256: paper.sha256.clone(),
                tabled_at: paper.tabled_at.map(Timestamp::micros),
            })
            .collect();
        serde_json::to_string(&stored).map_err(Error::internal)
    }

    /// From JSON; `None` for what no version wrote.
    #[must_use]
    pub fn from_json(json: &str) -> Option<Vec<Self>> {
        let stored: Vec<Stored> = serde_json::from_str(json).ok()?;
        let paper = |stored: Stored| {
            Some(Self {
                file: stored.file.parse().ok()?,
                sha256: stored.sha256,
                tabled_at: stored.tabled_at.map(Timestamp::from_micros),
            })
        };
        stored.into_iter().map(paper).collect()
    }
}

impl AgendaItem {
    /// The version as the wire has it.
    #[must_use]
    pub fn etag(&self) -> String {
        self.version.to_string()
    }

    /// Refuses an etag of another version; an empty one fits all.
    ///
    /// # Errors
    /// `ETAG_MISMATCH`.
    pub fn expect_etag(&self, etag: &str) -> Result<()> {
        if etag.is_empty() || etag == self.etag() {
            return Ok(());
        }
        Err(Error::new(&common::ETAG_MISMATCH).with("name", &self.name))
    }

    /// Puts papers in place of those it had, before the notice.
    ///
    /// # Errors
    /// `MEETING_STATE`, `AGENDA_ITEM_WITHDRAWN`.
    pub fn set_papers(mut self, meeting: &Meeting, papers: Vec<Paper>) -> Result<Self> {
        meeting.expect(Step::Agenda)?;
        self.expect_standing()?;
        self.papers = papers;
        self.version += 1;
        Ok(self)
    }

    /// Adds a paper after the notice.
    ///
    /// # Errors
    /// `MEETING_STATE`, `AGENDA_ITEM_WITHDRAWN`, `PAPER_LISTED`.
    pub fn table(mut self, meeting: &Meeting, paper: Paper) -> Result<Self> {
        meeting.expect(Step::Table)?;
        self.expect_standing()?;
        if self.papers.iter().any(|known| known.file == paper.file) {
            return Err(Error::new(&reasons::PAPER_LISTED)
                .with("file", &paper.file)
                .with("name", &self.name));
        }
        self.papers.push(paper);
        self.version += 1;
        Ok(self)
    }

    fn expect_standing(&self) -> Result<()> {
        match self.withdrawn_at {
            None => Ok(()),
            Some(_) => Err(Error::new(&reasons::AGENDA_ITEM_WITHDRAWN).with("name", &self.name)),
        }
    }
}
