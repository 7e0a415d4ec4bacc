//! A process that is killed with signal 9 at points that a seed decides. The process says what it asks for and what it was answered;
//! whoever killed it looks at what it left: what was acknowledged is there after the restart, nothing is there by half, and what was
//! asked without an answer has one effect when it is asked again. `cargo xtask kill` takes more points than a run of the tests.
//!
//! A crate that is tested so has a module `crashes` with a [`World`] and the test `the_process_that_is_killed`, which is [`be_killed`].

mod dice;
mod left;
mod phases;
mod place;
mod victim;

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, ensure};

pub use self::dice::Dice;
use self::dice::points;
pub use self::left::Asked;
use self::left::{Key, Left};
use self::phases::Phases;
pub use self::place::{Database, Place};
use self::victim::{Victim, kill};
use crate::Postgres;

/// Requests that are made at once.
const WORKERS: u64 = 4;
/// Of so many points one ends the database server as well, as a crash of its machine would.
const SERVER_CRASHES: u64 = 5;

/// Something that was made.
#[derive(Debug)]
pub struct Made {
    /// Its name.
    pub name: String,
    /// Whether it was made by an earlier process.
    pub is_old: bool,
}

/// A service in which everything that is asked for can be done, over one place. What number is asked for is always the same request.
pub trait World: Sized + Send + Sync + 'static {
    /// What can be asked for.
    type Act: Copy + PartialEq + Send + Sync + 'static;
    /// Numbers that one run of the process takes at most.
    const RUN: u64;
    /// Reasons with which a step is refused that was taken before.
    const ENDED: &'static [&'static str];

    /// What a number stands for: something that is made and, for some, its next step.
    fn acts(number: u64) -> &'static [Self::Act];

    /// What is written of an act.
    fn code(act: Self::Act) -> &'static str;

    /// Prepares an empty place.
    fn set_up(place: &Place) -> impl Future<Output = ()> + Send;

    /// The same after the process has gone.
    fn again(place: &Place) -> impl Future<Output = Self> + Send;

    /// Lets time go on, so that what is made from now on can be told from what was there.
    fn wait(&self);

    /// Makes what a number stands for.
    fn begin(&self, number: u64) -> impl Future<Output = Made> + Send;

    /// Takes the next step with what was made; the reason where it is refused.
    fn end(&self, number: u64, name: &str) -> impl Future<Output = Result<(), String>> + Send;

    /// Whether that step was taken; another one is told as an error.
    fn has_ended(&self, number: u64, name: &str) -> impl Future<Output = Result<bool, String>> + Send;

    /// Compares what is there with everything asked for, once each, and tells what is wrong.
    fn compare(&self, asked: &Asked<Self::Act>) -> impl Future<Output = Vec<String>> + Send;
}

/// Which database the data of the process that is killed lie in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// A file in its folder.
    Sqlite,
    /// A schema of a PostgreSQL server, which goes on, but for every fifth point, where it crashes first.
    Postgres,
}

/// The process that is killed: it does something only where one of the tests below started it.
///
/// # Errors
/// A worker panicked; a step was refused.
pub async fn be_killed<W: World>() -> Result<()> {
    let Some(victim) = Victim::is_this() else { return Ok(()) };
    let world = Arc::new(W::again(&victim.place).await);
    let victim = Arc::new(victim);
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..WORKERS {
        let (world, victim) = (Arc::clone(&world), Arc::clone(&victim));
        workers.spawn(async move {
            let mut number = victim.first + worker;
            while number < victim.first + W::RUN {
                work(world.as_ref(), &victim, number).await?;
                number += WORKERS;
            }
            Ok::<(), anyhow::Error>(())
        });
    }
    while let Some(ended) = workers.join_next().await {
        ended??;
    }
    Ok(())
}

async fn work<W: World>(world: &W, victim: &Victim, number: u64) -> Result<()> {
    let first = Key { number, place: 0 }.to_string();
    victim.asks(&first);
    let made = world.begin(number).await;
    victim.heard(&first, &made.name);
    if W::acts(number).len() == 2 {
        let second = Key { number, place: 1 }.to_string();
        victim.asks(&second);
        world.end(number, &made.name).await.map_err(anyhow::Error::msg)?;
        victim.heard(&second, &made.name);
    }
    Ok(())
}

/// Kills at as many seeded points as are wanted, `of_ci` where nobody says how many, and prints seeds and phases hit.
///
/// # Errors
/// Everything that was wrong; a phase that no kill hit.
pub async fn survives<W: World>(on: On, of_ci: u64) -> Result<()> {
    let server = start(on)?;
    let (mut all, mut kills) = (Phases::default(), 0);
    for (seed, points) in points(of_ci, 1)? {
        let (wrong, phases) = one_place::<W>(server.clone(), seed, points, false).await?;
        ensure!(wrong.is_empty(), "seed {seed}: {wrong:#?}");
        all.add(&phases);
        kills += points;
    }
    println!("all {kills} kills on {on:?}; phases hit:{all}");
    if kills >= of_ci {
        for phase in [Phases::BEFORE_COMMIT, Phases::BEFORE_REPLY] {
            ensure!(all.of(phase) > 0, "{phase} was never hit: {all}");
        }
    }
    Ok(())
}

/// The check notices a build that answers before it commits.
///
/// # Errors
/// It does not.
pub async fn notices_a_lossy_build<W: World>(on: On) -> Result<()> {
    let server = start(on)?;
    let (wrong, _) = one_place::<W>(server, 2, 10, true).await?;
    ensure!(wrong.iter().any(|what| what.contains("is lost")), "{wrong:?}");
    Ok(())
}

type Server = Option<Arc<Mutex<Postgres>>>;

fn start(on: On) -> Result<Server> {
    match on {
        On::Sqlite => Ok(None),
        On::Postgres => Ok(Some(Arc::new(Mutex::new(Postgres::start()?)))),
    }
}

fn crash(server: &Server) -> Result<()> {
    match server {
        Some(server) => server.lock().unwrap_or_else(PoisonError::into_inner).crash(),
        None => Ok(()),
    }
}

/// Kills one place so many times. Returns everything that was wrong after a restart, and the phases that were hit.
async fn one_place<W: World>(server: Server, seed: u64, points: u64, lossy: bool) -> Result<(Vec<String>, Phases)> {
    let data = tempfile::tempdir()?;
    let place = Place {
        folder: data.path().to_owned(),
        database: server.as_ref().map(|server| Database {
            url: server.lock().unwrap_or_else(PoisonError::into_inner).url(),
            schema: format!("killed_{seed}"),
        }),
    };
    W::set_up(&place).await;
    let mut left = Left::<W>::new();
    let mut dice = Dice::new(seed);
    for point in 0..points {
        let there = place.clone();
        let crashing = server.clone().filter(|_| (point + 1) % SERVER_CRASHES == 0);
        let killed = tokio::task::spawn_blocking(move || {
            let said = kill(&there, point * W::RUN, lossy, &mut dice, || crash(&crashing));
            said.map(|said| (said, dice))
        });
        let (said, thrown) = killed.await??;
        dice = thrown;
        let world = W::again(&place).await;
        left.check(&world, &said).await?;
    }
    println!(
        "seed {seed}: {points} kills, {} requests; phases hit:{}",
        left.requests, left.phases
    );
    Ok((left.wrong, left.phases))
}
