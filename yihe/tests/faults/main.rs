//! Faults by seed against a cluster of real processes under load, and whether everything that was acknowledged is there, once.
//!
//! `cargo xtask faults --seeds N --from S` takes more seeds than a run of the tests.

mod ask;
mod check;
mod cluster;
mod journal;
mod link;
mod load;
mod look;
mod plan;
mod proof;
mod rules;
mod scene;
mod seen;
mod strike;
mod table;
mod votes;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use yihe_testkit::Postgres;

use self::check::check;
use self::cluster::Cluster;
use self::journal::{Asked, Journal};
use self::load::{Load, Round};
use self::plan::{Fault, Plan};
use self::scene::{People, Scene};
use self::strike::strike;
use self::table::{Table, longest};

/// How many seeds are wanted, and the first of them; `cargo xtask faults` sets both.
const SEEDS: &str = "YIHE_FAULTS_SEEDS";
const FROM: &str = "YIHE_FAULTS_FROM";
/// So many seeds share a cluster.
const OF_ONE_CLUSTER: u64 = 100;
/// So many are part of every run of the tests: each kind twice at least.
const OF_CI: u64 = 50;
/// How long nobody may be without an answer when a process dies.
const UNNOTICED: Duration = Duration::from_secs(2);
/// Within so long what happened must stand in the record.
const RECORDED: Duration = Duration::from_secs(60);

struct Here {
    cluster: Cluster,
    people: Arc<People>,
    _data: tempfile::TempDir,
}

impl Here {
    async fn start(postgres: Postgres) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let scene = Scene::prepare(&postgres, data.path()).await.context("preparing")?;
        let cluster = Cluster::start(postgres, data.path()).await.context("starting")?;
        let people = Arc::new(scene.people(cluster.doors()).await?);
        Ok(Self {
            cluster,
            people,
            _data: data,
        })
    }

    /// One seed: load, the fault, recovery, load again, and a look at what this run changed.
    async fn run(&mut self, plan: &Plan, all: &mut All) -> Result<()> {
        let round = Arc::new(Round::open(&self.people, plan.seed).await.context("opening accounts")?);
        let journal = Arc::new(Journal::default());
        let load = Load::begin(&self.people, &round, &journal);
        tokio::time::sleep(plan.after).await;
        let struck = strike(&mut self.cluster, plan).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        load.end().await?;
        let struck = struck?;
        let asked = journal.asked();
        let seen = look::look(&self.people, &[&round], &asked).await.context("looking")?;
        let wrong = check(&asked, &journal.probes(), &seen);
        ensure!(wrong.is_empty(), "{wrong:#?}");
        let (read, command) = longest(&asked);
        if plan.fault.is_a_death() {
            ensure!(
                read < UNNOTICED && command < UNNOTICED,
                "nobody was answered for {read:?} (reads), {command:?} (commands)"
            );
        }
        let again = asked.iter().filter(|one| one.sent > 1).count();
        println!(
            "{plan}: {} calls, {again} asked again, longest read {read:?}, command {command:?}, fit after {:?}",
            asked.len(),
            struck.recovered
        );
        all.table.add(plan, struck.at, struck.recovered, &asked);
        all.asked.extend(asked);
        all.probes.extend(journal.probes());
        all.rounds.push(round);
        if matches!(plan.fault, Fault::Outbox) {
            self.recorded(&all.asked).await?;
        }
        Ok(())
    }

    /// Everything of all runs, once more, and the record.
    async fn whole(&self, all: &All) -> Result<()> {
        let rounds: Vec<&Round> = all.rounds.iter().map(AsRef::as_ref).collect();
        let seen = look::look(&self.people, &rounds, &all.asked).await?;
        let wrong = check(&all.asked, &all.probes, &seen);
        ensure!(wrong.is_empty(), "at the end: {wrong:#?}");
        self.recorded(&all.asked).await
    }

    /// The record has everything, once; what is on its way is waited for.
    async fn recorded(&self, asked: &[Asked]) -> Result<()> {
        let begun = Instant::now();
        loop {
            let events = look::events(&self.people).await?;
            let count = events.len();
            let wrong = check::recorded(asked, &events);
            if wrong.is_empty() {
                println!("  the record has all of {count} events after {:?}", begun.elapsed());
                return Ok(());
            }
            ensure!(begun.elapsed() < RECORDED, "in the record: {wrong:#?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    fn logs(&self) -> String {
        let told = cluster::Member::ALL.map(|member| format!("{member}:\n{}", self.cluster.said(member)));
        told.join("\n")
    }
}

/// What is known of all runs of one cluster, and the table of all clusters.
#[derive(Default)]
struct All {
    asked: Vec<Asked>,
    probes: Vec<journal::Probe>,
    rounds: Vec<Arc<Round>>,
    table: Table,
}

fn number(name: &str, absent: u64) -> Result<u64> {
    match std::env::var(name) {
        Ok(text) => text.parse().with_context(|| format!("{name} is `{text}`")),
        Err(_) => Ok(absent),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_there_once_whatever_fails() -> Result<()> {
    let (mut left, mut seed) = (number(SEEDS, OF_CI)?, number(FROM, 1)?);
    let mut table = Table::default();
    let begun = Instant::now();
    while left > 0 {
        let mut here = Here::start(Postgres::start()?).await?;
        let mut all = All {
            table,
            ..All::default()
        };
        let last = seed + left.min(OF_ONE_CLUSTER);
        for seed in seed..last {
            let plan = Plan::of(seed);
            let ran = here.run(&plan, &mut all).await;
            ran.with_context(|| {
                format!(
                    "{plan}\n{}\nagain: cargo xtask faults --seeds 1 --from {seed}",
                    here.logs()
                )
            })?;
        }
        let whole = here.whole(&all).await;
        whole.with_context(|| format!("seeds {seed} to {}", last - 1))?;
        left -= last - seed;
        seed = last;
        table = all.table;
    }
    println!("after {:?}:\n\n{}", begun.elapsed(), table.text());
    Ok(())
}
