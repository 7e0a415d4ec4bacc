use anyhow::Result;
use serde_json::json;
use yihe_proto::policy::v1 as pb;

use super::ask::instant;
use super::change::shown;
use super::place::Place;
use super::rules::{difference, in_force};
use super::{Client, Form, Table};

const PAGE: i32 = 500;

/// `yihe policy diff`.
#[derive(Debug, Clone, clap::Args)]
pub struct Diff {
    #[command(flatten)]
    place: Place,
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
            parent: self.place.parent(),
            from: self.from,
            to: self.to,
        };
        let answer = client.call(request).await?;
        difference(answer.ended.unwrap_or_default(), answer.begun.unwrap_or_default()).print(form);
        Ok(())
    }
}

/// `yihe policy revisions`.
#[derive(Debug, Clone, clap::Args)]
pub struct Revisions {
    #[command(flatten)]
    place: Place,
}

impl Revisions {
    pub(super) async fn run(&self, client: &Client, form: Form) -> Result<()> {
        let mut table = revisions();
        let mut page_token = String::new();
        let base_revision = loop {
            let request = pb::ListRevisionsRequest {
                parent: self.place.parent(),
                page_size: PAGE,
                page_token,
            };
            let page = client.call(request).await?;
            page.revisions
                .into_iter()
                .for_each(|revision| push(&mut table, revision));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break page.base_revision;
            }
        };
        if form.json {
            println!(
                "{:#}",
                json!({ "revisions": table.json(), "base_revision": base_revision })
            );
            return Ok(());
        }
        table.print(form);
        match form.zh {
            true => println!("\n变更所依据的序号：{base_revision}"),
            false => println!("\nchanges are made against sequence {base_revision}"),
        }
        Ok(())
    }
}

/// `yihe policy revision NUMBER`.
#[derive(Debug, Clone, clap::Args)]
pub struct Revision {
    /// Its number
    number: u64,
    #[command(flatten)]
    place: Place,
}

impl Revision {
    pub(super) async fn run(&self, client: &Client, form: Form) -> Result<()> {
        let request = pb::GetRevisionRequest {
            name: format!("{}/policyRevisions/{}", self.place.parent(), self.number),
        };
        let mut revision = client.call(request).await?;
        let rules = in_force(revision.rules.take().unwrap_or_default());
        let mut table = revisions();
        push(&mut table, revision);
        if form.json {
            println!("{:#}", json!({ "revision": table.json()[0], "in_force": rules.json() }));
            return Ok(());
        }
        table.print(form);
        println!();
        rules.print(form);
        Ok(())
    }
}

fn revisions() -> Table {
    Table::new(&[
        ("number", "修订", "revision"),
        ("activated_at", "生效时间", "in force since"),
        ("begun", "新增", "begun"),
        ("ended", "终止", "ended"),
        ("change", "变更", "change"),
    ])
}

fn push(table: &mut Table, revision: pb::PolicyRevision) {
    table.row([
        revision.number.into(),
        instant(revision.activate_time.as_ref()),
        revision.begun.into(),
        revision.ended.into(),
        revision.change.into(),
    ]);
}

/// `yihe policy roles`.
#[derive(Debug, Clone, clap::Args)]
pub struct Roles {
    #[command(flatten)]
    place: Place,
}

impl Roles {
    pub(super) async fn run(&self, client: &Client, form: Form) -> Result<()> {
        let request = pb::ListRolesRequest {
            parent: self.place.parent(),
        };
        let answer = client.call(request).await?;
        let mut roles = Table::new(&[
            ("role", "角色", "role"),
            ("name_zh", "中文名称", "name in Chinese"),
            ("name_en", "英文名称", "name in English"),
        ]);
        for role in answer.roles {
            roles.row([
                role.role.into(),
                role.display_name_zh.into(),
                role.display_name_en.into(),
            ]);
        }
        let mut held = Table::new(&[
            ("role", "角色", "role"),
            ("principal", "主体", "principal"),
            ("capacity", "身份", "acting as"),
            ("from", "自", "from"),
            ("until", "至", "until"),
            ("id", "编号", "id"),
        ]);
        for one in answer.assignments {
            held.row([
                one.role.into(),
                one.principal.into(),
                one.capacity.into(),
                instant(one.start_time.as_ref()),
                instant(one.end_time.as_ref()),
                one.id.into(),
            ]);
        }
        if form.json {
            println!("{:#}", json!({ "roles": roles.json(), "assignments": held.json() }));
            return Ok(());
        }
        roles.print(form);
        println!();
        held.print(form);
        Ok(())
    }
}

/// `yihe policy roll-back`.
#[derive(Debug, Clone, clap::Args)]
pub struct RollBack {
    #[command(flatten)]
    place: Place,
    /// Number of the revision to go back to; 0 is what was before the first
    #[arg(long)]
    to: u64,
    /// What the change is called
    #[arg(long)]
    title: String,
    /// Why it is wanted
    #[arg(long, default_value = "")]
    rationale: String,
    /// A UUID of your choice, by which a retry is known
    #[arg(long, value_name = "UUID", default_value = "", hide_default_value = true)]
    request_id: String,
}

impl RollBack {
    pub(super) async fn run(&self, client: &Client, form: Form) -> Result<()> {
        let request = pb::ProposeRollbackRequest {
            name: format!("{}/policyRevisions/{}", self.place.parent(), self.to),
            title: self.title.clone(),
            rationale: self.rationale.clone(),
            request_id: self.request_id.clone(),
        };
        shown([client.call(request).await?]).print(form);
        Ok(())
    }
}
