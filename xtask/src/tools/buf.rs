use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{apt, on_path};
use crate::{process, workspace};

const PACKAGE: &str = "node_modules/@bufbuild/buf";

/// `buf` in the version that `package-lock.json` names.
pub fn ensure() -> Result<Command> {
    let root = workspace::root()?;
    let wanted = locked_version(&root.join("package-lock.json"))?;
    if installed_version(&root).as_deref() != Some(wanted.as_str()) {
        if on_path(&["npm"]).is_none() {
            apt::install("npm (for buf)", &["nodejs", "npm"])?;
        }
        // buf's own install script only saves a process start
        process::run(process::program("npm")?.args(["ci", "--ignore-scripts", "--loglevel=error"]))
            .context("buf is needed and comes from npm")?;
    }
    process::program(executable(&root))
}

fn executable(root: &Path) -> PathBuf {
    root.join("node_modules/.bin/buf")
}

fn locked_version(lock: &Path) -> Result<String> {
    let shown = lock.display();
    let text = fs::read_to_string(lock).with_context(|| format!("cannot read {shown}"))?;
    let lock: Value = serde_json::from_str(&text).with_context(|| format!("{shown} is no JSON"))?;
    let version = lock["packages"][PACKAGE]["version"].as_str();
    version
        .map(str::to_owned)
        .with_context(|| format!("{shown} names no version of buf"))
}

fn installed_version(root: &Path) -> Option<String> {
    if !executable(root).exists() {
        return None;
    }
    let text = fs::read_to_string(root.join(PACKAGE).join("package.json")).ok()?;
    let package: Value = serde_json::from_str(&text).ok()?;
    package["version"].as_str().map(str::to_owned)
}
