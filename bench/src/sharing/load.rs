//! Callers at once, each on a connection of its own, each waiting for its answer before its next request; and what they reached.

use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use yihe_proto::Guarded;
use yihe_testkit::{Actor, TestNode};

use crate::figures::{median_rate, quotient, rate};

/// How many wait for their answers at once at most, and how many share a commit of the bare loop.
pub const MANY: usize = 32;
pub const SOME: usize = 8;

/// Which rows the requests of several clients change.
#[derive(Clone, Copy)]
pub enum Spread {
    /// Each client rows of its own.
    Own,
    /// All the same ones.
    Same,
}

/// Connections for callers at once.
pub struct Callers(Vec<Actor>);

impl Callers {
    pub async fn connect(node: &TestNode) -> Result<Self> {
        let mut connections = Vec::new();
        for _ in 0..MANY {
            connections.push(node.stranger().over_a_new_connection(node.address()).await?);
        }
        Ok(Self(connections))
    }

    /// Makes the calls, in turn, by so many clients. Returns calls a second.
    pub async fn call<R>(&self, calls: Vec<(&Actor, R)>, clients: usize) -> Result<f64>
    where
        R: Guarded + Clone + Send + 'static,
        R::Response: Send,
    {
        let count = calls.len();
        let mut of_each: Vec<Vec<(Actor, R)>> = (0..clients).map(|_| Vec::new()).collect();
        for (index, (actor, request)) in calls.into_iter().enumerate() {
            let client = index % clients;
            of_each[client].push((actor.on_the_connection_of(&self.0[client]), request));
        }
        let begun = Instant::now();
        let tasks: Vec<_> = of_each
            .into_iter()
            .map(|calls| {
                tokio::spawn(async move {
                    for (actor, request) in calls {
                        actor.call(request).await.context(R::METHOD)?;
                    }
                    anyhow::Ok(())
                })
            })
            .collect();
        for task in tasks {
            task.await??;
        }
        Ok(rate(count, begun.elapsed()))
    }
}

/// Into how many parts a round divides what it compares, the service and the bare loop in turn: a disk is another one from second to
/// second, so that only neighbours can be compared.
const PARTS: usize = 8;

/// The parts of what one round makes.
pub fn parts<T>(whole: &[T], clients: usize) -> std::slice::Chunks<'_, T> {
    let each = whole.len().div_ceil(PARTS).next_multiple_of(clients);
    whole.chunks(each.max(clients))
}

/// Rates of the service, each with that of the bare loop just before.
#[derive(Default)]
pub struct Pairs {
    served: Vec<f64>,
    raw: Vec<f64>,
    quotients: Vec<f64>,
}

impl Pairs {
    pub fn push(&mut self, raw: f64, served: f64) {
        self.served.push(served);
        self.raw.push(raw);
        self.quotients.push(quotient(served, raw));
    }
}

/// Rates of all rounds.
#[derive(Default)]
pub struct Rates {
    pub one: Pairs,
    pub many: Pairs,
    pub many_contended: Vec<f64>,
    pub some: Vec<f64>,
    pub some_contended: Vec<f64>,
}

impl Rates {
    /// What came last.
    pub fn last(&self) -> String {
        let of = |rates: &[f64]| rates.last().copied().unwrap_or_default();
        format!(
            "one client {} /s beside raw {} /s; {MANY} clients {} /s, contended {} /s, beside raw batched {} /s; \
             {SOME} clients {} /s, contended {} /s",
            of(&self.one.served),
            of(&self.one.raw),
            of(&self.many.served),
            of(&self.many_contended),
            of(&self.many.raw),
            of(&self.some),
            of(&self.some_contended),
        )
    }

    /// The medians, as those of `what` and of the bare loop called `raw`.
    pub fn tell(&self, what: &str, raw: &str, told: &mut Map<String, Value>) -> Result<()> {
        let figures = [
            (format!("{what}_1"), &self.one.served),
            (format!("{what}_{SOME}"), &self.some),
            (format!("{what}_{SOME}_contended"), &self.some_contended),
            (format!("{what}_{MANY}"), &self.many.served),
            (format!("{what}_{MANY}_contended"), &self.many_contended),
            (format!("{raw}_tps"), &self.one.raw),
            (format!("{raw}_batched_tps"), &self.many.raw),
            (format!("{what}_1_over_raw"), &self.one.quotients),
            (format!("{what}_{MANY}_over_raw_batched"), &self.many.quotients),
        ];
        for (key, rates) in figures {
            told.insert(key, json!(median_rate(rates)?));
        }
        Ok(())
    }
}
