use std::env;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace;

/// A program to be started in the workspace's root.
///
/// `cargo run` describes xtask itself in the environment. Build scripts watch some of those variables, so handing
/// them on would rebuild dependencies at every change between `cargo build` and `cargo xtask`.
pub fn program(name: impl AsRef<OsStr>) -> Result<Command> {
    let mut command = Command::new(name);
    command.current_dir(workspace::root()?);
    for (key, _) in env::vars_os() {
        let key_text = key.to_string_lossy();
        if key_text.starts_with("CARGO_PKG_") || key_text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&key);
        }
    }
    Ok(command)
}

pub fn cargo<I, S>(arguments: I) -> Result<Command>
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    let mut command = program("cargo")?;
    command.args(arguments);
    Ok(command)
}

/// Runs to the end; the caller judges the status.
pub fn status(command: &mut Command) -> Result<ExitStatus> {
    echo(command);
    command
        .status()
        .with_context(|| format!("cannot start {}", name(command)))
}

/// Runs to the end; anything but success is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    if !status.success() {
        let words = words(command);
        bail!("`{}` failed: {status}", words[..words.len().min(2)].join(" "));
    }
    Ok(())
}

/// Becomes the program where the system allows it: its signals, output and exit code are then its own.
pub fn replace(command: &mut Command) -> Result<ExitCode> {
    echo(command);
    #[cfg(unix)]
    {
        let error = std::os::unix::process::CommandExt::exec(command);
        Err(error).with_context(|| format!("cannot start {}", name(command)))
    }
    #[cfg(not(unix))]
    {
        let status = command
            .status()
            .with_context(|| format!("cannot start {}", name(command)))?;
        Ok(exit_code(status))
    }
}

/// Runs to the end, passing standard output on while handing each line to `each`.
pub fn watch(command: &mut Command, mut each: impl FnMut(&str)) -> Result<ExitStatus> {
    echo(command);
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", name(command)))?;
    if let Some(output) = child.stdout.take() {
        let mut own_output = io::stdout().lock();
        for line in BufReader::new(output).split(b'\n') {
            let line = line.context("cannot read the program's output")?;
            let line = String::from_utf8_lossy(&line);
            writeln!(own_output, "{line}").context("cannot write to standard output")?;
            each(&line);
        }
    }
    child.wait().context("cannot wait for the program")
}

/// Standard output of a short question to another program; `None` when it is not there or refuses.
pub fn ask(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).stdin(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The status as this process's own: a signal becomes 128 plus its number, as shells have it.
pub fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return u8::try_from(128 + signal).map_or(ExitCode::FAILURE, ExitCode::from);
    }
    match status.code() {
        Some(code) => u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from),
        None => ExitCode::FAILURE,
    }
}

fn echo(command: &Command) {
    eprintln!("$ {}", words(command).join(" "));
}

fn words(command: &Command) -> Vec<String> {
    let arguments = command.get_args().map(|word| quoted(&word.to_string_lossy()));
    std::iter::once(name(command)).chain(arguments).collect()
}

fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let shown = workspace::root()
        .ok()
        .and_then(|root| program.strip_prefix(root).ok())
        .unwrap_or(program);
    shown.display().to_string()
}

fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./=:,@+".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn echoed_words_can_be_pasted_into_a_shell() {
        assert_eq!(quoted("--package=yihe"), "--package=yihe");
        assert_eq!(quoted("not test(/slow/)"), "'not test(/slow/)'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }

    #[cfg(unix)]
    #[test]
    fn a_signal_is_told_from_an_exit_code() {
        use std::os::unix::process::ExitStatusExt;
        assert_eq!(exit_code(ExitStatus::from_raw(9)), ExitCode::from(137));
        assert_eq!(exit_code(ExitStatus::from_raw(3 << 8)), ExitCode::from(3));
        assert_eq!(exit_code(ExitStatus::from_raw(0)), ExitCode::SUCCESS);
    }
}
