use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use yihe_tally::CountSheet;

/// `yihe tally recount FILE`.
#[derive(Debug, Clone, clap::Args)]
pub struct Sheet {
    /// The count sheet (JSON), as exported with a vote
    file: PathBuf,
}

/// Counts an exported vote again, by nothing but the sheet, and prints the outcome in its one canonical form: the same
/// bytes as the first count, with no line break at the end.
///
/// # Errors
/// The file cannot be read, is no count sheet, or cannot be counted.
pub fn recount(sheet: &Sheet) -> Result<()> {
    let path = sheet.file.display();
    let bytes = std::fs::read(&sheet.file).with_context(|| format!("{path} cannot be read"))?;
    let outcome = CountSheet::from_json(&bytes)
        .and_then(|sheet| sheet.count())
        .with_context(|| format!("{path} cannot be counted"))?;
    std::io::stdout().write_all(&outcome.canonical_bytes()?)?;
    Ok(())
}
