use std::hash::{BuildHasher, Hasher, RandomState};
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::process;

/// The services whose processes are killed, and the test that does it.
const KILLED: &[(&str, &str)] = &[
    (
        "yihe-ledger",
        "crashes::what_was_acknowledged_survives_kill_9_and_nothing_is_there_by_half",
    ),
    (
        "yihe-resource",
        "crashes::what_was_acknowledged_survives_kill_9_and_nothing_is_there_by_half",
    ),
];

#[derive(Args)]
pub struct Arguments {
    /// How often each service is killed
    #[arg(long, default_value_t = 1000)]
    points: u64,
    /// Seed of the first points, to see a run again [default: drawn; the test prints each]
    #[arg(long)]
    seed: Option<u64>,
}

impl Arguments {
    /// The same tests as in every run of the tests, at more points.
    pub fn run(self) -> Result<ExitCode> {
        let seed = self.seed.unwrap_or_else(drawn);
        for (package, test) in KILLED {
            let mut command = process::cargo([
                "test",
                "--locked",
                "--package",
                package,
                "--test",
                "service",
                "--",
                "--exact",
                "--nocapture",
                test,
            ])?;
            command
                .env("YIHE_KILL_POINTS", self.points.to_string())
                .env("YIHE_KILL_SEED", seed.to_string());
            process::run(&mut command)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn drawn() -> u64 {
    RandomState::new().build_hasher().finish()
}
