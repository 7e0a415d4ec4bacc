use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folder of the workspace's `Cargo.toml`.
///
/// Asked at run time, not compiled in: clones may share one target folder and with it this executable.
pub fn root() -> Result<PathBuf> {
    let manifest_dir = env::var_os("CARGO_MANIFEST_DIR").context("start this with `cargo xtask`")?;
    let root = Path::new(&manifest_dir)
        .parent()
        .context("xtask lies outside a workspace")?;
    Ok(root.to_path_buf())
}

/// Where cargo puts what it builds; also where downloaded test tools are kept.
pub fn target_dir() -> Result<PathBuf> {
    let root = root()?;
    Ok(match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root.join(dir),
        None => root.join("target"),
    })
}
