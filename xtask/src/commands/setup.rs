use std::process::ExitCode;

use anyhow::{Error, Result};

use crate::tools::{buf, cargo, deploy, faketime, nats, postgres, python};

/// Goes through all of them, so that everything that is missing is named at once.
pub fn run() -> Result<ExitCode> {
    let outcomes: [(&str, Result<(), Error>); 9] = [
        ("rustfmt and clippy", cargo::ensure_components()),
        ("buf", buf::ensure().map(drop)),
        ("PostgreSQL", postgres::ensure().map(drop)),
        ("nats-server", nats::ensure().map(drop)),
        ("libfaketime", faketime::ensure().map(drop)),
        ("Python with grpcio", python::ensure().map(drop)),
        ("promtool and systemd-analyze", deploy::ensure()),
        ("cargo-deny", cargo::DENY.ensure()),
        ("cargo-nextest", cargo::NEXTEST.ensure()),
    ];
    let mut code = ExitCode::SUCCESS;
    for (name, outcome) in outcomes {
        match outcome {
            Ok(()) => eprintln!("{name}: there"),
            Err(error) => {
                eprintln!("{name}: {error:#}");
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}
