use anyhow::Result;

use crate::process;
use crate::tools::cargo;

/// Duplicate versions are only warned of and would fill a screen: `cargo deny check bans` shows them.
pub fn run() -> Result<()> {
    cargo::DENY.ensure()?;
    let arguments = [
        "deny",
        "--log-level",
        "error",
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ];
    process::run(&mut process::cargo(arguments)?)
}
