use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::time::Instant;
use yihe_kernel::SharedClock;
use yihe_store::{Copy, Frozen};

use super::manifest::{DATA, Entry, FORMAT, Manifest, copy, fresh, inner, measure, sync};
use crate::config::{Config, ServiceName};
use crate::services::keepers;

/// How long a file that is written to is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is to be backed up, and where to.
#[derive(Debug, Clone)]
pub struct Order {
    /// A folder that is new or empty.
    pub to: PathBuf,
    /// Another such folder, for the keys of secret votes that are open; absent leaves them out.
    pub vote_keys_to: Option<PathBuf>,
    /// Keys and files alone, of a node whose database is backed up by its own means.
    pub without_database: bool,
}

/// What a backup came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Files in it.
    pub entries: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Secret votes that are open and whose keys were left out.
    pub votes_left_out: usize,
    /// How long nobody could commit.
    pub held: Duration,
}

/// Takes a backup of the node in `config.data_dir`, which may run and be written to meanwhile.
///
/// # Errors
/// A folder that is not empty, a data folder without a node, a damaged data file, a full disk: each named. What was written then is
/// no backup.
pub async fn take(config: &Config, order: &Order, clock: &SharedClock) -> Result<Taken> {
    let data_dir = &config.data_dir;
    ensure!(
        data_dir.join("keys").is_dir(),
        "{} holds no node: name its folder by --data-dir or in the configuration",
        data_dir.display()
    );
    if config.database.url.is_some() && !order.without_database {
        bail!(
            "the node's data lie in PostgreSQL: back them up by pg_dump first, as the guide to operations says, then keys and files \
             by `yihe backup --without-database`"
        );
    }
    fresh(&order.to)?;
    if let Some(folder) = &order.vote_keys_to {
        fresh(folder)?;
    }
    let data = order.to.join(DATA);
    inner(&data.join("keys"))?;
    let mut taking = Taking {
        data_dir,
        data,
        order,
        entries: BTreeMap::new(),
        votes_left_out: 0,
    };
    // what was acknowledged before this instant is in it
    let made_at = clock.now().to_string();
    let held = if config.database.url.is_none() {
        taking.databases().await?
    } else {
        taking.vote_keys()?;
        Duration::ZERO
    };
    taking.keys()?;
    let mut migrations = BTreeMap::new();
    if config.database.url.is_none() {
        migrations = taking.settle().await?;
    } else {
        taking.all_files()?;
    }
    let manifest = Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made_at,
        migrations,
        entries: taking.entries,
    };
    manifest.seal(&order.to)?;
    Ok(Taken {
        entries: manifest.entries.len(),
        bytes: manifest.entries.values().map(|entry| entry.bytes).sum(),
        votes_left_out: taking.votes_left_out,
        held,
    })
}

struct Taking<'a> {
    data_dir: &'a Path,
    data: PathBuf,
    order: &'a Order,
    entries: BTreeMap<String, Entry>,
    votes_left_out: usize,
}

