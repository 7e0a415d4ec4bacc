use anyhow::{Result, bail};

use crate::tools::buf;
use crate::{process, workspace};

/// The image of the contracts that clients already rely on, relative to the root.
pub const BASELINE: &str = "proto/baseline.binpb";

pub fn run() -> Result<()> {
    process::run(buf::ensure()?.arg("lint"))?;
    if !workspace::root()?.join(BASELINE).is_file() {
        bail!("{BASELINE} is missing, so nothing says what must not break; write it with `cargo xtask gen baseline`");
    }
    process::run(buf::ensure()?.args(["breaking", "--against", BASELINE]))
}
