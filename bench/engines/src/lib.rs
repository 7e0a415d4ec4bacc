//! The same rules in several engines: the index of `yihe-authz`, casbin-rs with the project's model, Cedar. Each is measured over
//! all rules and, where it is linear in them, over those of one community alone; all have to give the same answers first.

mod board;
mod casbin_peer;
#[cfg(feature = "cedar")]
mod cedar_peer;
mod far;
mod index;
mod world;

use anyhow::Result;
use yihe_authz::{Catalogue, Snapshot};
use yihe_oracle::{Generator, Oracle};

pub use far::far_read;
pub use index::{IndexFigures, Loading, Swapping, index, loading, swapping};
pub use world::World;

/// What one decision takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Latency {
    /// Half of the decisions take no longer, in nanoseconds.
    pub p50_ns: u64,
    /// 99 of 100 take no longer, in nanoseconds.
    pub p99_ns: u64,
}

impl Latency {
    fn of(mut nanos: Vec<u64>) -> Result<Self> {
        anyhow::ensure!(!nanos.is_empty(), "nothing was measured");
        nanos.sort_unstable();
        let at = |percent: usize| nanos[(nanos.len() * percent).div_ceil(100).saturating_sub(1)];
        Ok(Self {
            p50_ns: at(50),
            p99_ns: at(99),
        })
    }
}

/// The peers over the same rules.
#[derive(Debug, Clone, Copy, Default)]
pub struct PeerFigures {
    /// casbin-rs over all rules, the cheap comparisons of its matcher first.
    pub casbin: Latency,
    /// casbin-rs over all rules, the role graph first.
    pub casbin_roles_first: Latency,
    /// casbin-rs over the rules of one community.
    pub casbin_one: Latency,
    /// Cedar over all rules.
    pub cedar: Option<Latency>,
    /// Cedar over the rules of one community.
    pub cedar_one: Option<Latency>,
}

/// Holds the index against casbin over generated rule sets; how many requests were compared, and to how many the answers differ.
///
/// # Errors
/// Where casbin cannot tell.
pub fn oracle(cases: u64) -> Result<(u64, u64)> {
    const INSTANTS: u64 = 4;
    const REQUESTS: u64 = 25;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut oracle = runtime.block_on(Oracle::new())?;
    let (mut compared, mut different) = (0, 0);
    for seed in 0..cases.div_ceil(INSTANTS * REQUESTS) {
        let mut generator = Generator::new(seed);
        let wire = generator.snapshot();
        let snapshot = Snapshot::compose(wire.clone(), Catalogue::shipped())?;
        for _ in 0..INSTANTS {
            let now = generator.instant();
            oracle.load(&wire, now)?;
            for _ in 0..REQUESTS {
                let request = generator.request(&wire, now);
                let (principal, capacity) = (request.principal.parse()?, request.capacity.parse()?);
                let decision = snapshot.decide(&principal, &capacity, &request.permission, now);
                let ours = decision.settle(&|condition| request.facts.contains(&condition.as_str()));
                compared += 1;
                different += u64::from(ours != oracle.allows(&request)?);
            }
        }
    }
    Ok((compared, different))
}

/// Measures the peers over a world, with so many decisions over all rules and so many over one community's.
///
/// # Errors
/// Where a peer does not take the rules, or answers other than the index.
pub fn peers(world: &World, over_all: usize, over_one: usize) -> Result<PeerFigures> {
    let (casbin, casbin_roles_first, casbin_one) = casbin_peer::measure(world, over_all, over_one)?;
    #[cfg(feature = "cedar")]
    let (cedar, cedar_one) = {
        let (all, one) = cedar_peer::measure(world, over_all, over_one)?;
        (Some(all), Some(one))
    };
    #[cfg(not(feature = "cedar"))]
    let (cedar, cedar_one) = (None, None);
    Ok(PeerFigures {
        casbin,
        casbin_roles_first,
        casbin_one,
        cedar,
        cedar_one,
    })
}
