use std::process::Command;

use anyhow::{Context, Result, bail};

use super::on_path;
use crate::process;

/// Installs Debian packages when this is root on a Debian system, and otherwise says what is missing and how to get it.
pub fn install(missing: &str, packages: &[&str]) -> Result<()> {
    let by_hand = format!("apt-get install -y --no-install-recommends {}", packages.join(" "));
    if on_path(&["apt-get"]).is_none() {
        bail!("{missing} is missing; on Debian it comes with `{by_hand}`, elsewhere with your system's packages");
    }
    if !is_root() {
        bail!("{missing} is missing; install it with `sudo {by_hand}`");
    }
    eprintln!("{missing} is missing, installing {}", packages.join(", "));
    let failure = || format!("{missing} is missing and could not be installed; try `{by_hand}`");
    process::run(&mut apt_get(&["update", "-qq"])?).with_context(failure)?;
    let mut install = apt_get(&[
        "install",
        "-qq",
        "-y",
        "--no-install-recommends",
        "-o",
        "Dpkg::Use-Pty=0",
    ])?;
    process::run(install.args(packages)).with_context(failure)
}

fn apt_get(arguments: &[&str]) -> Result<Command> {
    let mut command = process::program("apt-get")?;
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    Ok(command)
}

fn is_root() -> bool {
    process::ask(Command::new("id").arg("-u")).is_some_and(|user| user == "0")
}
