use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use yihe_authz::Keys;
use yihe_kernel::SystemClock;
use yihe_store::{Store, grant};

use crate::commands::config_check::accept;
use crate::config::{Config, Flags};
use crate::node::store_config;
use crate::services::{keepers, schema};

/// `yihe migrate`.
#[derive(Debug, Clone, clap::Args)]
pub struct Migrate {
    /// Let the roles `yihe_directory`, `yihe_policy`… read and write the rows of their own service's tables, and nothing else
    #[arg(long)]
    grant: bool,
    #[command(flatten)]
    flags: Flags,
}

/// Brings the tables of the services of this configuration up to date, whether `database.migrate` is on or off.
///
/// # Errors
/// The configuration is bad, a database cannot be opened or is newer than this program, or a role does not exist.
pub fn migrate(order: &Migrate, file: Option<&Path>) -> Result<()> {
    let mut config = accept(Config::load(file, &order.flags))?;
    config.database.migrate = true;
    std::fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("{} cannot be made", config.data_dir.display()))?;
    // tables hold nothing that keys are needed for
    let keys = Keys::ephemeral()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        for (service, migrations) in keepers().filter(|(service, _)| config.runs(*service)) {
            let place = store_config(&config, &keys, service);
            Store::open(&place, migrations, Arc::new(SystemClock)).await?;
            println!("{} is up to date", place.backend.place());
            if order.grant {
                let role = schema(service);
                grant(&place, &role).await?;
                println!("{role} may read and write its rows");
            }
        }
        Ok(())
    })
}
