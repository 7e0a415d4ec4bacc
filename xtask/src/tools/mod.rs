//! Programs the commands need: each is found, or installed where that is safe, or named with the command that
//! installs it.

pub mod apt;
pub mod buf;
pub mod cargo;
pub mod deploy;
pub mod faketime;
pub mod nats;
pub mod postgres;
pub mod python;

use std::env;
use std::path::PathBuf;

/// The first folder of `PATH` that holds every one of the programs.
pub fn on_path(programs: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).find(|folder| programs.iter().all(|program| folder.join(program).is_file()))
}
