use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::manifest::{DATA, Manifest, copy, fresh, inner, measure, place, sync};
use crate::services::keepers;

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The instant it shows, RFC 3339.
    pub made_at: String,
    /// Files.
    pub entries: usize,
}

/// Makes a data folder of a backup.
///
/// # Errors
/// A folder that is not empty; a backup that is damaged, not finished, or of a newer version: then nothing is made.
pub fn restore(from: &Path, data_dir: &Path, vote_keys: Option<&Path>) -> Result<Restored> {
    let manifest = Manifest::open(from)?;
    is_known(&manifest)?;
    let data = from.join(DATA);
    for (path, entry) in &manifest.entries {
        let file = place(&data, path)?;
        ensure!(
            file.is_file(),
            "the backup is incomplete: {} is missing",
            file.display()
        );
        ensure!(
            measure(&file)? == *entry,
            "the backup is damaged: {} is not what it was",
            file.display()
        );
    }
    fresh(data_dir)?;
    let draft = draft_of(data_dir)?;
    fresh(&draft)?;
    for (path, entry) in &manifest.entries {
        let to = place(&draft, path)?;
        if let Some(folder) = to.parent() {
            inner(folder)?;
        }
        let copied = copy(&place(&data, path)?, &to)?;
        ensure!(copied == *entry, "{path} changed while it was restored");
    }
    if let Some(votes) = vote_keys {
        restore_vote_keys(votes, &draft.join("keys").join("votes"))?;
    }
    sync(&draft)?;
    // over the empty folder, in one step
    fs::rename(&draft, data_dir).with_context(|| format!("{} cannot be made", data_dir.display()))?;
    if let Some(above) = data_dir.parent().filter(|above| !above.as_os_str().is_empty()) {
        sync(above)?;
    }
    Ok(Restored {
        made_at: manifest.made_at,
        entries: manifest.entries.len(),
    })
}

/// Whether this program knows the tables that the backup has.
fn is_known(manifest: &Manifest) -> Result<()> {
    for (service, had) in &manifest.migrations {
        let known = keepers().find(|(name, _)| name.as_str() == service);
        let Some((_, migrations)) = known else {
            bail!(
                "the backup has a service `{service}` that yihe {} does not know: restore it by yihe {}",
                env!("CARGO_PKG_VERSION"),
                manifest.program
            );
        };
        let known: Vec<String> = migrations()
            .iter()
            .map(|migration| migration.name().to_owned())
            .collect();
        if let Some(newer) = had.iter().find(|migration| !known.contains(migration)) {
            bail!(
                "the backup is newer than this program: the {service} service has {newer}, which yihe {} does not know; restore it \
                 by yihe {}",
                env!("CARGO_PKG_VERSION"),
                manifest.program
            );
        }
    }
    Ok(())
}

fn restore_vote_keys(from: &Path, to: &Path) -> Result<()> {
    inner(to)?;
    let unreadable = || format!("{} cannot be read", from.display());
    for entry in fs::read_dir(from).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    sync(to)
}

/// Beside the folder, so that one step moves it there.
fn draft_of(data_dir: &Path) -> Result<PathBuf> {
    let whole = fs::canonicalize(data_dir).with_context(|| data_dir.display().to_string())?;
    let name = whole
        .file_name()
        .context("the data folder has no name")?
        .to_string_lossy()
        .into_owned();
    Ok(whole.with_file_name(format!(".{name}.restoring")))
}
