use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;
use yihe_proto::policy::v1 as pb;

use super::change::shown;
use super::client::told;
use super::place::Place;
use super::{Client, Form};

/// Bytes of a file in one message.
const CHUNK: usize = 256 << 10;

/// `yihe policy matrix`.
#[derive(Debug, Clone, clap::Args)]
pub struct Matrix {
    #[command(flatten)]
    place: Place,
    /// Where to write it [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Matrix {
    pub(super) async fn run(&self, client: &Client) -> Result<()> {
        let request = pb::ExportMatrixRequest {
            parent: self.place.parent(),
        };
        let file = client.call(request).await?;
        write(self.output.as_deref(), file.csv.as_bytes())
    }
}

/// `yihe policy export`.
#[derive(Debug, Clone, clap::Args)]
pub struct Export {
    #[command(flatten)]
    place: Place,
    /// Only the rules that the place itself made, as `import` takes them
    #[arg(long)]
    own: bool,
    /// Also who holds which role now, by id
    #[arg(long)]
    holders: bool,
    /// Name the id of each rule in a comment before it
    #[arg(long)]
    ids: bool,
    /// Where to write the rows [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Where to write the model
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
}

impl Export {
    pub(super) async fn run(&self, client: &Client) -> Result<()> {
        let request = pb::ExportPoliciesRequest {
            parent: self.place.parent(),
            own_only: self.own,
            holders: self.holders,
            ids: self.ids,
        };
        let mut stream = client.read(request).await?;
        let (mut model, mut rows) = (String::new(), String::new());
        while let Some(piece) = stream.message().await.map_err(|status| told(&status))? {
            model.push_str(&piece.model);
            rows.push_str(&piece.policies);
        }
        if let Some(file) = &self.model {
            write(Some(file), model.as_bytes())?;
        }
        write(self.output.as_deref(), rows.as_bytes())
    }
}

/// `yihe policy import FILE`.
#[derive(Debug, Clone, clap::Args)]
pub struct Import {
    /// The file of rules in casbin's form
    file: PathBuf,
    #[command(flatten)]
    place: Place,
    /// What the change is called
    #[arg(long)]
    title: String,
    /// Why it is wanted
    #[arg(long, default_value = "")]
    rationale: String,
    /// End the rules of the place that the file leaves out
    #[arg(long)]
    end_others: bool,
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

impl Import {
    pub(super) async fn run(&self, client: &Client, form: Form) -> Result<()> {
        let name = self.file.display().to_string();
        let bytes = fs::read(&self.file).with_context(|| format!("{name} cannot be read"))?;
        let declaration = pb::ImportDeclaration {
            parent: self.place.parent(),
            title: self.title.clone(),
            rationale: self.rationale.clone(),
            end_others: self.end_others,
            base_revision: self.base_revision,
            request_id: self.request_id.clone(),
            validate_only: self.validate_only,
        };
        let first = pb::ImportPoliciesRequest {
            declaration: Some(declaration),
            ..Default::default()
        };
        let pieces: Vec<_> = bytes
            .chunks(CHUNK)
            .map(|chunk| pb::ImportPoliciesRequest {
                chunk: chunk.to_vec(),
                ..Default::default()
            })
            .collect();
        let messages = futures::stream::iter([first].into_iter().chain(pieces));
        let import = client.send(messages).await.with_context(|| name)?;
        let (added, ended, unchanged) = (import.added, import.ended, import.unchanged);
        let changes = shown(import.change);
        if form.json {
            let shown = json!({ "added": added, "ended": ended, "unchanged": unchanged, "changes": changes.json() });
            println!("{shown:#}");
            return Ok(());
        }
        match form.zh {
            true => println!("新增 {added} 条，终止 {ended} 条，不变 {unchanged} 条"),
            false => println!("{added} rules to add, {ended} to end, {unchanged} unchanged"),
        }
        changes.print(form);
        Ok(())
    }
}

fn write(file: Option<&Path>, content: &[u8]) -> Result<()> {
    match file {
        Some(file) => fs::write(file, content).with_context(|| format!("{} cannot be written", file.display())),
        None => Ok(io::stdout().write_all(content)?),
    }
}
