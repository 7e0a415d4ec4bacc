//! What the disk itself takes to make a page durable.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use crate::figures::median;

/// Microseconds of one append of 4 KiB with `fdatasync`, median of 200.
pub fn fsync_us(folder: &Path) -> Result<u128> {
    let path = folder.join("fsync-probe");
    let mut file = File::create(&path)?;
    let page = [0x55; 4096];
    let mut took = Vec::new();
    for _ in 0..200 {
        let begun = Instant::now();
        file.write_all(&page)?;
        file.sync_data()?;
        took.push(begun.elapsed().as_micros());
    }
    std::fs::remove_file(path)?;
    median(&took)
}
