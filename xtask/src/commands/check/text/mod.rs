mod adrs;
mod checklist;
mod links;
mod lock_files;
mod sizes;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::{process, workspace};

/// The files of the work tree that are tracked, or would be if they were added.
pub struct Tree {
    root: PathBuf,
    /// Relative to the root, with `/`.
    files: Vec<String>,
}

impl Tree {
    fn read() -> Result<Self> {
        let root = workspace::root()?;
        let mut git = process::program("git")?;
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let listed = process::ask(&mut git).context("the text rules need git and a clone of the repository")?;
        let mut files: Vec<String> = listed
            .split('\0')
            .filter(|file| root.join(file).is_file())
            .map(str::to_owned)
            .collect();
        files.sort();
        files.dedup();
        Ok(Self { root, files })
    }

    fn ending_in(&self, suffix: &str) -> impl Iterator<Item = &str> {
        self.files
            .iter()
            .map(String::as_str)
            .filter(move |file| file.ends_with(suffix))
    }

    fn text(&self, file: &str) -> Result<String> {
        fs::read_to_string(self.root.join(file)).with_context(|| format!("cannot read {file} as text"))
    }
}

/// Every rule runs; each finding is one line that begins with its file.
pub fn run() -> Result<()> {
    let tree = Tree::read()?;
    let mut findings = sizes::check(&tree)?;
    findings.extend(lock_files::check(&tree)?);
    findings.extend(links::check(&tree)?);
    findings.extend(adrs::check(&tree)?);
    findings.extend(checklist::check(&tree)?);
    for finding in &findings {
        eprintln!("{finding}");
    }
    if !findings.is_empty() {
        bail!("{} text rules are broken", findings.len());
    }
    eprintln!("text rules hold in {} files", tree.files.len());
    Ok(())
}
