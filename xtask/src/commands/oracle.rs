use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::process;

#[derive(Args)]
pub struct Arguments {
    /// Requests to compare at least
    #[arg(long, default_value_t = 1_000_000)]
    cases: u64,
    /// Seed of the first rule set, to see a run again [default: drawn, and printed]
    #[arg(long)]
    seed: Option<u64>,
}

impl Arguments {
    /// The same test as in every run of the tests, over more rule sets.
    pub fn run(self) -> Result<ExitCode> {
        let mut test = process::cargo([
            "test",
            "--locked",
            "--package",
            "yihe-authz",
            "--lib",
            "--",
            "--exact",
            "--nocapture",
            "oracle::the_index_answers_as_casbin_does",
        ])?;
        test.env("YIHE_ORACLE_CASES", self.cases.to_string());
        if let Some(seed) = self.seed {
            test.env("YIHE_ORACLE_SEED", seed.to_string());
        }
        process::replace(&mut test)
    }
}
