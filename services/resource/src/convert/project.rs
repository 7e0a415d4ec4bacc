use yihe_kernel::{Error, Fields, Result, Timestamp};
use yihe_proto::ledger::v1 as ledger;
use yihe_proto::resource::v1 as pb;

use super::{Wire, instant};
use crate::domain::{Category, EntryKind, LedgerUnit, Project, ProjectEntry, category};
use crate::names::{self, ClaimName, ProjectName, ResolutionName, TransferName};
use yihe_retry::Retry;

/// A project to be entered.
#[derive(Debug)]
pub struct NewProject {
    /// What it is.
    pub title: String,
    /// More about it.
    pub description: String,
    /// The resolution it comes from.
    pub resolution: Option<ResolutionName>,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::CreateProjectRequest> for NewProject {
    type Error = Error;

    fn try_from(request: &pb::CreateProjectRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let wire = request.project.clone().unwrap_or_default();
        let title = fields.line("project.title", &wire.title, 1..=200);
        let description = fields.lines("project.description", &wire.description, 0..=10_000);
        let resolution = fields.optional_name("project.resolution", &wire.resolution);
        fields.finish()?;
        Ok(Self {
            title,
            description,
            resolution,
            retry,
        })
    }
}

impl From<Project> for pb::Project {
    fn from(project: Project) -> Self {
        let community = &project.name.community;
        let resolution = project.resolution.map(|resolution| ResolutionName {
            community: community.clone(),
            resolution,
        });
        Self {
            name: project.name.to_string(),
            owner: names::organization(project.owner.id),
            owner_display_name: project.owner.display_name,
            title: project.title,
            description: project.description,
            resolution: resolution.map(|name| name.to_string()).unwrap_or_default(),
            create_time: instant(Some(project.created_at)),
            end_time: instant(project.ended_at),
        }
    }
}

/// What the ledger told of a project.
///
/// # Errors
/// `INTERNAL` for what is not of this contract.
pub fn entry(made: &ledger::ProjectEntryMade, at: Timestamp) -> Result<ProjectEntry> {
    let unread = |field: &str| Error::internal(format!("the {field} of {} cannot be read", made.transfer));
    let transfer: TransferName = made.transfer.parse().map_err(Error::internal)?;
    let project: ProjectName = made.project.parse().map_err(Error::internal)?;
    let claim: Option<ClaimName> = match made.claim.as_str() {
        "" => None,
        name => Some(name.parse().map_err(Error::internal)?),
    };
    Ok(ProjectEntry {
        project,
        transfer: transfer.transfer,
        kind: EntryKind::from_number(made.kind).ok_or_else(|| unread("kind"))?,
        unit: LedgerUnit::from_number(made.unit).ok_or_else(|| unread("unit"))?,
        amount: made.amount,
        claim: claim.map(|name| name.claim),
        made_at: at,
    })
}

impl From<ProjectEntry> for pb::ProjectEntry {
    fn from(entry: ProjectEntry) -> Self {
        let community = entry.project.community;
        let claim = entry.claim.map(|claim| ClaimName {
            community: community.clone(),
            claim,
        });
        let transfer = TransferName {
            community,
            transfer: entry.transfer,
        };
        Self {
            transfer: transfer.to_string(),
            kind: entry.kind.number(),
            unit: entry.unit.number(),
            amount: entry.amount,
            claim: claim.map(|name| name.to_string()).unwrap_or_default(),
            create_time: instant(Some(entry.made_at)),
        }
    }
}

/// A category to be added.
///
/// # Errors
/// `INVALID_REQUEST`, `CATEGORY_TAKEN`, `CATEGORY_UNKNOWN`.
pub fn new_category(wire: Option<&pb::Category>) -> Result<Category> {
    let wire = wire.cloned().unwrap_or_default();
    let mut fields = Fields::new();
    if !category::is_code(&wire.code) {
        let en = "must be words of small letters and digits joined by full stops, at most 5";
        fields.refuse("category.code", en, "须为小写字母和数字组成的词,以句点相连,至多 5 级");
    }
    let zh = fields.line("category.display_name_zh", &wire.display_name_zh, 1..=50);
    let en = fields.line("category.display_name_en", &wire.display_name_en, 1..=50);
    fields.finish()?;
    Ok(Category {
        code: wire.code,
        zh,
        en,
        shipped: false,
    })
}

impl From<Category> for pb::Category {
    fn from(category: Category) -> Self {
        Self {
            code: category.code,
            display_name_zh: category.zh,
            display_name_en: category.en,
            shipped: category.shipped,
        }
    }
}
