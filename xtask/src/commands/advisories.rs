use std::process::ExitCode;

use anyhow::Result;

use crate::process;
use crate::tools::cargo;

pub fn run() -> Result<ExitCode> {
    cargo::DENY.ensure()?;
    let status = process::status(&mut process::cargo([
        "deny",
        "check",
        "--hide-inclusion-graph",
        "advisories",
    ])?)?;
    Ok(process::exit_code(status))
}
