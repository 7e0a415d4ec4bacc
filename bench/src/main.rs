//! Benchmarks: `cargo xtask bench NAME [--json]`. Each prints what it measures and beside what; its last line is one JSON
//! object. Peers run in the same run, turn by turn, and medians are reported. Nothing here is a test: bars are in
//! `docs/benchmarks.md`, and figures that fall short are reported as they are.

mod authz;
mod backends;
mod figures;
mod import;
mod meeting;
mod room;
mod sharing;
mod start;
mod tally;
mod vote;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
    /// Print nothing but the JSON object
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// Decisions of the index beside casbin-rs and Cedar over the same rules
    Authz(authz::Arguments),
    /// Bookings on PostgreSQL beside pgbench, events over NATS, many communities, telemetry
    Backends(backends::Arguments),
    /// Release node, empty data folder to ready, and its idle resident memory
    Start(start::Arguments),
    /// The whole country's divisions beside `sqlite3 .import`
    Import(import::Arguments),
    /// A live room full of watchers
    Meeting(meeting::Arguments),
    /// Transfers and bookings beside the same statements in bare loops; balances and statements of very large accounts
    Sharing(sharing::Arguments),
    /// The count of 100,000 owners by area and heads beside the same count in SQL
    Tally(tally::Arguments),
    /// Ballots through the gateway beside the same statements in a bare loop
    Vote(vote::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let report = figures::Report::new(!arguments.json);
    let outcome = match arguments.bench {
        Bench::Authz(arguments) => authz::run(&arguments, &report),
        Bench::Backends(arguments) => backends::run(&arguments, &report),
        Bench::Sharing(arguments) => sharing::run(&arguments, &report),
        Bench::Start(arguments) => start::run(&arguments, &report),
        Bench::Import(arguments) => import::run(&arguments, &report),
        Bench::Meeting(arguments) => meeting::run(&arguments, &report),
        Bench::Tally(arguments) => tally::run(&arguments, &report),
        Bench::Vote(arguments) => vote::run(&arguments, &report),
    };
    match outcome {
        Ok(figures) => {
            println!("{figures}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
