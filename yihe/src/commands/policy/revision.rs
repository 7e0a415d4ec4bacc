use anyhow::Result;
use serde_json::{Value, json};
use yihe_proto::policy::v1 as pb;

use super::ask::{conditions, instant, verdict};
use super::change::shown;
use super::{Client, Form, Table, parent};

/// `yihe policy simulate CHANGE`.
#[derive(Debug, Clone, clap::Args)]
pub struct Simulate {
    /// The change, `communities/…/policyChanges/…`
    change: String,
}

impl Simulate {
    pub(super) async fn run(&self, client: &Client, form: Form) -> Result<()> {
        let parent = self.change.split("/policyChanges/").next().unwrap_or_default();
        let request = pb::SimulateChangeRequest {
            parent: parent.to_owned(),
            change: self.change.clone(),
            ..Default::default()
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

/// `yihe policy diff`.
#[derive(Debug, Clone, clap::Args)]
pub struct Diff {
    /// The community's division code
    #[arg(long)]
    community: String,
    /// Number of the earlier revision; 0 is what was before the first
    #[arg(long)]
    from: u64,
    /// Number of the later one [default: the newest]
    #[arg(long, default_value_t = 0)]
    to: u64,
}

impl Diff {
    pub(super) async fn run(&self, client: &Client, form: Form) -> Result<()> {
        let request = pb::DiffRevisionsRequest {
            parent: parent(&self.community),
            from: self.from,
            to: self.to,
        };
        let answer = client.call(request).await?;
        let mut table = Table::new(&[
            ("change", "变化", "change"),
            ("kind", "类别", "kind"),
            ("what", "内容", "what"),
            ("id", "编号", "id"),
        ]);
        for (change, set) in [("-", answer.ended), ("+", answer.begun)] {
            rows(&mut table, change, set.unwrap_or_default());
        }
        table.print(form);
        Ok(())
    }
}

fn rows(table: &mut Table, change: &str, set: pb::RuleSet) {
    let mut row = |kind: &str, what: String, id: String| {
        table.row([change.into(), kind.into(), what.into(), id.into()]);
    };
    for grant in set.grants {
        let effect = match grant.effect() {
            pb::Effect::Deny => "deny",
            pb::Effect::Allow | pb::Effect::Unspecified => "allow",
        };
        let under = conditions(&[grant.condition]);
        let under = under[0]
            .as_str()
            .map(|under| format!(" where {under}"))
            .unwrap_or_default();
        let what = format!("{} {effect} {}{under}", grant.role, grant.permission);
        row("rule", what, grant.id);
    }
    for role in set.roles {
        row("role", format!("{} {}", role.role, role.display_name_zh), String::new());
    }
    for held in set.assignments {
        row(
            "assignment",
            format!("{} for {}: {}", held.principal, held.capacity, held.role),
            held.id,
        );
    }
    if let Some(settings) = set.settings {
        let (ordinary, sensitive) = (settings.ordinary_approvals, settings.sensitive_approvals);
        row(
            "settings",
            format!("{ordinary} approvals, {sensitive} where sensitive"),
            String::new(),
        );
    }
}

/// `yihe policy roll-back`.
#[derive(Debug, Clone, clap::Args)]
pub struct RollBack {
    /// The community's division code
    #[arg(long)]
    community: String,
    /// Number of the revision to go back to; 0 is what was before the first
    #[arg(long)]
    to: u64,
    /// What the change is called
    #[arg(long)]
    title: String,
    /// Why it is wanted
    #[arg(long, default_value = "")]
    rationale: String,
}

impl RollBack {
    pub(super) async fn run(&self, client: &Client, form: Form) -> Result<()> {
        let request = pb::ProposeRollbackRequest {
            name: format!("{}/policyRevisions/{}", parent(&self.community), self.to),
            title: self.title.clone(),
            rationale: self.rationale.clone(),
            ..Default::default()
        };
        shown([client.call(request).await?]).print(form);
        Ok(())
    }
}