impl Taking<'_> {
    /// Copies all databases as they are at one instant, and the keys of the secret votes that are open at that instant.
    async fn databases(&mut self) -> Result<Duration> {
        let files: Vec<PathBuf> = keepers()
            .map(|(service, _)| self.data_dir.join(file_name(service)))
            .filter(|file| file.is_file())
            .collect();
        ensure!(!files.is_empty(), "{} holds no data file", self.data_dir.display());
        let mut frozen = Frozen::freeze(&files, PATIENCE).await?;
        let begun = Instant::now();
        let copied = frozen
            .copy_into(&self.data)
            .with_context(|| format!("{} cannot be copied to", self.data.display()));
        // a vote's key is made before the vote is opened and destroyed after its end: now the keys are those of the open ones
        let copied = copied.and_then(|()| self.vote_keys());
        frozen.thaw().await?;
        copied.map(|()| begun.elapsed())
    }

    fn vote_keys(&mut self) -> Result<()> {
        let folder = self.data_dir.join("keys").join("votes");
        for (name, path) in files(&folder)? {
            match &self.order.vote_keys_to {
                Some(to) => drop(copy(&path, &to.join(name))?),
                None => self.votes_left_out += 1,
            }
        }
        self.order.vote_keys_to.as_deref().map_or(Ok(()), sync)
    }

    fn keys(&mut self) -> Result<()> {
        for (name, path) in files(&self.data_dir.join("keys"))? {
            // one that is being made is moved to its place when it is whole
            if !name.ends_with(".draft") {
                self.entry(&path, format!("keys/{name}"))?;
            }
        }
        sync(&self.data.join("keys"))
    }

    /// Makes one whole file of each copy, and copies the bytes that the files known there need.
    async fn settle(&mut self) -> Result<BTreeMap<String, Vec<String>>> {
        let mut migrations = BTreeMap::new();
        for (service, _) in keepers() {
            let name = file_name(service);
            let file = self.data.join(&name);
            if !file.is_file() {
                continue;
            }
            let found = Copy::open(&file).await?;
            found.settle().await?;
            migrations.insert(service.as_str().to_owned(), found.migrations().await?);
            let needed = match service {
                ServiceName::File => found.texts(yihe_file::NEEDED_BYTES).await?,
                _ => Vec::new(),
            };
            found.close().await?;
            self.entries.insert(name, measure(&file)?);
            self.files_of(&needed)?;
        }
        sync(&self.data)?;
        Ok(migrations)
    }

    fn files_of(&mut self, needed: &[Vec<String>]) -> Result<()> {
        for row in needed {
            let [community, digest] = row.as_slice() else {
                bail!("the file service names its bytes in another way than this program knows");
            };
            let path = format!("files/{community}/{}/{digest}", digest.get(..2).unwrap_or_default());
            self.bytes(&path, digest)?;
        }
        Ok(())
    }

    /// Every file in the folder: those that no database knows do no harm.
    fn all_files(&mut self) -> Result<()> {
        let root = self.data_dir.join("files");
        for community in folders(&root)? {
            for part in folders(&root.join(&community))? {
                for (digest, _) in files(&root.join(&community).join(&part))? {
                    self.bytes(&format!("files/{community}/{part}/{digest}"), &digest)?;
                }
            }
        }
        sync(&self.data)
    }

    fn bytes(&mut self, path: &str, digest: &str) -> Result<()> {
        let from = self.data_dir.join(path);
        self.entry(&from, path.to_owned())?;
        let is_whole = self.entries.get(path).is_some_and(|entry| entry.sha256 == digest);
        ensure!(
            is_whole,
            "{} is damaged: its bytes are not those of its name",
            from.display()
        );
        Ok(())
    }

    fn entry(&mut self, from: &Path, path: String) -> Result<()> {
        let to = self.data.join(&path);
        if let Some(folder) = to.parent() {
            inner(folder)?;
        }
        self.entries.insert(path, copy(from, &to)?);
        Ok(())
    }
}

fn file_name(service: ServiceName) -> String {
    format!("{}.db", service.as_str())
}

/// Files of a folder by name; none where there is no folder.
fn files(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let found = listed(folder)?.into_iter().filter(|(_, path)| path.is_file());
    Ok(found.collect())
}

fn folders(folder: &Path) -> Result<Vec<String>> {
    let found = listed(folder)?
        .into_iter()
        .filter(|(name, path)| path.is_dir() && name != "uploading");
    Ok(found.map(|(name, _)| name).collect())
}

fn listed(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let unreadable = || format!("{} cannot be read", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        let name = entry.file_name().into_string();
        found.push((
            name.ok()
                .with_context(|| format!("{} holds a name that is no text", folder.display()))?,
            entry.path(),
        ));
    }
    found.sort();
    Ok(found)
}
