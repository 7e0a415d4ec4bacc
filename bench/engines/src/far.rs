use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

/// As much as memory gives at once.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line {
    next: usize,
}

/// What one read takes whose place only the read before it tells, in memory of so many bytes read in no order: nothing that has
/// to look at a row among as many can take less.
///
/// # Errors
/// Where there is nothing to read.
pub fn far_read(bytes: usize) -> Result<Duration> {
    const READS: u32 = 3_000_000;
    let mut random = StdRng::seed_from_u64(11);
    let mut order: Vec<usize> = (0..bytes / size_of::<Line>()).collect();
    order.shuffle(&mut random);
    let first = *order.first().context("nothing to read")?;
    let mut lines = vec![Line { next: first }; order.len()];
    for pair in order.windows(2) {
        lines[pair[0]].next = pair[1];
    }
    let mut place = order[random.random_range(0..order.len())];
    drop(order);
    let begun = Instant::now();
    for _ in 0..READS {
        place = lines[place].next;
    }
    let took = begun.elapsed();
    black_box(place);
    Ok(took / READS)
}
