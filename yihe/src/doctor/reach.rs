//! What is reached over the network.

use std::time::Duration;

use yihe_authz::Keys;
use yihe_kernel::SharedClock;
use yihe_store::{Backend, examine};

use super::{Finding, State};
use crate::config::Config;
use crate::events;
use crate::node::store_config;
use crate::services::keepers;

/// Whoever asks waits at a terminal, for each service.
const PATIENCE: Duration = Duration::from_secs(2);

/// Databases of the services that run here: whether they answer, are new enough, know no more than this program, and keep our time.
pub(super) async fn databases(config: &Config, clock: &SharedClock) -> Vec<Finding> {
    // the secret is no part of what is looked at
    let keys = match Keys::ephemeral() {
        Ok(keys) => keys,
        Err(error) => return vec![Finding::new(State::Bad, "database", error)],
    };
    let mut findings = Vec::new();
    for (service, migrations) in keepers().filter(|(service, _)| config.runs(*service)) {
        let about = format!("database {}", service.as_str());
        let mut place = store_config(config, &keys, service);
        place.connections = 1;
        place.acquire_timeout = place.acquire_timeout.min(PATIENCE);
        let found = match examine(&place, migrations, clock).await {
            Ok(found) => found,
            Err(error) => {
                findings.push(Finding::new(State::Bad, about, error));
                continue;
            }
        };
        let kept = match (&place.backend, &found.server) {
            (Backend::Sqlite { file }, _) => file.display().to_string(),
            (Backend::Postgres { schema, .. }, server) => {
                format!("PostgreSQL {}, schema {schema}", server.as_deref().unwrap_or_default())
            }
        };
        let standing = match (found.standing.unknown.first(), found.standing.pending.as_slice()) {
            (Some(newer), _) => Finding::new(
                State::Bad,
                about,
                format!(
                    "{kept}: it has {newer}, which yihe {} does not know: run the version that made it",
                    env!("CARGO_PKG_VERSION")
                ),
            ),
            (None, []) => Finding::new(State::Good, about, kept),
            (None, pending) if config.database.migrate => Finding::new(
                State::Warning,
                about,
                format!("{kept}: {} migrations to run at the start", pending.len()),
            ),
            (None, pending) => Finding::new(
                State::Bad,
                about,
                format!(
                    "{kept}: {} migrations to run, and database.migrate is off: run `yihe migrate` as its owner",
                    pending.len()
                ),
            ),
        };
        findings.push(standing);
        findings.extend(found.clock_ahead.map(|ahead| time(config, service.as_str(), ahead)));
    }
    findings
}

fn time(config: &Config, service: &str, ahead: i64) -> Finding {
    let about = format!("clock {service}");
    let milliseconds = ahead.abs() / 1000;
    let direction = if ahead > 0 { "behind" } else { "ahead of" };
    let said = format!("{milliseconds} ms {direction} the database's");
    let tolerance = i64::from(config.database.clock_tolerance_seconds.get()) * 1000;
    match milliseconds {
        far if far >= tolerance => Finding::new(
            State::Bad,
            about,
            format!("{said}: set it right (chronyd, systemd-timesyncd); until then the node is not ready"),
        ),
        far if far >= 1000 => Finding::new(
            State::Warning,
            about,
            format!("{said}: let both follow the same time servers"),
        ),
        _ => Finding::new(State::Good, about, said),
    }
}

/// The bus, where one is configured.
pub(super) async fn bus(config: &Config) -> Option<Finding> {
    let bus = events::bus(config)?;
    Some(match bus.check().await {
        Ok(()) => Finding::new(State::Good, "bus", format!("{} with JetStream", bus.place())),
        // it serves meanwhile, and events wait
        Err(error) => Finding::new(State::Bad, "bus", format!("{} {error}", bus.place())),
    })
}
