use anyhow::{Context, Result, bail};
use serde_json::Value;
use yihe_authz::Condition;
use yihe_kernel::Timestamp;
use yihe_proto::policy::v1 as pb;
use yihe_proto::policy::v1::policy_edit::Edit;

use super::{Client, Form, Table, parent};

const PAGE: i32 = 500;

/// `yihe policy propose`.
#[derive(Debug, Clone, clap::Args)]
pub struct Propose {
    /// The community's division code
    #[arg(long)]
    community: String,
    /// What the change is called
    #[arg(long)]
    title: String,
    /// Why it is wanted
    #[arg(long, default_value = "")]
    rationale: String,
    /// A rule to add: ROLE,PERMISSION,allow|deny[,CONDITION[,FROM[,UNTIL]]] with instants in RFC 3339; may be repeated
    #[arg(long, value_name = "RULE")]
    add: Vec<String>,
    /// Id of a rule of the community to end; may be repeated
    #[arg(long, value_name = "ID")]
    end: Vec<String>,
    /// Only check; nothing is proposed
    #[arg(long)]
    validate_only: bool,
}

impl Propose {
    pub(super) async fn run(&self, client: &Client, form: Form) -> Result<()> {
        let added = self
            .add
            .iter()
            .map(|text| grant(text).with_context(|| format!("--add {text}")));
        let added = added.collect::<Result<Vec<_>>>()?.into_iter().map(Edit::Add);
        let ended = self.end.iter().cloned().map(Edit::End);
        let edits: Vec<_> = added
            .chain(ended)
            .map(|edit| pb::PolicyEdit { edit: Some(edit) })
            .collect();
        if edits.is_empty() {
            bail!("nothing to propose: name rules by --add and --end");
        }
        let request = pb::ProposeChangeRequest {
            parent: parent(&self.community),
            title: self.title.clone(),
            rationale: self.rationale.clone(),
            edits,
            validate_only: self.validate_only,
            ..Default::default()
        };
        let change = client.call(request).await?;
        shown([change]).print(form);
        Ok(())
    }
}

/// `yihe policy approve|reject|activate CHANGE`.
#[derive(Debug, Clone, clap::Args)]
pub struct Step {
    /// The change, `communities/…/policyChanges/…`
    change: String,
    /// What is said to it; a rejection says why
    #[arg(long, default_value = "")]
    comment: String,
}

impl Step {
    pub(super) async fn approve(&self, client: &Client, form: Form) -> Result<()> {
        let request = pb::ApproveChangeRequest {
            name: self.change.clone(),
            comment: self.comment.clone(),
            ..Default::default()
        };
        shown([client.call(request).await?]).print(form);
        Ok(())
    }

    pub(super) async fn reject(&self, client: &Client, form: Form) -> Result<()> {
        let request = pb::RejectChangeRequest {
            name: self.change.clone(),
            comment: self.comment.clone(),
            ..Default::default()
        };
        shown([client.call(request).await?]).print(form);
        Ok(())
    }

    pub(super) async fn activate(&self, client: &Client, form: Form) -> Result<()> {
        let request = pb::ActivateChangeRequest {
            name: self.change.clone(),
            comment: self.comment.clone(),
            ..Default::default()
        };
        shown([client.call(request).await?]).print(form);
        Ok(())
    }
}

/// `yihe policy changes`.
#[derive(Debug, Clone, clap::Args)]
pub struct Changes {
    /// The community's division code
    #[arg(long)]
    community: String,
}

impl Changes {
    pub(super) async fn run(&self, client: &Client, form: Form) -> Result<()> {
        let mut all = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = pb::ListChangesRequest {
                parent: parent(&self.community),
                page_size: PAGE,
                page_token,
            };
            let page = client.call(request).await?;
            all.extend(page.changes);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        shown(all).print(form);
        Ok(())
    }
}

