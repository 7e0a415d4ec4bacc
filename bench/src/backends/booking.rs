//! Bookings through gateway and service on PostgreSQL beside `pgbench`, a part of each after the other: a disk, and a machine that others
//! share, is another one from second to second, so that only neighbours can be compared.

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use yihe_testkit::{Nats, Postgres};

use super::pgbench::Bench;
use super::process::{Given, Process};
use super::street::{Act, Street};
use super::{Arguments, MANY, SOME};
use crate::figures::{Report, median_rate, quotient};

/// Rates of the service, each with that of `pgbench` just before.
#[derive(Default)]
struct Pairs {
    served: Vec<f64>,
    bare: Vec<f64>,
    quotients: Vec<f64>,
}

impl Pairs {
    fn push(&mut self, bare: f64, served: f64) {
        self.served.push(served);
        self.bare.push(bare);
        self.quotients.push(quotient(served, bare));
    }
}

pub async fn measure(
    server: &Postgres,
    arguments: &Arguments,
    report: &Report,
    told: &mut Map<String, Value>,
) -> Result<()> {
    let given = Given {
        database: "booking",
        connections: arguments.connections,
        ..Given::default()
    };
    let node = Process::start(server, given).await?;
    let street = Street::set_up(&node, MANY).await.context("preparing")?;
    let mut bench = Bench::copy(server, given.database).context("copying the database")?;
    // nothing is new any more
    street.act(Act::Book, MANY, arguments.part()).await?;
    bench.run(MANY, arguments.part())?;
    let (mut some, mut many) = (Pairs::default(), Pairs::default());
    for part in 1..=arguments.parts {
        for (clients, pairs) in [(SOME, &mut some), (MANY, &mut many)] {
            let bare = tokio::task::block_in_place(|| bench.run(clients, arguments.part()))?;
            let served = street.act(Act::Book, clients, arguments.part()).await?;
            report.line(&format!(
                "bookings, part {part}: {clients} clients {served} /s beside pgbench {bare} /s"
            ));
            pairs.push(bare, served);
        }
    }
    bench.check()?;
    drop((street, node));
    let whole = whole(server, arguments).await.context("a whole node")?;
    report.line(&format!("bookings, a whole node with bus and record: {whole} /s"));
    for (key, rates) in [
        ("booking_tps", &many.served),
        ("pgbench_tps", &many.bare),
        ("ratio", &many.quotients),
        ("booking_8_tps", &some.served),
        ("pgbench_8_tps", &some.bare),
        ("ratio_8", &some.quotients),
    ] {
        told.insert(key.to_owned(), json!(median_rate(rates)?));
    }
    told.insert("booking_whole_tps".to_owned(), json!(whole));
    Ok(())
}

/// The rate of a node that also publishes each booking and keeps it in the record.
async fn whole(server: &Postgres, arguments: &Arguments) -> Result<f64> {
    let nats = Nats::start()?;
    let given = Given {
        database: "whole",
        bus: Some(&nats.url()),
        connections: arguments.connections,
        ..Given::default()
    };
    let node = Process::start(server, given).await?;
    let street = Street::set_up(&node, MANY).await?;
    let mut rates = Vec::new();
    for _ in 0..=arguments.parts {
        rates.push(street.act(Act::Book, MANY, arguments.part()).await?);
    }
    median_rate(&rates[1..])
}
