use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use yihe_authz::{Keys, RecordKey};
use yihe_meeting::{Verified, verify_minutes as verify};

use crate::commands::config_check::accept;
use crate::config::{Config, Flags};

/// `yihe minutes verify`.
#[derive(Debug, Clone, clap::Args)]
pub struct VerifyMinutes {
    /// The exported file
    file: PathBuf,
    /// The node's public key, got by another way than this file: its text, or a file that holds it
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

/// Verifies exported minutes by nothing but the file and a key.
///
/// # Errors
/// The file or the key cannot be read.
pub fn verify_minutes(arguments: &VerifyMinutes) -> Result<ExitCode> {
    let key = arguments.key.as_deref().map(key).transpose()?;
    let bytes = fs::read(&arguments.file).with_context(|| arguments.file.display().to_string())?;
    match verify(&bytes, key.as_ref()) {
        Ok(verified) => {
            tell(&verified);
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => {
            eprintln!("yihe: {}: {fault}", arguments.file.display());
            Ok(ExitCode::from(fault.exit_code()))
        }
    }
}

/// `yihe minutes key`.
#[derive(Debug, Clone, clap::Args)]
pub struct MinutesKey {
    /// Folder with data files and keys [default: yihe-data]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// Prints the public halves of the node's keys for records, the one that signs last.
///
/// # Errors
/// There is no node in the data folder, or its keys cannot be read.
pub fn minutes_key(arguments: &MinutesKey, file: Option<&Path>) -> Result<()> {
    let flags = Flags {
        data_dir: arguments.data_dir.clone(),
        ..Flags::default()
    };
    let config = accept(Config::load(file, &flags))?;
    if !config.data_dir.join("keys").is_dir() {
        bail!(
            "{} holds no node: start one there first, or name its folder by --data-dir",
            config.data_dir.display()
        );
    }
    for key in Keys::load_or_create(&config.data_dir)?.record().public_keys() {
        println!("{}", key.text());
    }
    Ok(())
}

fn key(given: &str) -> Result<RecordKey> {
    let text = match RecordKey::from_text(given) {
        Some(key) => return Ok(key),
        None => fs::read_to_string(given).with_context(|| format!("--key {given} is neither a key nor a file"))?,
    };
    RecordKey::from_text(text.trim()).with_context(|| format!("{given} holds no Ed25519 public key"))
}

fn tell(verified: &Verified) {
    println!("minutes of {}", verified.meeting);
    println!("version {} with SHA-256 {}: intact", verified.version, verified.sha256);
    for (name, state) in &verified.signatures {
        println!("signature of {name}: {state}, countersigned");
    }
    if verified.void > 0 {
        println!("signatures under earlier versions, void: {}", verified.void);
    }
    for (vote, sentence) in &verified.votes {
        println!("{vote}: recounted, the same: {sentence}");
    }
    println!("published: {}", if verified.published { "yes" } else { "no" });
    if verified.key_given {
        println!("key {}: the one given", verified.key_id);
    } else {
        println!(
            "key {}: contained in the file; compare it with what the node publishes, or give it by --key",
            verified.key_id
        );
    }
}
