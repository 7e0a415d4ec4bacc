use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use yihe_tally::{PackError, RulePack, floor};

/// `yihe pack check FILE`.
#[derive(Debug, Clone, clap::Args)]
pub struct PackFile {
    /// The rule pack (TOML)
    file: PathBuf,
}

/// Says that a rule pack may be used, or names every key that is wrong or contradicts statute.
///
/// # Errors
/// The file cannot be read, is no rule pack, or contradicts statute.
pub fn pack_check(pack: &PackFile) -> Result<()> {
    let path = pack.file.as_path();
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let pack = match RulePack::parse(&text) {
        Ok(pack) => pack,
        Err(PackError::Invalid { problems }) => return refuse(path, "is no usable rule pack", &problems),
        Err(other) => return Err(other).with_context(|| format!("{} is no usable rule pack", path.display())),
    };
    let contradictions = floor::check(&pack);
    if !contradictions.is_empty() {
        return refuse(path, "contradicts statute", &contradictions);
    }
    let unverified = if pack.provisions().verified {
        ""
    } else {
        " (not verified)"
    };
    println!(
        "{} from {}{unverified}: usable, SHA-256 {}",
        pack.id(),
        pack.effective_from(),
        pack.hash()
    );
    Ok(())
}

fn refuse<T: ToString>(path: &Path, what: &str, reasons: &[T]) -> Result<()> {
    let lines: Vec<String> = reasons
        .iter()
        .map(|reason| format!("  {}", reason.to_string()))
        .collect();
    bail!("{} {what}:\n{}", path.display(), lines.join("\n"))
}
