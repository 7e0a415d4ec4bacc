use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::check::BASELINE;
use crate::process;
use crate::tools::buf;

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    target: Target,
}

#[derive(Subcommand)]
enum Target {
    /// The contracts as last promised, which `check` compares with; rewrite it at a release or before the first one
    Baseline,
}

impl Arguments {
    pub fn run(self) -> Result<ExitCode> {
        match self.target {
            Target::Baseline => baseline(),
        }
    }
}

fn baseline() -> Result<ExitCode> {
    let status = process::status(buf::ensure()?.args(["build", "--exclude-source-info", "--output", BASELINE]))?;
    Ok(process::exit_code(status))
}