/// Changes as a table.
pub(super) fn shown(changes: impl IntoIterator<Item = pb::PolicyChange>) -> Table {
    let mut table = Table::new(&[
        ("name", "变更", "change"),
        ("title", "名称", "title"),
        ("state", "状态", "state"),
        ("edits", "变更项", "edits"),
        ("sensitive", "敏感", "sensitive"),
        ("approvals", "已批准", "approvals"),
        ("needed", "须批准", "needed"),
        ("revision", "修订", "revision"),
        ("revision_token", "修订标记", "revision token"),
    ]);
    for change in changes {
        let approvals = change
            .steps
            .iter()
            .filter(|step| step.step() == pb::PolicyStep::Approved);
        table.row([
            change.name.clone().into(),
            change.title.clone().into(),
            state(change.state()).into(),
            change.edit_count.into(),
            change.sensitive.into(),
            approvals.count().into(),
            change.approvals_needed.into(),
            match change.revision {
                0 => Value::Null,
                revision => revision.into(),
            },
            change.revision_token.into(),
        ]);
    }
    table
}

fn state(state: pb::PolicyChangeState) -> String {
    state
        .as_str_name()
        .trim_start_matches("POLICY_CHANGE_STATE_")
        .to_lowercase()
}

fn grant(text: &str) -> Result<pb::Grant> {
    let fields: Vec<_> = text.split(',').map(str::trim).collect();
    let [role, permission, effect, rest @ ..] = fields.as_slice() else {
        bail!("a rule is ROLE,PERMISSION,allow|deny[,CONDITION[,FROM[,UNTIL]]]");
    };
    if rest.len() > 3 {
        bail!("a rule has at most 6 fields");
    }
    let effect = match *effect {
        "allow" => pb::Effect::Allow,
        "deny" => pb::Effect::Deny,
        other => bail!("`{other}` is not one of allow, deny"),
    };
    let field = |place: usize| rest.get(place).copied().filter(|text| !text.is_empty());
    let condition = field(0).map(|text| text.parse::<Condition>().map_err(anyhow::Error::msg));
    let condition = condition
        .transpose()?
        .map_or(pb::Condition::Unspecified, Condition::to_proto);
    Ok(pb::Grant {
        role: (*role).to_owned(),
        permission: (*permission).to_owned(),
        effect: effect.into(),
        condition: condition.into(),
        start_time: field(1).map(instant).transpose()?,
        end_time: field(2).map(instant).transpose()?,
        ..Default::default()
    })
}

fn instant(text: &str) -> Result<prost_types::Timestamp> {
    let read = text.parse::<Timestamp>().ok();
    let instant = read.with_context(|| format!("`{text}` is not an instant such as 2026-03-01T00:00:00+08:00"))?;
    Ok(instant.to_proto())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_read_with_condition_and_term() {
        let read = grant("PROPERTY_COMPANY/*, meeting.ballot.cast, deny, serves, 2026-03-01T00:00:00+08:00").unwrap();
        assert_eq!(
            (read.role.as_str(), read.permission.as_str()),
            ("PROPERTY_COMPANY/*", "meeting.ballot.cast")
        );
        assert_eq!(
            (read.effect(), read.condition()),
            (pb::Effect::Deny, pb::Condition::Serves)
        );
        assert_eq!(read.start_time.map(|start| start.seconds), Some(1_772_294_400));
        assert_eq!(read.end_time, None);
        assert!(
            grant("*/*,meeting.vote.open,allow,,,2027-01-01T00:00:00Z")
                .unwrap()
                .end_time
                .is_some()
        );
    }

    #[test]
    fn what_is_wrong_with_a_rule_is_told() {
        for (text, expected) in [
            ("*/*", "a rule is ROLE"),
            ("*/*,meeting.vote.open,maybe", "is not one of allow, deny"),
            ("*/*,meeting.vote.open,allow,friend", "is not one of owner"),
            ("*/*,meeting.vote.open,allow,,tomorrow", "is not an instant"),
            ("*/*,meeting.vote.open,allow,,,,", "at most 6 fields"),
        ] {
            let told = grant(text).unwrap_err().to_string();
            assert!(told.contains(expected), "{told}");
        }
    }
}
