//! What the directory does by itself when its time has come. A timer is a named sweep over what is due; it is run every second
//! with the instant that the injected clock shows. Several replicas may run the same timer at once: a row that only one can
//! insert says who does it.

mod lapse;

use std::sync::Arc;
use std::time::Duration;

use crate::directory::Directory;

const TICK: Duration = Duration::from_secs(1);

/// Runs the timers until aborted. A sweep that fails is logged and comes again.
pub async fn run(directory: Arc<Directory>) {
    let mut lapses = lapse::Lapses::default();
    loop {
        match lapses.sweep(&directory).await {
            Ok(0) => {}
            Ok(done) => tracing::info!(timer = lapse::NAME, done, "timer swept"),
            Err(error) => tracing::error!(timer = lapse::NAME, %error, "timer failed; it comes again"),
        }
        tokio::time::sleep(TICK).await;
    }
}
