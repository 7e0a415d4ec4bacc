use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use yihe_authz::{Catalogue, Layers, Snapshot};

use crate::Latency;
use crate::board::Board;
use crate::world::{Question, World};

/// What the index does at rest.
#[derive(Debug, Clone, Copy)]
pub struct IndexFigures {
    /// Rules of the communities.
    pub rules: usize,
    /// A decision, the community's snapshot looked up first.
    pub latency: Latency,
    /// Building all snapshots from their wire form, that form included.
    pub build: Duration,
    /// Bytes of resident memory that they take.
    pub resident: usize,
    /// Bytes that they say they take.
    pub weight: usize,
}

/// Measures the index over a world.
///
/// # Errors
/// Where a snapshot cannot be built.
pub fn index(world: World, decisions: usize) -> Result<IndexFigures> {
    let questions = world.questions(decisions);
    // what the allocator keeps for itself is there before and after
    drop(Snapshot::compose(world.snapshot(0), Catalogue::shipped())?);
    let before = resident()?;
    let begun = Instant::now();
    let board = Board::of(world)?;
    let build = begun.elapsed();
    let resident = resident()?.saturating_sub(before);
    // once round without a clock, so that nobody is charged with the first touch
    questions
        .iter()
        .for_each(|question| drop(black_box(board.decide(question))));
    Ok(IndexFigures {
        rules: world.rules(),
        latency: Latency::of(time(&board, &questions))?,
        build,
        resident,
        weight: board.weight(),
    })
}

fn time(board: &Board, questions: &[Question]) -> Vec<u64> {
    let ask = |question| {
        let begun = Instant::now();
        let decision = board.decide(black_box(question));
        let took = begun.elapsed();
        drop(black_box(decision));
        u64::try_from(took.as_nanos()).unwrap_or(u64::MAX)
    };
    questions.iter().map(ask).collect()
}

/// Loading one community's snapshot from its wire form while the shared layers are held.
#[derive(Debug, Clone, Copy)]
pub struct Loading {
    /// One loading.
    pub latency: Latency,
}

/// Measures loading.
///
/// # Errors
/// Where a snapshot cannot be built.
pub fn loading(world: World, times: usize) -> Result<Loading> {
    let layers = Layers::default();
    let _holder = Snapshot::sharing(&layers, world.snapshot(0), Catalogue::shipped())?;
    let mut nanos = Vec::with_capacity(times);
    for number in 0..times {
        let wire = world.snapshot(number % world.communities);
        let begun = Instant::now();
        let snapshot = Snapshot::sharing(&layers, wire, Catalogue::shipped())?;
        nanos.push(u64::try_from(begun.elapsed().as_nanos())?);
        drop(black_box(snapshot));
    }
    Ok(Loading {
        latency: Latency::of(nanos)?,
    })
}

/// What readers do while snapshots are swapped under them.
#[derive(Debug, Clone, Copy)]
pub struct Swapping {
    /// Readers at once.
    pub readers: usize,
    /// Decisions a second, all readers together, while one more thread swaps.
    pub per_second: u64,
    /// A decision while one more thread swaps.
    pub latency: Latency,
    /// A decision of the same readers at rest.
    pub at_rest: Latency,
    /// Snapshots built and swapped a second.
    pub swaps_per_second: u64,
}

/// Measures so many readers with and without swaps, each for a while.
///
/// # Errors
/// Where a snapshot cannot be built.
pub fn swapping(world: World, readers: usize, decisions: usize, each: Duration) -> Result<Swapping> {
    let board = Board::of(world)?;
    let questions = world.questions(decisions);
    let at_rest = read(&board, &questions, readers, each)?;
    let done = AtomicBool::new(false);
    let (under_way, swaps) = thread::scope(|scope| {
        let swapper = scope.spawn(|| -> Result<u64> {
            let mut swaps = 0;
            while !done.load(Ordering::Relaxed) {
                board.swap(world, usize::try_from(swaps)? * 7 % world.communities)?;
                swaps += 1;
                // a thousand changes a second are more than a city makes in a day
                thread::sleep(Duration::from_millis(1));
            }
            Ok(swaps)
        });
        let read = read(&board, &questions, readers, each);
        done.store(true, Ordering::Relaxed);
        let swaps = swapper.join().ok().context("the swapping thread ended early")??;
        anyhow::Ok((read?, swaps))
    })?;
    let per_second = |count: u64| u64::try_from(u128::from(count) * 1_000_000_000 / each.as_nanos().max(1));
    Ok(Swapping {
        readers,
        per_second: per_second(under_way.count)?,
        latency: under_way.latency,
        at_rest: at_rest.latency,
        swaps_per_second: per_second(swaps)?,
    })
}

struct Read {
    count: u64,
    latency: Latency,
}

/// Readers count all their decisions, and time one of sixteen.
fn read(board: &Board, questions: &[Question], readers: usize, each: Duration) -> Result<Read> {
    let one = |first: usize| {
        let (mut count, mut nanos) = (0_u64, Vec::new());
        let begun = Instant::now();
        for question in questions.iter().cycle().skip(first) {
            if count.is_multiple_of(16) {
                let asked = Instant::now();
                drop(black_box(board.decide(black_box(question))));
                nanos.push(u64::try_from(asked.elapsed().as_nanos()).unwrap_or(u64::MAX));
                if begun.elapsed() >= each {
                    break;
                }
            } else {
                drop(black_box(board.decide(black_box(question))));
            }
            count += 1;
        }
        (count, nanos)
    };
    let all: Vec<_> = thread::scope(|scope| {
        let started: Vec<_> = (0..readers)
            .map(|reader| scope.spawn(move || one(reader * questions.len() / readers)))
            .collect();
        started.into_iter().filter_map(|reader| reader.join().ok()).collect()
    });
    anyhow::ensure!(all.len() == readers, "a reader ended early");
    Ok(Read {
        count: all.iter().map(|(count, _)| count).sum(),
        latency: Latency::of(all.into_iter().flat_map(|(_, nanos)| nanos).collect())?,
    })
}

/// Bytes of memory that the process has resident.
fn resident() -> Result<usize> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line
        .and_then(|line| line.split_whitespace().next())
        .context("no VmRSS")?;
    Ok(kilobytes.parse::<usize>()? * 1024)
}
