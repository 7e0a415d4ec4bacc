use anyhow::{Context, Result};
use serde_json::{Value, json};
use yihe_authz::Condition;
use yihe_kernel::Timestamp;
use yihe_proto::policy::v1 as pb;

use super::place::Place;
use super::{Client, Form, Table};

/// Permissions and holders asked for at a time.
const PAGE: i32 = 500;

/// `yihe policy explain`.
#[derive(Debug, Clone, clap::Args)]
pub struct Explain {
    /// The permission, such as meeting.vote.open
    permission: String,
    #[command(flatten)]
    place: Place,
    /// Whose decision: `users/…` or `clients/…` [default: one's own]
    #[arg(long)]
    principal: Option<String>,
    /// In which capacity: `organizations/…` or `self`
    #[arg(long = "as", value_name = "CAPACITY")]
    capacity: Option<String>,
}

impl Explain {
    pub(super) async fn run(&self, client: &Client, form: Form) -> Result<()> {
        let request = pb::ExplainRequest {
            parent: self.place.parent(),
            permission: self.permission.clone(),
            principal: self.principal.clone().unwrap_or_default(),
            acting_as: self.capacity.clone().unwrap_or_default(),
        };
        let answer = client.call(request).await?;
        if form.json {
            let grants: Vec<_> = answer.grants.iter().map(|grant| grant.id.as_str()).collect();
            let shown = json!({
                "verdict": verdict(answer.verdict),
                "roles": answer.roles,
                "grants": grants,
                "roles_that_may": answer.roles_that_may,
                "roles_that_may_grant": answer.roles_that_may_grant,
                "text_zh": answer.text_zh,
                "text_en": answer.text_en,
                "revision": answer.revision,
            });
            println!("{shown:#}");
        } else {
            println!("{}", if form.zh { answer.text_zh } else { answer.text_en });
        }
        Ok(())
    }
}

/// `yihe policy who-can`.
#[derive(Debug, Clone, clap::Args)]
pub struct WhoCan {
    /// The permission, such as meeting.vote.open
    permission: String,
    #[command(flatten)]
    place: Place,
    /// What holds of the object, such as owner,participant; nothing else does. Without it conditions stay open
    #[arg(long, value_delimiter = ',', value_name = "CONDITIONS")]
    facts: Option<Vec<String>>,
}

impl WhoCan {
    pub(super) async fn run(&self, client: &Client, form: Form) -> Result<()> {
        let mut roles = Table::new(&[
            ("role", "角色", "role"),
            ("name", "名称", "name"),
            ("verdict", "结论", "verdict"),
            ("allow_if", "须其一成立", "allowed if one of"),
            ("deny_if", "不得成立", "but not if"),
        ]);
        let mut holders = Table::new(&[
            ("principal", "主体", "principal"),
            ("acting_as", "身份", "acting as"),
            ("organization", "单位", "organization"),
            ("roles", "角色", "roles"),
            ("verdict", "结论", "verdict"),
            ("allow_if", "须其一成立", "allowed if one of"),
            ("deny_if", "不得成立", "but not if"),
            ("until", "下次变化", "until"),
        ]);
        let facts = self.facts.as_deref().map(facts).transpose()?;
        let mut page_token = String::new();
        loop {
            let first = page_token.is_empty();
            let request = pb::WhoCanRequest {
                parent: self.place.parent(),
                permission: self.permission.clone(),
                facts: facts.clone(),
                page_size: PAGE,
                page_token,
            };
            let page = client.call(request).await?;
            for role in page.roles.into_iter().filter(|_| first) {
                let (zh, en) = (role.display_name_zh, role.display_name_en);
                roles.row([
                    role.role.into(),
                    if form.zh { zh } else { en }.into(),
                    verdict(role.verdict).into(),
                    conditions(&role.allow_if),
                    conditions(&role.deny_if),
                ]);
            }
            for holder in page.holders {
                holders.row([
                    holder.principal.into(),
                    holder.acting_as.into(),
                    holder.organization_display_name.into(),
                    holder.roles.into(),
                    verdict(holder.verdict).into(),
                    conditions(&holder.allow_if),
                    conditions(&holder.deny_if),
                    instant(holder.change_time.as_ref()),
                ]);
            }
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        if form.json {
            println!("{:#}", json!({ "roles": roles.json(), "holders": holders.json() }));
        } else {
            roles.print(form);
            println!();
            holders.print(form);
        }
        Ok(())
    }
}

/// `yihe policy what-can`.
#[derive(Debug, Clone, clap::Args)]
pub struct WhatCan {
    #[command(flatten)]
    place: Place,
    /// Who: `users/…` or `clients/…` [default: oneself]
    #[arg(long)]
    principal: Option<String>,
    /// In which capacity: `organizations/…` or `self`
    #[arg(long = "as", value_name = "CAPACITY")]
    capacity: Option<String>,
}

impl WhatCan {
    pub(super) async fn run(&self, client: &Client, form: Form) -> Result<()> {
        let mut table = Table::new(&[
            ("permission", "权限", "permission"),
            ("verdict", "结论", "verdict"),
            ("allow_if", "须其一成立", "allowed if one of"),
            ("deny_if", "不得成立", "but not if"),
            ("grant", "依据", "by the grant"),
        ]);
        let mut page_token = String::new();
        loop {
            let request = pb::WhatCanRequest {
                parent: self.place.parent(),
                principal: self.principal.clone().unwrap_or_default(),
                acting_as: self.capacity.clone().unwrap_or_default(),
                page_size: PAGE,
                page_token,
            };
            let page = client.call(request).await?;
            for shown in page.permissions {
                table.row([
                    shown.permission.into(),
                    verdict(shown.verdict).into(),
                    conditions(&shown.allow_if),
                    conditions(&shown.deny_if),
                    shown.grant.into(),
                ]);
            }
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        table.print(form);
        Ok(())
    }
}

/// A verdict as policies write it.
pub(super) fn verdict(wire: i32) -> &'static str {
    match pb::Verdict::try_from(wire) {
        Ok(pb::Verdict::Allow) => "allow",
        Ok(pb::Verdict::Deny) => "deny",
        Ok(pb::Verdict::Conditional) => "conditional",
        Ok(pb::Verdict::Unspecified) | Err(_) => "unknown",
    }
}

pub(super) fn conditions(wire: &[i32]) -> Value {
    let known = wire
        .iter()
        .filter_map(|number| pb::Condition::try_from(*number).ok())
        .filter_map(Condition::from_proto);
    known.map(Condition::as_str).collect()
}

fn facts(texts: &[String]) -> Result<pb::ObjectFacts> {
    let given = texts.iter().filter(|text| !text.is_empty());
    let read = given.map(|text| {
        let condition = text.parse::<Condition>().map_err(anyhow::Error::msg);
        Ok(condition.context("--facts")?.to_proto().into())
    });
    Ok(pb::ObjectFacts {
        conditions: read.collect::<Result<_>>()?,
    })
}

pub(super) fn instant(wire: Option<&prost_types::Timestamp>) -> Value {
    wire.and_then(Timestamp::from_proto)
        .map_or(Value::Null, |instant| instant.to_string().into())
}
