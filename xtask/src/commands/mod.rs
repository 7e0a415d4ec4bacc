mod advisories;
mod bench;
mod check;
mod demo;
mod faults;
mod generate;
mod kill;
mod oracle;
mod run;
mod setup;
mod test;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

#[derive(Subcommand)]
pub enum Command {
    /// Run a whole node here: `cargo xtask run --data-dir DIR` is `yihe serve --data-dir DIR`
    Run(run::Arguments),
    /// Hold the Beizhan joint meeting against a node of its own and print every step
    Demo(demo::Arguments),
    /// Run all tests, the Python client's and the documentation's included, and count them
    Test(test::Arguments),
    /// Check format, text rules, contracts, dependencies and lints; what CI runs before the tests
    Check(check::Arguments),
    /// Run one benchmark, optimised; with --json its last line is one JSON object
    Bench(bench::Arguments),
    /// Hold the index of the policies against casbin over many generated rule sets
    Oracle(oracle::Arguments),
    /// Kill services with signal 9 at many points that a seed decides, and look at what they left
    Kill(kill::Arguments),
    /// Break a cluster under load in ways that seeds decide, and look for what was acknowledged
    Faults(faults::Arguments),
    /// Rewrite a committed file that is made from others
    Gen(generate::Arguments),
    /// Install or name everything the other commands need
    Setup,
    /// Look up known vulnerabilities of the dependencies (needs the network)
    Advisories,
}

impl Command {
    pub fn run(self) -> Result<ExitCode> {
        match self {
            Self::Run(arguments) => arguments.run(),
            Self::Demo(arguments) => arguments.run(),
            Self::Test(arguments) => arguments.run(),
            Self::Check(arguments) => arguments.run(),
            Self::Bench(arguments) => arguments.run(),
            Self::Oracle(arguments) => arguments.run(),
            Self::Kill(arguments) => arguments.run(),
            Self::Faults(arguments) => arguments.run(),
            Self::Gen(arguments) => arguments.run(),
            Self::Setup => setup::run(),
            Self::Advisories => advisories::run(),
        }
    }
}
