use std::hint::black_box;
use std::time::Instant;

use anyhow::{Result, ensure};
use yihe_authz::{Catalogue, Snapshot};
use yihe_oracle::{MODEL, Oracle};
use yihe_proto::policy::v1 as pb;

use crate::Latency;
use crate::world::{Question, World, nothing_holds};

/// casbin over everything in both orders of its matcher, and over one community.
pub fn measure(world: &World, over_all: usize, over_one: usize) -> Result<(Latency, Latency, Latency)> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let everything: Vec<_> = (0..world.communities).map(|place| world.snapshot(place)).collect();
    let questions = world.questions(over_all);
    let over = |model: &str, snapshots: &[pb::Snapshot], questions: &[Question]| -> Result<Latency> {
        let mut oracle = runtime.block_on(Oracle::with_model(model))?;
        oracle.load_all(snapshots, World::now())?;
        time(&mut oracle, &everything, questions)
    };
    let cheap_first = over(MODEL, &everything, &questions)?;
    let roles_first = over(&roles_first(), &everything, &questions)?;
    let first = World { communities: 1 }.questions(over_one);
    let one = over(MODEL, &everything[..1], &first)?;
    Ok((cheap_first, roles_first, one))
}

fn time(oracle: &mut Oracle, snapshots: &[pb::Snapshot], questions: &[Question]) -> Result<Latency> {
    let mut nanos = Vec::with_capacity(questions.len());
    for question in questions {
        let wire = &snapshots[question.place];
        oracle.turn_to(wire);
        let request = question.request();
        let begun = Instant::now();
        let allowed = black_box(oracle.allows(black_box(&request)))?;
        nanos.push(u64::try_from(begun.elapsed().as_nanos())?);
        let snapshot = Snapshot::compose(wire.clone(), Catalogue::shipped())?;
        let (principal, capacity) = (&question.principal, &question.capacity);
        let decision = snapshot.decide(principal, capacity, question.permission, World::now());
        ensure!(
            decision.settle(&nothing_holds) == allowed,
            "casbin says {allowed}, the index {decision:?} to {question:?}"
        );
    }
    Latency::of(nanos)
}

/// The model with the role graph asked first, as most examples of casbin have it.
fn roles_first() -> String {
    let line = |line: &str| match line
        .strip_prefix("m = ")
        .and_then(|matcher| matcher.rsplit_once(" && "))
    {
        Some((rest, roles)) => format!("m = {roles} && {rest}"),
        None => line.to_owned(),
    };
    MODEL.lines().map(line).collect::<Vec<_>>().join("\n")
}
