use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;

use crate::process;
use crate::tools::{faketime, nats, postgres};

/// The test that takes seeds, the same as in every run of the tests.
const TEST: &str = "what_was_acknowledged_is_there_once_whatever_fails";

#[derive(Args)]
pub struct Arguments {
    /// How many seeds
    #[arg(long, default_value_t = 1000)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// The program of an earlier release: the cluster begins with it, and the first rolling restart replaces it
    #[arg(long, value_name = "PROGRAM")]
    before: Option<PathBuf>,
}

impl Arguments {
    /// The same test as in every run of the tests, with more seeds.
    pub fn run(self) -> Result<ExitCode> {
        let mut command = process::cargo([
            "test",
            "--locked",
            "--package",
            "yihe",
            "--test",
            "faults",
            "--",
            "--exact",
            "--nocapture",
            TEST,
        ])?;
        command
            .env("YIHE_FAULTS_SEEDS", self.seeds.to_string())
            .env("YIHE_FAULTS_FROM", self.from.to_string())
            .env("YIHE_TEST_POSTGRES_BIN", postgres::ensure()?)
            .env("YIHE_TEST_NATS_BIN", nats::ensure()?)
            .env("YIHE_TEST_FAKETIME_LIB", faketime::ensure()?);
        if let Some(before) = self.before {
            let before = before.canonicalize();
            command.env(
                "YIHE_FAULTS_BEFORE",
                before.context("the program of the earlier release")?,
            );
        }
        process::run(&mut command)?;
        Ok(ExitCode::SUCCESS)
    }
}
