use std::process::ExitCode;

use anyhow::Result;

use crate::commands::config_check::accept;
use crate::config::{BadKey, Config, Flags};
use crate::doctor::{State, examine};

/// `yihe doctor`.
#[derive(Debug, Clone, clap::Args)]
pub struct Doctor {
    /// As JSON: a list of `state` (`good`, `warning`, `bad`), `about` and `said`
    #[arg(long)]
    json: bool,
    /// The node runs: do not ask that its ports are free
    #[arg(long)]
    running: bool,
    #[command(flatten)]
    flags: Flags,
}

impl Doctor {
    /// Flags of the node that is looked at.
    #[must_use]
    pub fn flags(&self) -> &Flags {
        &self.flags
    }
}

/// Looks at everything a node needs, prints a line each, and fails where something is bad.
///
/// # Errors
/// The configuration is bad.
pub fn doctor(order: &Doctor, loaded: Result<Config, Vec<BadKey>>) -> Result<ExitCode> {
    let config = accept(loaded)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let findings = runtime.block_on(examine(&config, order.running));
    if order.json {
        println!("{}", serde_json::to_string_pretty(&findings)?);
    } else {
        for finding in &findings {
            println!("{finding}");
        }
    }
    let worst = findings.iter().map(|finding| finding.state).max();
    Ok(if worst == Some(State::Bad) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
