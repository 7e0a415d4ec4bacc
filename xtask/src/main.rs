//! Developer commands, run as `cargo xtask NAME`.
//!
//! Each command is one file in `commands`; what a command needs from the machine is found, installed or named by
//! `tools`. Every program that is started is first echoed on standard error, and its exit code is passed on.

mod commands;
mod process;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Developer commands of Yihe")]
struct Cli {
    #[command(subcommand)]
    command: Option<commands::Command>,
}

fn main() -> ExitCode {
    let Some(command) = Cli::parse().command else {
        print!("{}", Cli::command().render_help());
        return ExitCode::SUCCESS;
    };
    command.run().unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_its_sentence() {
        for command in Cli::command().get_subcommands() {
            assert!(command.get_about().is_some(), "{} has no sentence", command.get_name());
        }
    }

    #[test]
    fn arguments_for_the_started_program_are_not_taken() {
        for line in [
            vec!["xtask", "bench", "start", "--json", "--runs", "3"],
            vec!["xtask", "run", "--listen", "127.0.0.1:0"],
            vec!["xtask", "demo", "--wiring", "tcp", "--stay"],
            vec!["xtask", "oracle", "--cases", "1000000", "--seed", "7"],
            vec!["xtask", "kill", "--points", "5000", "--seed", "7"],
            vec!["xtask", "kill", "--backend", "postgresql", "--service", "ledger"],
            vec!["xtask", "faults", "--seeds", "5000", "--from", "7", "--before", "yihe"],
            vec!["xtask", "run", "--help"],
        ] {
            assert!(Cli::try_parse_from(&line).is_ok(), "{line:?}");
        }
    }
}
