use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::members::Members;
use crate::address::Address;
use crate::way::Way;

/// While a name leads nowhere it is looked up at least so often: services come up in any order.
const NOBODY_YET: Duration = Duration::from_secs(1);

/// Says where a name leads.
#[async_trait]
pub trait Resolve: Send + Sync + 'static {
    /// All places behind a name.
    ///
    /// # Errors
    /// It cannot be looked up.
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// Names as the system knows them.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemNames;

#[async_trait]
impl Resolve for SystemNames {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, port)).await?.collect())
    }
}

/// Keeps up with what a name stands for, until the task is dropped. While it cannot be looked up those that are known stay.
pub(super) async fn follow(members: Arc<Members>, address: Address, way: Way) {
    let (mut knows_some, mut fails, mut is_first) = (false, false, true);
    loop {
        let found = way.names.resolve(address.host(), address.port()).await;
        let problem = match &found {
            Ok(places) if places.is_empty() => Some("it leads nowhere".to_owned()),
            Ok(_) => None,
            Err(error) => Some(error.to_string()),
        };
        match (&problem, fails) {
            (Some(problem), false) => tracing::warn!(
                "the name in {} cannot be looked up ({problem}): who was known behind it stays",
                address.as_str()
            ),
            (None, true) => tracing::info!("the name in {} is looked up again", address.as_str()),
            _ => {}
        }
        fails = problem.is_some();
        if let (None, Ok(places)) = (&problem, &found) {
            members.reconcile(&address, places, &way);
            knows_some = true;
        }
        if std::mem::take(&mut is_first) {
            members.looked_up();
        }
        let pause = if knows_some {
            way.look_again
        } else {
            way.look_again.min(NOBODY_YET)
        };
        tokio::time::sleep(pause).await;
    }
}
