use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, ensure};
use uuid::Uuid;
use yihe_authz::Keys;
use yihe_kernel::SystemClock;
use yihe_store::{Migrations, Store};

use crate::commands::config_check::accept;
use crate::config::{Config, Flags, ServiceName};
use crate::node::store_config;

/// Services that follow others.
const LISTENERS: [(ServiceName, Migrations); 3] = [
    (ServiceName::Meeting, yihe_meeting::migrations),
    (ServiceName::Resource, yihe_resource::migrations),
    (ServiceName::Record, yihe_record::migrations),
];

/// `yihe bus dead list`.
#[derive(Debug, Clone, clap::Args)]
pub struct DeadLetters {
    /// Folder with data files and keys [default: yihe-data]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// `yihe bus dead replay`.
#[derive(Debug, Clone, clap::Args)]
pub struct Replay {
    /// Ids of events, as the list prints them
    #[arg(required_unless_present = "all")]
    event: Vec<Uuid>,
    /// Everything that was put aside
    #[arg(long, conflicts_with = "event")]
    all: bool,
    #[command(flatten)]
    place: DeadLetters,
}

/// Prints what consumers put aside, a line each: event, consumer, type, community, when, why.
///
/// # Errors
/// The configuration is bad, or a database cannot be opened.
pub fn dead_letters(place: &DeadLetters, file: Option<&Path>) -> Result<()> {
    with_stores(place, file, async |stores| {
        for store in stores {
            for letter in store.dead_letters().await? {
                let community = letter.event.community.as_ref().map(ToString::to_string);
                println!(
                    "{}\t{}\t{}\t{}\t{}\t{}{}",
                    letter.event.id,
                    letter.consumer,
                    letter.event.kind,
                    community.as_deref().unwrap_or("-"),
                    letter.died_at,
                    letter.error,
                    if letter.replay { " (to be tried again)" } else { "" },
                );
            }
        }
        Ok(())
    })
}

/// Has events tried again by their consumers, which do so within seconds where they run.
///
/// # Errors
/// The configuration is bad, a database cannot be opened, or an event is not among those that were put aside.
pub fn replay(replay: &Replay, file: Option<&Path>) -> Result<()> {
    with_stores(&replay.place, file, async |stores| {
        let wanted: Vec<Option<Uuid>> = match replay.all {
            true => vec![None],
            false => replay.event.iter().copied().map(Some).collect(),
        };
        let mut count = 0;
        for event in wanted {
            let mut found = 0;
            for store in &stores {
                found += store.replay_dead_letters(event).await?;
            }
            if let Some(event) = event {
                ensure!(found > 0, "{event} is not among the events that were put aside");
            }
            count += found;
        }
        println!("{count} to be tried again");
        Ok(())
    })
}

fn with_stores(
    place: &DeadLetters,
    file: Option<&Path>,
    work: impl AsyncFnOnce(Vec<Store>) -> Result<()>,
) -> Result<()> {
    let flags = Flags {
        data_dir: place.data_dir.clone(),
        ..Flags::default()
    };
    let config = accept(Config::load(file, &flags))?;
    ensure!(
        config.data_dir.is_dir(),
        "{} is no data folder: name it by --data-dir or in the configuration",
        config.data_dir.display()
    );
    let keys = Keys::load_or_create(&config.data_dir)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut stores = Vec::new();
        for (service, migrations) in LISTENERS {
            let place = store_config(&config, &keys, service);
            stores.push(Store::open(&place, migrations, Arc::new(SystemClock)).await?);
        }
        work(stores).await
    })
}
