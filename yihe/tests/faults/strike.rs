//! Doing to a cluster what a plan says.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use async_nats::HeaderMap;
use async_nats::jetstream;
use futures::TryStreamExt;
use yihe_testkit::crash::Dice;

use super::cluster::{Cluster, Member, RECOVERY, Start};
use super::link::Wire;
use super::plan::{Fault, Plan};

/// A replica whose clock is wrong must have left readiness within so long.
const LEAVES: Duration = Duration::from_secs(10);
/// So many of the last events of each stream are published again.
const COPIES: u64 = 60;

/// When it began.
pub struct Struck {
    pub at: Instant,
    /// How long whoever was disturbed took to be fit again once it was over.
    pub recovered: Duration,
}

pub async fn strike(cluster: &mut Cluster, plan: &Plan) -> Result<Struck> {
    if let Fault::Clock(member, seconds) = plan.fault {
        return clock(cluster, member, seconds, plan.lasts).await;
    }
    let at = Instant::now();
    match plan.fault {
        Fault::Kill(member) => {
            cluster.kill(member)?;
            tokio::time::sleep(plan.lasts).await;
            cluster.begin(member, &Start::default())?;
        }
        Fault::Postgres => {
            tokio::task::block_in_place(|| cluster.postgres.stop());
            tokio::time::sleep(plan.lasts).await;
            tokio::task::block_in_place(|| cluster.postgres.again())?;
        }
        Fault::Nats | Fault::Outbox | Fault::Streams => {
            cluster.nats.kill()?;
            if plan.fault == Fault::Streams {
                cluster.nats.lose_streams()?;
            }
            tokio::time::sleep(plan.lasts).await;
            tokio::task::block_in_place(|| cluster.nats.again())?;
        }
        Fault::Pause(member) => {
            cluster.signal(member, "STOP")?;
            tokio::time::sleep(plan.lasts).await;
            cluster.signal(member, "CONT")?;
        }
        Fault::Link(between, wire) => {
            cluster.links[&between].iter().for_each(|link| link.set(wire));
            tokio::time::sleep(plan.lasts).await;
            cluster.links[&between].iter().for_each(|link| link.set(Wire::Whole));
        }
        Fault::Deliveries => deliveries(&cluster.nats.url(), plan.seed)
            .await
            .context("copying events")?,
        Fault::Rolling => rolling(cluster).await?,
        Fault::Clock(..) => {}
    }
    Ok(Struck {
        at,
        recovered: recovered(cluster).await?,
    })
}

/// Waits until everybody is fit by itself.
async fn recovered(cluster: &mut Cluster) -> Result<Duration> {
    let begun = Instant::now();
    for member in Member::ALL {
        cluster.until(member, true, RECOVERY).await?;
    }
    Ok(begun.elapsed())
}

async fn rolling(cluster: &mut Cluster) -> Result<()> {
    cluster.upgrade();
    for member in Member::ALL {
        cluster.stop(member).await?;
        cluster.begin(member, &Start::default())?;
        cluster.until(member, true, RECOVERY).await?;
        // gateways look at replicas' health; nobody is told to stop before they have
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

/// The replica starts with the right clock, which then goes wrong under load.
async fn clock(cluster: &mut Cluster, member: Member, seconds: i64, lasts: Duration) -> Result<Struck> {
    let file = cluster.path("clock");
    std::fs::write(&file, "+0\n")?;
    cluster.stop(member).await?;
    let start = Start {
        clock: Some((faketime()?, file.clone())),
    };
    cluster.begin(member, &start)?;
    cluster.until(member, true, RECOVERY).await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let at = Instant::now();
    std::fs::write(&file, format!("{seconds:+}\n"))?;
    let left = cluster.until(member, false, LEAVES).await?;
    tokio::time::sleep(lasts).await;
    ensure!(
        !cluster.is_fit(member).await,
        "{member} is fit with a clock that is {seconds} s wrong"
    );
    std::fs::write(&file, "+0\n")?;
    println!("  {member} left readiness after {left:?}");
    Ok(Struck {
        at,
        recovered: recovered(cluster).await?,
    })
}

/// Debian's `libfaketime`, which shows a process another clock.
fn faketime() -> Result<PathBuf> {
    let given = std::env::var_os("YIHE_TEST_FAKETIME_LIB").map(PathBuf::from);
    let machines = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let places = machines.map(|machine| machine.path().join("faketime/libfaketimeMT.so.1"));
    given
        .into_iter()
        .chain(places)
        .find(|library| library.is_file())
        .context(
            "no libfaketime found: install it (Debian: `apt-get install libfaketime`) or set YIHE_TEST_FAKETIME_LIB",
        )
}

/// Publishes the last events of all streams again, not in their order, and removes the consumers of all readers, which read again from
/// the positions they kept.
async fn deliveries(url: &str, seed: u64) -> Result<()> {
    let mut dice = Dice::new(seed);
    let context = jetstream::new(async_nats::connect(url).await?);
    let names: Vec<String> = context.stream_names().try_collect().await?;
    for name in names {
        let stream = context.get_stream(&name).await?;
        let last = stream.cached_info().state.last_sequence;
        let mut copies = Vec::new();
        for sequence in last.saturating_sub(COPIES) + 1..=last {
            copies.push(stream.get_raw_message(sequence).await?);
        }
        while !copies.is_empty() {
            let place = usize::try_from(dice.roll(copies.len() as u64))?;
            let copy = copies.swap_remove(place);
            let mut headers = HeaderMap::new();
            // without what would tell the server that it is a copy, or what it comes after
            for (name, values) in copy
                .headers
                .iter()
                .filter(|(name, _)| !name.to_string().starts_with("Nats-"))
            {
                for value in values {
                    headers.append(name.clone(), value.clone());
                }
            }
            context
                .publish_with_headers(copy.subject.to_string(), headers, copy.payload)
                .await?
                .await?;
        }
        let consumers: Vec<String> = stream.consumer_names().try_collect().await?;
        for consumer in consumers {
            stream.delete_consumer(&consumer).await?;
        }
    }
    Ok(())
}
