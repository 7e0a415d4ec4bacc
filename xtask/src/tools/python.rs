use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::apt;
use crate::{process, workspace};

const REQUIREMENTS: &str = "tests/python/requirements.txt";
const OLDEST: (u32, u32) = (3, 9);

/// The Python of a virtual environment that has what the Python client test imports.
///
/// The environment lies in the target folder and is made anew when the requirements change.
pub fn ensure() -> Result<PathBuf> {
    Ok(environment("venv", REQUIREMENTS)?.join("bin/python"))
}

/// A virtual environment of this name that has what a file of requirements names.
pub fn environment(name: &str, requirements: &str) -> Result<PathBuf> {
    let root = workspace::root()?;
    let wanted = fs::read_to_string(root.join(requirements)).with_context(|| format!("cannot read {requirements}"))?;
    let environment = workspace::target_dir()?.join(name);
    let python = environment.join("bin/python");
    let stamp = environment.join("installed-requirements.txt");
    let current = fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted);
    if current && process::ask(Command::new(&python).arg("--version")).is_some() {
        return Ok(environment);
    }
    check_version()?;
    create(&environment)?;
    let mut pip = process::program(&python)?;
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
        requirements,
    ]);
    process::run(&mut pip).with_context(|| format!("what {requirements} names could not be installed"))?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(environment)
}

fn check_version() -> Result<()> {
    let (major, minor) = OLDEST;
    if process::ask(Command::new("python3").arg("--version")).is_none() {
        apt::install("Python 3", &["python3", "python3-venv"])?;
    }
    let version = process::ask(Command::new("python3").arg("--version")).unwrap_or_default();
    match parse_version(&version) {
        Some(found) if found >= OLDEST => Ok(()),
        _ => bail!("Python {major}.{minor} or newer is needed; `python3 --version` says {version:?}"),
    }
}

fn create(environment: &Path) -> Result<()> {
    // Debian splits what `venv` needs off the interpreter
    if process::ask(Command::new("python3").args(["-c", "import ensurepip, venv"])).is_none() {
        apt::install("Python's venv module", &["python3-venv"])?;
    }
    process::run(
        process::program("python3")?
            .args(["-m", "venv", "--clear"])
            .arg(environment),
    )
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.strip_prefix("Python ")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(parse_version("Python 3.11.7"), Some((3, 11)));
        assert!(parse_version("Python 3.11.7").unwrap() > OLDEST);
        assert!(parse_version("Python 3.8.20").unwrap() < OLDEST);
        assert_eq!(parse_version("pypy"), None);
        assert_eq!(parse_version(""), None);
    }
}
