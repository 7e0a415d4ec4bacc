use anyhow::{Result, bail};
use serde_json::Value;
use yihe_proto::policy::v1 as pb;

use super::edits::Edits;
use super::place::Place;
use super::{Client, Form, Table};

const PAGE: i32 = 500;

/// `yihe policy propose`.
#[derive(Debug, Clone, clap::Args)]
pub struct Propose {
    #[command(flatten)]
    place: Place,
    /// What the change is called
    #[arg(long)]
    title: String,
    /// Why it is wanted
    #[arg(long, default_value = "")]
    rationale: String,
    #[command(flatten)]
    edits: Edits,
    /// The policies' sequence it is made against, as `revisions` tells it [default: the present one]
    #[arg(long, value_name = "SEQUENCE", default_value_t = 0, hide_default_value = true)]
    base_revision: u64,
    /// A UUID of your choice, by which a retry is known
    #[arg(long, value_name = "UUID", default_value = "", hide_default_value = true)]
    request_id: String,
    /// Only check; nothing is proposed
    #[arg(long)]
    validate_only: bool,
}

impl Propose {
    pub(super) async fn run(&self, client: &Client, form: Form) -> Result<()> {
        let edits = self.edits.read()?;
        if edits.is_empty() {
            bail!("nothing to propose: say what by --add, --end, --replace, --add-role, --assign, --settings, …");
        }
        let request = pb::ProposeChangeRequest {
            parent: self.place.parent(),
            title: self.title.clone(),
            rationale: self.rationale.clone(),
            edits,
            base_revision: self.base_revision,
            request_id: self.request_id.clone(),
            validate_only: self.validate_only,
        };
        let change = client.call(request).await?;
        shown([change]).print(form);
        Ok(())
    }
}

/// `yihe policy approve|reject|withdraw|activate CHANGE`.
#[derive(Debug, Clone, clap::Args)]
pub struct Step {
    /// The change, `communities/…/policyChanges/…` or `regions/…/policyChanges/…`
    change: String,
    /// What is said to it; a rejection says why
    #[arg(long, default_value = "", hide_default_value = true)]
    comment: String,
    /// The etag last seen, as `show` tells it: refused where somebody took a step since
    #[arg(long, default_value = "", hide_default_value = true)]
    etag: String,
}

/// What is done with a change.
#[derive(Debug, Clone, Copy)]
pub(super) enum Taken {
    Approve,
    Reject,
    Withdraw,
    Activate,
}

impl Step {
    pub(super) async fn run(&self, taken: Taken, client: &Client, form: Form) -> Result<()> {
        let Self { change, comment, etag } = self.clone();
        let change = match taken {
            Taken::Approve => {
                let name = change;
                client.call(pb::ApproveChangeRequest { name, etag, comment }).await
            }
            Taken::Reject => {
                let name = change;
                client.call(pb::RejectChangeRequest { name, etag, comment }).await
            }
            Taken::Withdraw => {
                let name = change;
                client.call(pb::WithdrawChangeRequest { name, etag, comment }).await
            }
            Taken::Activate => {
                let name = change;
                client.call(pb::ActivateChangeRequest { name, etag, comment }).await
            }
        };
        shown([change?]).print(form);
        Ok(())
    }
}

/// `yihe policy changes`.
#[derive(Debug, Clone, clap::Args)]
pub struct Changes {
    #[command(flatten)]
    place: Place,
}

impl Changes {
    pub(super) async fn run(&self, client: &Client, form: Form) -> Result<()> {
        let mut all = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = pb::ListChangesRequest {
                parent: self.place.parent(),
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

/// `yihe policy settings`.
#[derive(Debug, Clone, clap::Args)]
pub struct Settings {
    #[command(flatten)]
    place: Place,
}

impl Settings {
    pub(super) async fn run(&self, client: &Client, form: Form) -> Result<()> {
        let request = pb::GetSettingsRequest {
            parent: self.place.parent(),
        };
        let settings = client.call(request).await?;
        let mut table = Table::new(&[
            (
                "ordinary_approvals",
                "一般变更须批准",
                "approvals of an ordinary change",
            ),
            (
                "sensitive_approvals",
                "敏感变更须他人批准",
                "of a sensitive one, by others",
            ),
        ]);
        table.row([settings.ordinary_approvals.into(), settings.sensitive_approvals.into()]);
        table.print(form);
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
