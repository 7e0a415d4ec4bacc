use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use super::{apt, on_path};
use crate::process;

const PROGRAMS: [&str; 2] = ["initdb", "postgres"];

/// The folder with `initdb` and `postgres`. No server need run: tests start their own.
pub fn ensure() -> Result<PathBuf> {
    if let Some(folder) = find() {
        return Ok(folder);
    }
    apt::install("PostgreSQL (initdb and postgres)", &["postgresql"])?;
    match find() {
        Some(folder) => Ok(folder),
        None => bail!("PostgreSQL was installed, but initdb and postgres are in no known folder; put theirs on PATH"),
    }
}

fn find() -> Option<PathBuf> {
    on_path(&PROGRAMS)
        .or_else(by_pg_config)
        .or_else(|| newest_below(Path::new("/usr/lib/postgresql")))
}

fn by_pg_config() -> Option<PathBuf> {
    let folder = PathBuf::from(process::ask(Command::new("pg_config").arg("--bindir"))?);
    is_complete(&folder).then_some(folder)
}

/// Debian keeps one folder per major version and none of them on `PATH`.
fn newest_below(versions: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(versions).ok()?;
    let major = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter_map(|path| Some((major(&path)?, path.join("bin"))))
        .filter(|(_, folder)| is_complete(folder))
        .max()
        .map(|(_, folder)| folder)
}

fn is_complete(folder: &Path) -> bool {
    PROGRAMS.iter().all(|program| folder.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_complete_version_is_taken() {
        let versions = tempfile::tempdir().unwrap();
        for (version, programs) in [("9", &PROGRAMS[..]), ("15", &PROGRAMS[..]), ("17", &PROGRAMS[..1])] {
            let folder = versions.path().join(version).join("bin");
            fs::create_dir_all(&folder).unwrap();
            for program in programs {
                fs::write(folder.join(program), "").unwrap();
            }
        }
        assert_eq!(newest_below(versions.path()), Some(versions.path().join("15/bin")));
        assert_eq!(newest_below(&versions.path().join("absent")), None);
    }
}
