use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::{apt, on_path};

const PROGRAM: &str = "nats-server";
/// Debian puts it here, which is on root's `PATH` alone.
const SYSTEM: &str = "/usr/sbin";

/// The folder with `nats-server`. No server need run: tests start their own.
pub fn ensure() -> Result<PathBuf> {
    if let Some(folder) = find() {
        return Ok(folder);
    }
    apt::install("nats-server", &[PROGRAM])?;
    match find() {
        Some(folder) => Ok(folder),
        None => bail!("nats-server was installed, but is in no known folder; put its folder on PATH"),
    }
}

fn find() -> Option<PathBuf> {
    let system = || Path::new(SYSTEM).join(PROGRAM).is_file().then(|| PathBuf::from(SYSTEM));
    on_path(&[PROGRAM]).or_else(system)
}
