//! What a backup holds, and how one learns whether it still does.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The form that this program writes.
pub(super) const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
/// Written last.
const SEAL: &str = "manifest.sha256";
/// Where what is restored lies, in a backup.
pub(super) const DATA: &str = "data";

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub format: u32,
    /// Version of the program that made it.
    pub program: String,
    /// The instant it shows, RFC 3339.
    pub made_at: String,
    /// Migrations that had run, by service.
    pub migrations: BTreeMap<String, Vec<String>>,
    /// Files below [`DATA`].
    pub entries: BTreeMap<String, Entry>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub bytes: u64,
    pub sha256: String,
}

impl Manifest {
    /// Makes a backup of what lies in the folder.
    pub fn seal(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        write(&folder.join(MANIFEST), text.as_bytes())?;
        let digest = hex(&Sha256::digest(text.as_bytes()));
        write(&folder.join(SEAL), format!("{digest}  {MANIFEST}\n").as_bytes())?;
        sync(folder)
    }

    /// Reads the manifest of a backup that was finished.
    pub fn open(folder: &Path) -> Result<Self> {
        let seal = match fs::read_to_string(folder.join(SEAL)) {
            Ok(seal) => seal,
            Err(error) if error.kind() == io::ErrorKind::NotFound => bail!(
                "{} holds no backup, or one that was not finished: it has no {SEAL}",
                folder.display()
            ),
            Err(error) => return Err(error).context(folder.join(SEAL).display().to_string()),
        };
        let file = folder.join(MANIFEST);
        let text = fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        ensure!(
            seal.split_whitespace().next() == Some(hex(&Sha256::digest(&text)).as_str()),
            "the backup is damaged: {} is not what it was",
            file.display()
        );
        let form: Form = serde_json::from_slice(&text).with_context(|| file.display().to_string())?;
        ensure!(
            form.format == FORMAT,
            "the backup has form {}, and this is yihe {} which reads form {FORMAT}: restore it by yihe {}",
            form.format,
            env!("CARGO_PKG_VERSION"),
            form.program
        );
        serde_json::from_slice(&text).with_context(|| file.display().to_string())
    }
}

/// What every form has.
#[derive(Deserialize)]
struct Form {
    format: u32,
    program: String,
}

/// Copies a file durably, for its owner's eyes alone, and tells what was copied.
pub(super) fn copy(from: &Path, to: &Path) -> Result<Entry> {
    let unwritable = || format!("{} cannot be written", to.display());
    let mut target = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .with_context(unwritable)?;
    let entry = read(from, |part| target.write_all(part).with_context(unwritable))?;
    target.sync_all().with_context(unwritable)?;
    Ok(entry)
}

/// What a file is now, durably.
pub(super) fn measure(file: &Path) -> Result<Entry> {
    let entry = read(file, |_| Ok(()))?;
    sync(file)?;
    Ok(entry)
}

fn read(file: &Path, mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<Entry> {
    let unreadable = || format!("{} cannot be read", file.display());
    let mut source = File::open(file).with_context(unreadable)?;
    let mut digest = Sha256::new();
    let (mut buffer, mut bytes) = (vec![0; 1 << 16], 0_u64);
    loop {
        let read = source.read(&mut buffer).with_context(unreadable)?;
        let Some(part) = buffer.get(..read).filter(|part| !part.is_empty()) else {
            break;
        };
        digest.update(part);
        each(part)?;
        bytes += u64::try_from(read)?;
    }
    Ok(Entry {
        bytes,
        sha256: hex(&digest.finalize()),
    })
}

/// A folder that is new or empty, for its owner alone.
pub(super) fn fresh(folder: &Path) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut there = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    ensure!(
        there.next().is_none(),
        "{} is not empty: name a folder that is new",
        folder.display()
    );
    Ok(())
}

/// A folder within a backup or a data folder, for its owner alone.
pub(super) fn inner(folder: &Path) -> Result<()> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("{} cannot be made", folder.display()))
}

/// What was put there outlives a power cut.
pub(super) fn sync(path: &Path) -> Result<()> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .with_context(|| path.display().to_string())
}

/// A path of an entry; one that leads elsewhere is none.
pub(super) fn place(data: &Path, path: &str) -> Result<PathBuf> {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    ensure!(
        path.split('/').all(plain) && !path.contains(['\\', '\0']),
        "the backup is damaged: {path:?} is no place in it"
    );
    Ok(data.join(path))
}

fn write(file: &Path, content: &[u8]) -> Result<()> {
    let written = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut target| {
            target.write_all(content)?;
            target.sync_all()
        });
    written.with_context(|| format!("{} cannot be written", file.display()))
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
