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
    /// The page of rights and duties, from the shipped template
    Rights,
}

impl Arguments {
    pub fn run(self) -> Result<ExitCode> {
        match self.target {
            Target::Baseline => baseline(),
            Target::Rights => rights(),
        }
    }
}

fn baseline() -> Result<ExitCode> {
    let status = process::status(buf::ensure()?.args(["build", "--exclude-source-info", "--output", BASELINE]))?;
    Ok(process::exit_code(status))
}

fn rights() -> Result<ExitCode> {
    let test = "the_page_of_rights_and_duties_is_the_templates";
    let mut command = process::cargo(["test", "--quiet", "-p", "yihe-policy", "--lib", test])?;
    let status = process::status(command.env("YIHE_TEST_UPDATE_GOLDEN", "1"))?;
    Ok(process::exit_code(status))
}
