use anyhow::Result;
use serde_json::{Value, json};
use yihe_proto::policy::v1 as pb;

use super::ask::{conditions, instant, verdict};
use super::edits::Edits;
use super::place::place;
use super::{Client, Form, Table};

/// `yihe policy simulate CHANGE`.
#[derive(Debug, Clone, clap::Args)]
pub struct Simulate {
    /// The change, `communities/…/policyChanges/…` or `regions/…/policyChanges/…`; without it, edits that nobody has proposed
    #[arg(required_unless_present_any = ["community", "region"], conflicts_with_all = ["community", "region"])]
    change: Option<String>,
    /// The community whose rules the edits would change: its division code
    #[arg(long, value_name = "CODE", conflicts_with = "region")]
    community: Option<String>,
    /// The street or district whose rules the edits would change: its division code
    #[arg(long, value_name = "CODE")]
    region: Option<String>,
    #[command(flatten)]
    edits: Edits,
}

impl Simulate {
    pub(super) async fn run(&self, client: &Client, form: Form) -> Result<()> {
        let parent = match &self.change {
            Some(change) => change.split("/policyChanges/").next().unwrap_or_default().to_owned(),
            None => place(self.community.as_deref(), self.region.as_deref()),
        };
        let request = pb::SimulateChangeRequest {
            parent,
            change: self.change.clone().unwrap_or_default(),
            edits: self.edits.read()?,
        };
        let answer = client.call(request).await?;
        let (cells, uses) = (cells(answer.cells), uses(answer.uses));
        if form.json {
            let shown = json!({
                "cells": cells.json(),
                "more_cells": answer.more_cells,
                "uses": uses.json(),
                "more_uses": answer.more_uses,
                "uses_compared": answer.uses_compared,
                "sensitive": answer.sensitive,
            });
            println!("{shown:#}");
            return Ok(());
        }
        cells.print(form);
        println!();
        uses.print(form);
        let (more, compared) = (answer.more_cells, answer.uses_compared);
        match form.zh {
            true => println!("另有 {more} 格翻转；已比对近 30 日 {compared} 次实际使用"),
            false => println!("{more} more cells flip; {compared} real decisions of the last 30 days were compared"),
        }
        Ok(())
    }
}

fn cells(flips: Vec<pb::FlippedCell>) -> Table {
    let mut table = Table::new(&[
        ("role", "角色", "role"),
        ("permission", "权限", "permission"),
        ("before", "之前", "before"),
        ("after", "之后", "after"),
        ("from", "何时起", "from"),
    ]);
    for flip in flips {
        table.row([
            flip.role.into(),
            flip.permission.into(),
            cell(flip.before.as_ref()).into(),
            cell(flip.after.as_ref()).into(),
            instant(flip.flip_time.as_ref()),
        ]);
    }
    table
}

fn uses(flips: Vec<pb::FlippedUse>) -> Table {
    let mut table = Table::new(&[
        ("roles", "角色", "roles"),
        ("permission", "权限", "permission"),
        ("held", "成立的条件", "conditions that held"),
        ("was_allowed", "当时准许", "was allowed"),
        ("uncertain", "不确定", "uncertain"),
        ("count", "次数", "times"),
    ]);
    for flip in flips {
        table.row([
            flip.roles.into(),
            flip.permission.into(),
            conditions(&flip.held),
            flip.was_allowed.into(),
            flip.uncertain.into(),
            flip.count.into(),
        ]);
    }
    table
}

fn cell(cell: Option<&pb::CellVerdict>) -> String {
    let Some(cell) = cell else { return String::new() };
    let words = |wire: &[i32]| match conditions(wire) {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("|"),
        _ => String::new(),
    };
    let (allow_if, deny_if) = (words(&cell.allow_if), words(&cell.deny_if));
    let mut text = verdict(cell.verdict).to_owned();
    if !allow_if.is_empty() {
        text = allow_if;
    }
    if !deny_if.is_empty() {
        text = format!("{text} not {deny_if}");
    }
    text
}
