use std::fs;

use anyhow::{Context, Result};

use super::Tree;

const MAX_BYTES: u64 = 1024 * 1024;
/// Official data that benchmarks need whole.
const DATA: &str = "bench/data/";
const MAX_LINES: usize = 500;
/// Beyond it a file is only mentioned, as one to watch.
const USUAL_LINES: usize = 300;

pub fn check(tree: &Tree) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for file in &tree.files {
        let metadata = fs::metadata(tree.root.join(file)).with_context(|| format!("cannot read {file}"))?;
        let bytes = metadata.len();
        if bytes > MAX_BYTES && !file.starts_with(DATA) {
            findings.push(format!(
                "{file}: {bytes} bytes, at most {MAX_BYTES} belong in the repository"
            ));
        }
    }
    for file in tree.ending_in(".rs") {
        let lines = tree.text(file)?.lines().count();
        if lines > MAX_LINES {
            findings.push(format!("{file}: {lines} lines, at most {MAX_LINES} are allowed"));
        } else if lines > USUAL_LINES {
            eprintln!("note: {file} has {lines} lines, more than the usual {USUAL_LINES}");
        }
    }
    Ok(findings)
}
