//! `yihe`: runs a node and does what only its operator may.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use yihe::commands;
use yihe::config::{Config, Flags};

/// Yihe (一核): community co-governance as a node of gRPC services behind one gateway.
///
/// A node keeps everything in one data folder: a SQLite file for each service, and its keys.
/// Whoever can read that folder is the node's operator.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
struct Arguments {
    /// Configuration file (TOML); `YIHE_…` variables and flags win over it
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the node until it is told to stop (SIGTERM or Ctrl-C), then drain and exit
    ///
    /// Without `--service` everything runs in this process, gateway included. With it, the services left out must be
    /// reachable at `services.NAME.address` of the configuration, and all processes must share the keys of one data folder.
    Serve(Flags),
    /// Look at the configuration without running anything
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Look at everything a node needs and say what to do: databases, clock, keys, disk, ports, bus
    ///
    /// Nothing is changed. A line for each, beginning with `good`, `warning` or `bad`; exit code 1 where one is bad.
    Doctor(commands::Doctor),
    /// Bring the tables of all services up to date, as their owner, without starting anything
    ///
    /// Needed where services have database roles of their own and `database.migrate` is off.
    Migrate(commands::Migrate),
    /// Copy everything a node keeps, at one instant, while it runs
    ///
    /// Databases, keys, and the bytes of files. Whoever holds a backup holds the node: it is readable by its owner alone. Of a node on
    /// PostgreSQL keys and files are copied (`--without-database`), and the database by its own means.
    Backup(commands::Backup),
    /// Make a data folder of a backup
    ///
    /// A backup that is damaged, was not finished or is of a newer version is refused, and then nothing is made.
    Restore(commands::Restore),
    /// Look after the bus between processes
    #[command(subcommand)]
    Bus(BusCommand),
    /// Bring official data into the node
    #[command(subcommand)]
    Import(ImportCommand),
    /// Verify exported minutes (会议纪要), without a node
    #[command(subcommand)]
    Minutes(MinutesCommand),
    /// Make access tokens for the operator
    #[command(subcommand)]
    Token(TokenCommand),
    /// Count votes again; needs no node
    #[command(subcommand)]
    Tally(TallyCommand),
    /// Ask after the rules (权责), test, propose and approve changes of them, through a node's gateway
    Policy(Box<commands::Policy>),
    /// Look at rule packs (议事规则包); needs no node
    #[command(subcommand)]
    Pack(PackCommand),
}

#[derive(Debug, Subcommand)]
enum TallyCommand {
    /// Print the outcome of an exported count sheet (计票单) in its canonical form
    ///
    /// Nothing but the sheet is read, the text of the rule pack in it included. The bytes are those of the first count if and
    /// only if the vote was counted right.
    Recount(commands::Sheet),
}

#[derive(Debug, Subcommand)]
enum PackCommand {
    /// Name every key of a rule pack that is wrong or contradicts statute, or say that it may be used
    Check(commands::PackFile),
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Name every bad key, or say that there is none
    Check(Flags),
}

#[derive(Debug, Subcommand)]
enum BusCommand {
    /// Events that a service could not take effect of and put aside
    #[command(subcommand)]
    Dead(DeadCommand),
}

#[derive(Debug, Subcommand)]
enum DeadCommand {
    /// Print them, a line each: event, consumer, type, community, when it was put aside, why
    List(commands::DeadLetters),
    /// Have some or all of them tried again, when what was wrong is put right
    ///
    /// The service does so within seconds where it runs. What fails again stays in the list.
    Replay(commands::Replay),
}

#[derive(Debug, Subcommand)]
enum ImportCommand {
    /// Import official divisions (行政区划) from a CSV file `code,parent,name` with a header line
    ///
    /// Roots have parent `0`; levels may be skipped. Orphans, duplicates and malformed codes are refused by line number,
    /// and then nothing is imported. May be repeated: what is unchanged stays.
    Divisions(commands::Import),
    /// Import the working days (节假日安排) of a year from a JSON file with `year`, `papers` and `days`
    ///
    /// The year takes the place of the one that was imported before or comes with the program. A broken file is refused,
    /// naming the line or the keys, and then nothing is imported.
    Calendar(commands::ImportCalendar),
}

#[derive(Debug, Subcommand)]
enum MinutesCommand {
    /// Check texts, signatures, countersignatures and the count of every vote, and name the first thing that is wrong
    ///
    /// Nothing but the file is needed. Without `--key` the key in the file is trusted, and the answer says so. Exit code 0: all
    /// is right; 1: file or key cannot be read; 3: no export of minutes; 4: a text; 5: a key; 6: a signature; 7: the
    /// publication; 8: a vote; 9: anything else that was changed, left out or added.
    Verify(commands::VerifyMinutes),
    /// Print the node's public keys for records, to be published and given by `--key`; the last one signs
    Key(commands::MinutesKey),
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Print an access token of `operators/local`, valid for 15 minutes
    ///
    /// With it the operator may activate a community and invite its first secretary, and nothing else; each use is recorded.
    /// Needs read access to the keys in the data folder.
    Mint(commands::Token),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let file = arguments.config.as_deref();
    let outcome = match arguments.command {
        Command::Serve(flags) => commands::serve(Config::load(file, &flags)),
        Command::Config(ConfigCommand::Check(flags)) => commands::config_check(Config::load(file, &flags)),
        Command::Doctor(doctor) => match commands::doctor(&doctor, Config::load(file, doctor.flags())) {
            Ok(code) => return code,
            Err(error) => Err(error),
        },
        Command::Migrate(migrate) => commands::migrate(&migrate, file),
        Command::Backup(backup) => commands::backup(&backup, file),
        Command::Restore(restore) => commands::restore(&restore),
        Command::Bus(BusCommand::Dead(DeadCommand::List(place))) => commands::dead_letters(&place, file),
        Command::Bus(BusCommand::Dead(DeadCommand::Replay(replay))) => commands::replay(&replay, file),
        Command::Import(ImportCommand::Divisions(import)) => commands::import(&import, file),
        Command::Minutes(MinutesCommand::Key(key)) => commands::minutes_key(&key, file),
        Command::Minutes(MinutesCommand::Verify(verify)) => match commands::verify_minutes(&verify) {
            Ok(code) => return code,
            Err(error) => Err(error),
        },
        Command::Import(ImportCommand::Calendar(import)) => commands::import_calendar(&import, file),
        Command::Token(TokenCommand::Mint(token)) => commands::token(&token, file),
        Command::Tally(TallyCommand::Recount(sheet)) => commands::recount(&sheet),
        Command::Policy(policy) => match commands::policy(&policy) {
            Ok(code) => return code,
            Err(error) => Err(error),
        },
        Command::Pack(PackCommand::Check(pack)) => commands::pack_check(&pack),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("yihe: {error:#}");
            ExitCode::FAILURE
        }
    }
}
