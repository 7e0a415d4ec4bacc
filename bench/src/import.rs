//! The whole country's divisions into SQLite, beside `sqlite3 .import` into one indexed table of the same rows. Both are
//! whole processes, in turn.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::figures::{Report, median, node_binary, ratio};

const ROWS: usize = 679_640;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Imports to measure of each
    #[arg(long, default_value_t = 5)]
    runs: usize,
}

pub fn run(arguments: &Arguments, report: &Report) -> Result<serde_json::Value> {
    let folder = tempfile::tempdir()?;
    let file = unpacked(folder.path())?;
    let mut ours = Vec::new();
    let mut peer = Vec::new();
    for run in 1..=arguments.runs {
        let peer_took = sqlite3(folder.path(), &file)?;
        let we_took = yihe(folder.path(), &file)?;
        report.line(&format!(
            "run {run}: yihe {} ms, sqlite3 {} ms",
            we_took.as_millis(),
            peer_took.as_millis()
        ));
        ours.push(we_took);
        peer.push(peer_took);
    }
    let (ours, peer) = (median(&ours)?, median(&peer)?);
    Ok(json!({
        "bench": "import",
        "runs": arguments.runs,
        "rows": ROWS,
        "yihe_ms": ours.as_millis(),
        "sqlite3_ms": peer.as_millis(),
        "ratio": ratio(ours, peer),
    }))
}

/// The divisions of the whole country as a file in a folder.
pub fn unpacked(folder: &Path) -> Result<PathBuf> {
    let packed = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/divisions-2020.csv.xz");
    let file = folder.join("divisions.csv");
    let status = Command::new("xz")
        .arg("-dc")
        .arg(&packed)
        .stdout(File::create(&file)?)
        .status();
    ensure!(
        status.context("xz is not installed (Debian: xz-utils)")?.success(),
        "xz failed"
    );
    Ok(file)
}

fn yihe(folder: &Path, file: &Path) -> Result<Duration> {
    let data = tempfile::tempdir_in(folder)?;
    let begun = Instant::now();
    let status = Command::new(node_binary()?)
        .args(["import", "divisions"])
        .arg(file)
        .arg("--data-dir")
        .arg(data.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    let took = begun.elapsed();
    ensure!(status.success(), "the import failed");
    let counted = count(&data.path().join("directory.db"), "region")?;
    ensure!(counted == ROWS, "{counted} rows were imported");
    Ok(took)
}

fn sqlite3(folder: &Path, file: &Path) -> Result<Duration> {
    let data = tempfile::tempdir_in(folder)?;
    let database = data.path().join("peer.db");
    let script = format!(
        "PRAGMA journal_mode=WAL;\nPRAGMA synchronous=FULL;\n\
         CREATE TABLE region (code TEXT NOT NULL PRIMARY KEY, parent TEXT NOT NULL, name TEXT NOT NULL);\n\
         CREATE INDEX region_parent ON region (parent);\n\
         .mode csv\n.import --skip 1 {} region\n",
        file.display()
    );
    let begun = Instant::now();
    let mut child = Command::new("sqlite3")
        .arg(&database)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .context("sqlite3 is not installed")?;
    child.stdin.take().context("stdin")?.write_all(script.as_bytes())?;
    let status = child.wait()?;
    let took = begun.elapsed();
    ensure!(status.success(), "sqlite3 failed");
    let counted = count(&database, "region")?;
    ensure!(counted == ROWS, "sqlite3 imported {counted} rows");
    Ok(took)
}

fn count(database: &Path, table: &str) -> Result<usize> {
    let output = Command::new("sqlite3")
        .arg(database)
        .arg(format!("SELECT COUNT(*) FROM {table}"))
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}
