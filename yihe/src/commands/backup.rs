use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use yihe_kernel::{SharedClock, SystemClock};

use crate::backup;
use crate::commands::config_check::accept;
use crate::config::{Config, Flags};

/// `yihe backup`.
#[derive(Debug, Clone, clap::Args)]
pub struct Backup {
    /// Folder to write the backup to; new or empty
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Another folder, for the keys of secret votes that are open now; without it they are left out
    #[arg(long, value_name = "DIR")]
    vote_keys_to: Option<PathBuf>,
    /// Keys and files alone, of a node whose data lie in PostgreSQL: after pg_dump
    #[arg(long)]
    without_database: bool,
    /// Folder with data files and keys [default: yihe-data]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// `yihe restore`.
#[derive(Debug, Clone, clap::Args)]
pub struct Restore {
    /// Folder with the backup
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Folder with the keys of secret votes that belong to it
    #[arg(long, value_name = "DIR")]
    vote_keys_from: Option<PathBuf>,
    /// Folder to make; new or empty
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
}

/// Backs a node up and says what came of it.
///
/// # Errors
/// A folder that is not empty, a data folder without a node, a damaged data file, a full disk: each named.
pub fn backup(order: &Backup, file: Option<&Path>) -> Result<()> {
    let flags = Flags {
        data_dir: order.data_dir.clone(),
        ..Flags::default()
    };
    let config = accept(Config::load(file, &flags))?;
    let to = backup::Order {
        to: order.to.clone(),
        vote_keys_to: order.vote_keys_to.clone(),
        without_database: order.without_database,
    };
    let clock: SharedClock = Arc::new(SystemClock);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let taken = runtime.block_on(backup::take(&config, &to, &clock))?;
    println!(
        "backed up to {}: {} files, {} bytes; nobody could commit for {} ms",
        order.to.display(),
        taken.entries,
        taken.bytes,
        taken.held.as_millis()
    );
    if taken.votes_left_out > 0 {
        println!(
            "{} secret votes are open: without their keys (--vote-keys-to) their ballots cannot be counted after a restore",
            taken.votes_left_out
        );
    }
    Ok(())
}

/// Restores a backup and says of when it is.
///
/// # Errors
/// A folder that is not empty; a backup that is damaged, not finished, or of a newer version.
pub fn restore(order: &Restore) -> Result<()> {
    let restored = backup::restore(&order.from, &order.data_dir, order.vote_keys_from.as_deref())?;
    println!(
        "restored to {}: {} files as of {}",
        order.data_dir.display(),
        restored.entries,
        restored.made_at
    );
    Ok(())
}
