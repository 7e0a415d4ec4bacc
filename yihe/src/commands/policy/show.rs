use anyhow::Result;
use serde_json::json;
use yihe_proto::policy::v1 as pb;

use super::ask::instant;
use super::change::shown;
use super::rules::edited;
use super::{Client, Form, Table};

/// `yihe policy show CHANGE`.
#[derive(Debug, Clone, clap::Args)]
pub struct Show {
    /// The change, `communities/…/policyChanges/…` or `regions/…/policyChanges/…`
    change: String,
}

impl Show {
    pub(super) async fn run(&self, client: &Client, form: Form) -> Result<()> {
        let request = pb::GetChangeRequest {
            name: self.change.clone(),
        };
        let change = client.call(request).await?;
        let (edits, steps, moved) = (edited(&change.edits), steps(&change.steps), moved(&change.moved));
        let (rationale, etag) = (change.rationale.clone(), change.etag.clone());
        let about = json!({
            "rationale": rationale,
            "proposer": change.proposer,
            "base_revision": change.base_revision,
            "restores": change.restores,
            "etag": etag,
        });
        let anything_moved = !change.moved.is_empty();
        let overview = shown([change]);
        if form.json {
            let shown = json!({
                "change": overview.json()[0],
                "about": about,
                "edits": edits.json(),
                "steps": steps.json(),
                "moved": moved.json(),
            });
            println!("{shown:#}");
            return Ok(());
        }
        overview.print(form);
        match form.zh {
            true => println!("\n理由：{rationale}\netag：{etag}\n"),
            false => println!("\nrationale: {rationale}\netag: {etag}\n"),
        }
        edits.print(form);
        println!();
        steps.print(form);
        if anything_moved {
            println!();
            moved.print(form);
        }
        Ok(())
    }
}

fn steps(steps: &[pb::PolicyChangeStep]) -> Table {
    let mut table = Table::new(&[
        ("step", "步骤", "step"),
        ("actor", "办理人", "by"),
        ("organization", "代表", "for"),
        ("at", "时间", "at"),
        ("comment", "意见", "comment"),
    ]);
    for step in steps {
        let taken = step.step().as_str_name().trim_start_matches("POLICY_STEP_");
        table.row([
            taken.to_lowercase().into(),
            step.actor.clone().into(),
            step.organization.clone().into(),
            instant(step.step_time.as_ref()),
            step.comment.clone().into(),
        ]);
    }
    table
}

fn moved(moved: &[pb::MovedPolicy]) -> Table {
    let mut table = Table::new(&[
        ("domain", "已变动的辖域", "moved since"),
        ("revision", "修订", "revision"),
    ]);
    for one in moved {
        table.row([one.domain.clone().into(), one.revision.into()]);
    }
    table
}
