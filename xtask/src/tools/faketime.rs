use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};

use super::apt;

const LIBRARY: &str = "faketime/libfaketimeMT.so.1";

/// The library that shows a process another clock, by which tests of faults set one wrong.
pub fn ensure() -> Result<PathBuf> {
    if let Some(library) = find() {
        return Ok(library);
    }
    apt::install("libfaketime", &["libfaketime"])?;
    match find() {
        Some(library) => Ok(library),
        None => bail!("libfaketime was installed, but is in no known folder; name it in YIHE_TEST_FAKETIME_LIB"),
    }
}

fn find() -> Option<PathBuf> {
    let given = std::env::var_os("YIHE_TEST_FAKETIME_LIB").map(PathBuf::from);
    // Debian puts it into a folder named after the machine
    let machines = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let places = machines.map(|machine| machine.path().join(LIBRARY));
    given.into_iter().chain(places).find(|library| library.is_file())
}
