//! The comparison without the rest of the benchmarks, for a quick look: `yihe-engines RULES DECISIONS`.

use std::time::Duration;

use anyhow::{Context, Result};
use yihe_engines::{World, index, loading, peers, swapping};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let largest = arguments.next().context("RULES")??;
    let decisions = arguments.next().context("DECISIONS")??;
    let mut rules = 1_000;
    while rules <= largest {
        println!("{:?}", index(World::of_rules(rules), decisions)?);
        rules *= 10;
    }
    let world = World::of_rules(largest.min(100_000));
    println!("{:?}", loading(world, 500)?);
    for readers in [1, 2] {
        println!("{:?}", swapping(world, readers, decisions, Duration::from_secs(2))?);
    }
    if std::env::var_os("PEERS").is_some() {
        println!("{:?}", peers(&World::of_rules(2_000), 50, 200)?);
    }
    Ok(())
}
