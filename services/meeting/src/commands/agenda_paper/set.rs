use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Fields, FileName, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::{AgendaItem, Paper};
use crate::names::AgendaItemName;
use crate::service::Service;
use crate::{events, store};

const PAPERS: usize = 20;

struct SetPapers {
    service: Arc<Service>,
    by: Authorized,
    name: AgendaItemName,
    papers: Vec<Paper>,
    etag: String,
}

pub async fn set(service: &Arc<Service>, request: Request<pb::SetAgendaPapersRequest>) -> Result<pb::AgendaItem> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: AgendaItemName = name("name", &request.name)?;
    let (by, _) = service.agenda_item(admitted, &name).await?;
    let files = files(&request)?;
    let papers = papers(service, &name, &files).await?;
    let input = SetPapers {
        service: Arc::clone(service),
        by,
        name,
        papers,
        etag: request.etag,
    };
    let item = service
        .store
        .transaction("meeting.set_agenda_papers", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(name = %item.name, papers = item.papers.len(), "agenda papers set");
    Ok(item.into())
}

fn files(request: &pb::SetAgendaPapersRequest) -> Result<Vec<FileName>> {
    let mut fields = Fields::new();
    if request.files.len() > PAPERS {
        fields.refuse("files", "must be at most 20", "至多 20 份");
    }
    let mut files = Vec::new();
    for file in request.files.iter().take(PAPERS) {
        let Some(file) = fields.name::<FileName>("files", file) else {
            continue;
        };
        if files.contains(&file) {
            fields.refuse("files", "names a file twice", "文件重复");
        } else {
            files.push(file);
        }
    }
    fields.finish()?;
    Ok(files)
}

/// The papers that files of an item are, none of them tabled late.
pub(super) async fn papers(service: &Service, item: &AgendaItemName, files: &[FileName]) -> Result<Vec<Paper>> {
    let found = service.files.attached(files, item).await?;
    let paper = |(file, found): (&FileName, yihe_proto::file::v1::File)| Paper {
        file: file.clone(),
        sha256: found.sha256,
        tabled_at: None,
    };
    Ok(files.iter().zip(found).map(paper).collect())
}

async fn apply(tx: &Tx, input: &SetPapers) -> Result<AgendaItem, Failure> {
    let SetPapers { service, by, name, .. } = input;
    let now = service.now();
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    let item = store::agenda::get(tx, name).await?;
    item.expect_etag(&input.etag)?;
    let item = item.set_papers(&meeting, input.papers.clone())?;
    store::agenda::save_papers(tx, by, &item).await?;
    events::append(tx, by, events::AgendaPapersSet, &meeting.name, name, now).await?;
    Ok(item)
}
