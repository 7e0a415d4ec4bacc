use anyhow::Result;

use super::{apt, on_path};

/// `promtool` and `systemd-analyze`, which read what is in `deploy/`. Nothing of theirs need run.
pub fn ensure() -> Result<()> {
    for (program, package) in [("promtool", "prometheus"), ("systemd-analyze", "systemd")] {
        if on_path(&[program]).is_none() {
            apt::install(program, &[package])?;
        }
    }
    Ok(())
}
