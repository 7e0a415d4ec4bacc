mod count;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode, ExitStatus};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::tools::{cargo, faketime, nats, postgres, python};
use crate::{process, workspace};
use count::Count;

#[derive(Args)]
pub struct Arguments {
    /// Leave out the tests in modules named `slow` and the documentation's; fewer cases per property
    #[arg(long)]
    quick: bool,
    /// Only the tests of this package, without its documentation's (may be repeated)
    #[arg(short, long, value_name = "PACKAGE")]
    package: Vec<String>,
    /// Only tests whose path contains this, without the documentation's
    filter: Option<String>,
}

/// What one runner said at its end.
struct Outcome {
    count: Count,
    status: ExitStatus,
}

impl Arguments {
    /// The last line on standard output is always `tests: N passed, M failed`, counted from what the runners report.
    pub fn run(self) -> Result<ExitCode> {
        let outcome = self.all();
        let (count, code) = match outcome {
            Ok((count, code)) => (count, code),
            Err(error) => {
                eprintln!("error: {error:#}");
                (Count::default(), ExitCode::FAILURE)
            }
        };
        println!("{count}");
        Ok(code)
    }

    fn all(&self) -> Result<(Count, ExitCode)> {
        let needs = Needs::prepare()?;
        let nextest = cargo::NEXTEST.installed();
        let mut runs = vec![if nextest {
            self.nextest(&needs)?
        } else {
            self.libtest(&needs)?
        }];
        if !self.quick && self.filter.is_none() && self.package.is_empty() {
            runs.push(self.documentation(&needs)?);
        }
        let count = runs.iter().map(|run| run.count).sum::<Count>();
        let Some(broken) = runs.iter().find(|run| !run.status.success()) else {
            return Ok((count, ExitCode::SUCCESS));
        };
        if count.failed == 0 {
            eprintln!(
                "error: the runner ended with {} before it could name a failed test",
                broken.status
            );
        }
        Ok((count, process::exit_code(broken.status)))
    }

    fn nextest(&self, needs: &Needs) -> Result<Outcome> {
        // nextest keeps its store beside the sources, wherever the target folder is
        let report = workspace::root()?.join("target/nextest/default/junit.xml");
        if report.exists() {
            fs::remove_file(&report).with_context(|| format!("cannot remove the old {}", report.display()))?;
        }
        let mut command = self.cargo(&["nextest", "run"], needs)?;
        if self.quick {
            command.args(["--filterset", "not test(/(^|::)slow::/)"]);
        }
        let status = process::status(command.args(&self.filter))?;
        // without a report the build failed
        let count = fs::read_to_string(&report)
            .ok()
            .and_then(|xml| Count::from_junit(&xml))
            .unwrap_or_default();
        Ok(Outcome { count, status })
    }

    fn libtest(&self, needs: &Needs) -> Result<Outcome> {
        let mut command = self.cargo(&["test", "--all-targets", "--no-fail-fast"], needs)?;
        command.args(&self.filter);
        if self.quick {
            command.args(["--", "--skip", "slow::"]);
        }
        counted_by_line(&mut command)
    }

    fn documentation(&self, needs: &Needs) -> Result<Outcome> {
        counted_by_line(&mut self.cargo(&["test", "--doc", "--no-fail-fast"], needs)?)
    }

    fn cargo(&self, arguments: &[&str], needs: &Needs) -> Result<Command> {
        let mut command = process::cargo(arguments)?;
        command.arg("--locked");
        if self.package.is_empty() {
            command.arg("--workspace");
        }
        for package in &self.package {
            command.args(["--package", package]);
        }
        if self.quick {
            command.env("PROPTEST_CASES", "32");
        }
        command
            .env("YIHE_TEST_PYTHON", &needs.python)
            .env("YIHE_TEST_POSTGRES_BIN", &needs.postgres)
            .env("YIHE_TEST_NATS_BIN", &needs.nats)
            .env("YIHE_TEST_FAKETIME_LIB", &needs.faketime);
        Ok(command)
    }
}

/// Programs of other languages that tests start; tests find them by environment variable and never skip themselves.
struct Needs {
    python: PathBuf,
    postgres: PathBuf,
    nats: PathBuf,
    faketime: PathBuf,
}

impl Needs {
    fn prepare() -> Result<Self> {
        let (postgres, nats, python) = (postgres::ensure(), nats::ensure(), python::ensure());
        let faketime = faketime::ensure();
        let missing: Vec<String> = [&postgres, &nats, &python, &faketime]
            .into_iter()
            .filter_map(|tool| tool.as_ref().err().map(|error| format!("{error:#}")))
            .collect();
        if !missing.is_empty() {
            bail!("{}", missing.join("\nerror: "));
        }
        Ok(Self {
            python: python?,
            postgres: postgres?,
            nats: nats?,
            faketime: faketime?,
        })
    }
}

fn counted_by_line(command: &mut Command) -> Result<Outcome> {
    let mut count = Count::default();
    let status = process::watch(command, |line| {
        count += Count::from_libtest_line(line).unwrap_or_default();
    })?;
    Ok(Outcome { count, status })
}
