//! What runs came to, by kind of fault.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, Instant};

use super::journal::{Act, Asked, Outcome};
use super::plan::Plan;

/// In which phase a fault hit a request that was under way.
const PHASES: [&str; 4] = [
    "answered at once",
    "asked again, not yet there",
    "asked again, already there",
    "refused",
];

#[derive(Default)]
struct Row {
    seeds: Vec<u64>,
    calls: usize,
    acknowledged: usize,
    again: usize,
    read: Duration,
    command: Duration,
    recovered: Duration,
    phases: [usize; PHASES.len()],
}

/// Counts of all runs.
#[derive(Default)]
pub struct Table {
    rows: BTreeMap<&'static str, Row>,
}

/// The longest time that somebody asked until there was an answer: of reads, and of commands with a `request_id`.
pub fn longest(asked: &[Asked]) -> (Duration, Duration) {
    let of = |reads: bool| {
        let these = asked.iter().filter(|one| match one.act {
            Act::Read => reads,
            // these two have none, and follow from others
            Act::Rule { .. } | Act::Tally { .. } | Act::Step("approve" | "follow") => false,
            _ => !reads,
        });
        these.map(Asked::took).max().unwrap_or_default()
    };
    (of(true), of(false))
}

impl Table {
    pub fn add(&mut self, plan: &Plan, struck: Instant, recovered: Duration, asked: &[Asked]) {
        let row = self.rows.entry(plan.fault.kind()).or_default();
        row.seeds.push(plan.seed);
        row.calls += asked.len();
        row.acknowledged += asked
            .iter()
            .filter(|one| matches!(one.outcome, Outcome::Done(_)))
            .count();
        row.again += asked.iter().filter(|one| one.sent > 1).count();
        let (read, command) = longest(asked);
        row.read = row.read.max(read);
        row.command = row.command.max(command);
        row.recovered = row.recovered.max(recovered);
        let is_command = |one: &&Asked| one.act != Act::Read && one.begun <= struck && struck <= one.ended;
        for one in asked.iter().filter(is_command) {
            let phase = match (&one.outcome, one.sent, one.was_there) {
                (Outcome::Refused(_), ..) => 3,
                (_, 1, _) => 0,
                (_, _, false) => 1,
                (_, _, true) => 2,
            };
            row.phases[phase] += 1;
        }
    }

    /// As Markdown.
    pub fn text(&self) -> String {
        let mut text = String::from(
            "| fault | runs | seeds | calls | acknowledged | asked again | longest read | longest command | fit again |\n\
             |---|---|---|---|---|---|---|---|---|\n",
        );
        let mut phases = format!(
            "\n| fault | {} |\n|---|{}\n",
            PHASES.join(" | "),
            "---|".repeat(PHASES.len())
        );
        for (kind, row) in &self.rows {
            let seconds = |time: Duration| format!("{}.{:02} s", time.as_secs(), time.subsec_millis() / 10);
            let _ = writeln!(
                text,
                "| {kind} | {} | {} | {} | {} | {} | {} | {} | {} |",
                row.seeds.len(),
                shortened(&row.seeds),
                row.calls,
                row.acknowledged,
                row.again,
                seconds(row.read),
                seconds(row.command),
                seconds(row.recovered),
            );
            let counts = row.phases.map(|count| count.to_string()).join(" | ");
            let _ = writeln!(phases, "| {kind} | {counts} |");
        }
        text + phases.as_str()
    }
}

fn shortened(seeds: &[u64]) -> String {
    let told: Vec<String> = seeds.iter().take(12).map(u64::to_string).collect();
    let more = if seeds.len() > told.len() { ", …" } else { "" };
    told.join(", ") + more
}
