use std::hash::{BuildHasher, Hasher, RandomState};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use crate::process;

/// The services whose processes are killed.
const KILLED: &[&str] = &["yihe-ledger", "yihe-resource"];

#[derive(Args)]
pub struct Arguments {
    /// How often each service is killed on each database
    #[arg(long, default_value_t = 1000)]
    points: u64,
    /// Seed of the first points, to see a run again [default: drawn; the test prints each]
    #[arg(long)]
    seed: Option<u64>,
    /// Which database keeps the data [default: one after the other]
    #[arg(long, value_enum)]
    backend: Option<Backend>,
    /// Which service is killed, such as `ledger` [default: one after the other]
    #[arg(long)]
    service: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Backend {
    Sqlite,
    Postgresql,
}

impl Backend {
    /// The test that kills on it, the same in every service.
    const fn test(self) -> &'static str {
        match self {
            Self::Sqlite => "crashes::what_was_acknowledged_survives_kill_9_and_nothing_is_there_by_half",
            Self::Postgresql => "crashes::what_was_acknowledged_survives_kill_9_on_postgresql",
        }
    }
}

impl Arguments {
    /// The same tests as in every run of the tests, at more points.
    pub fn run(self) -> Result<ExitCode> {
        let seed = self.seed.unwrap_or_else(drawn);
        for package in self.packages()? {
            for backend in Backend::value_variants() {
                if self.backend.is_none_or(|only| only == *backend) {
                    self.kill(package, *backend, seed)?;
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn packages(&self) -> Result<Vec<&'static str>> {
        let Some(service) = &self.service else {
            return Ok(KILLED.to_vec());
        };
        let wanted = format!("yihe-{service}");
        let found = KILLED.iter().copied().find(|package| *package == wanted);
        let found =
            found.with_context(|| format!("`{service}` is none of the services that are killed: {KILLED:?}"))?;
        Ok(vec![found])
    }

    fn kill(&self, package: &str, backend: Backend, seed: u64) -> Result<()> {
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
            backend.test(),
        ])?;
        command
            .env("YIHE_KILL_POINTS", self.points.to_string())
            .env("YIHE_KILL_SEED", seed.to_string());
        process::run(&mut command)
    }
}

fn drawn() -> u64 {
    RandomState::new().build_hasher().finish()
}
