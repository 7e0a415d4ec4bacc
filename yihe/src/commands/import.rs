use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use yihe_authz::Keys;
use yihe_directory::import::{self as directory, DIVISIONS_OF_SHENZHEN, ImportReport, import_divisions};
use yihe_kernel::{SharedClock, SystemClock};
use yihe_store::Store;

use crate::commands::config_check::accept;
use crate::config::{Config, Flags, ServiceName};
use crate::node::store_config;

/// `yihe import divisions FILE`.
#[derive(Debug, Clone, clap::Args)]
pub struct Import {
    /// The CSV file; `shenzhen` imports the divisions of Shenzhen that come with the program
    file: PathBuf,
    /// Folder with data files and keys; made if it does not exist [default: yihe-data]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// Imports divisions and says how many.
///
/// # Errors
/// The file cannot be read, or is refused: then every bad line is named and nothing is imported.
pub fn import(import: &Import, file: Option<&Path>) -> Result<()> {
    let flags = Flags {
        data_dir: import.data_dir.clone(),
        ..Flags::default()
    };
    let config = accept(Config::load(file, &flags))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(async {
        let clock: SharedClock = Arc::new(SystemClock);
        if import.file == Path::new("shenzhen") {
            return import_into(&config, clock, DIVISIONS_OF_SHENZHEN).await;
        }
        let reader = File::open(&import.file).with_context(|| format!("{} cannot be read", import.file.display()))?;
        import_into(&config, clock, BufReader::new(reader)).await
    })?;
    println!("{report}");
    Ok(())
}

/// Imports the divisions of Shenzhen that come with the program, for demos and tests.
///
/// # Errors
/// The data folder cannot be used.
pub async fn import_shenzhen(config: &Config, clock: SharedClock) -> Result<ImportReport> {
    import_into(config, clock, DIVISIONS_OF_SHENZHEN).await
}

async fn import_into<R: Read + Send>(config: &Config, clock: SharedClock, divisions: R) -> Result<ImportReport> {
    let store = open(config, clock).await?;
    let report = import_divisions(&store, divisions, &mut |note| eprintln!("{note}")).await?;
    Ok(report)
}

async fn open(config: &Config, clock: SharedClock) -> Result<Store> {
    std::fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("{} cannot be made", config.data_dir.display()))?;
    let keys = Keys::load_or_create(&config.data_dir)?;
    let place = store_config(config, &keys, ServiceName::Directory);
    Ok(Store::open(&place, yihe_directory::migrations, clock).await?)
}

/// `yihe import calendar FILE`.
#[derive(Debug, Clone, clap::Args)]
pub struct ImportCalendar {
    /// The JSON file of one year
    file: PathBuf,
    /// Folder with data files and keys; made if it does not exist [default: yihe-data]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// Imports the working days of a year and says what changed.
///
/// # Errors
/// The file cannot be read, or is refused: then its line or keys are named and nothing is imported.
pub fn import_calendar(import: &ImportCalendar, file: Option<&Path>) -> Result<()> {
    let flags = Flags {
        data_dir: import.data_dir.clone(),
        ..Flags::default()
    };
    let config = accept(Config::load(file, &flags))?;
    let content = std::fs::read(&import.file).with_context(|| format!("{} cannot be read", import.file.display()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(async {
        let store = open(&config, Arc::new(SystemClock)).await?;
        anyhow::Ok(directory::import_calendar(&store, content).await?)
    })?;
    println!("{report}");
    Ok(())
}
