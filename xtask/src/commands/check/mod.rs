mod contracts;
mod dependencies;
mod deploy;
mod text;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

pub use contracts::BASELINE;

use crate::process;
use crate::tools::cargo;

#[derive(Args)]
pub struct Arguments {
    /// Only these checks; all of them when none is named
    #[arg(value_enum)]
    only: Vec<Check>,
    /// Format and lint only this package (may be repeated)
    #[arg(short, long, value_name = "PACKAGE")]
    package: Vec<String>,
}

/// In the order they run: what fails fastest comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Check {
    /// rustfmt
    Format,
    /// File sizes, lock files, links between documents, numbers of ADRs
    Text,
    /// buf lint, and buf breaking against the committed baseline
    Contracts,
    /// cargo-deny: bans, licenses, sources
    Dependencies,
    /// deploy/: compose file, image, Prometheus' rules, systemd's unit
    Deploy,
    /// clippy with the workspace's lints, warnings denied
    Lints,
}

impl Arguments {
    /// Runs every check even after one failed: one run names everything that is wrong.
    pub fn run(self) -> Result<ExitCode> {
        let wanted = |check: &&Check| self.only.is_empty() || self.only.contains(check);
        let mut failed = Vec::new();
        for check in Check::value_variants().iter().filter(wanted) {
            if let Err(error) = check.run(&self.package) {
                eprintln!("error: {error:#}");
                failed.push(check.name());
            }
        }
        if failed.is_empty() {
            eprintln!("check: all passed");
            return Ok(ExitCode::SUCCESS);
        }
        eprintln!("check: failed: {}", failed.join(", "));
        Ok(ExitCode::FAILURE)
    }
}

impl Check {
    fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    fn run(self, packages: &[String]) -> Result<()> {
        match self {
            Self::Format => format(packages),
            Self::Text => text::run(),
            Self::Contracts => contracts::run(),
            Self::Dependencies => dependencies::run(),
            Self::Deploy => deploy::run(),
            Self::Lints => lints(packages),
        }
    }
}

fn format(packages: &[String]) -> Result<()> {
    cargo::ensure_components()?;
    // names of files only: what would change is seen by running `cargo fmt`
    let mut fmt = process::cargo(["fmt", "--check", "--message-format", "short"])?;
    if packages.is_empty() {
        fmt.arg("--all");
    }
    process::run(fmt.args(selected(packages))).context("the files above are not formatted; `cargo fmt --all` does it")
}

fn lints(packages: &[String]) -> Result<()> {
    cargo::ensure_components()?;
    let mut clippy = process::cargo(["clippy", "--locked", "--all-targets", "--keep-going"])?;
    if packages.is_empty() {
        clippy.arg("--workspace");
    }
    process::run(clippy.args(selected(packages)).args(["--", "-D", "warnings"]))
}

fn selected(packages: &[String]) -> impl Iterator<Item = &str> {
    packages.iter().flat_map(|package| ["--package", package.as_str()])
}
