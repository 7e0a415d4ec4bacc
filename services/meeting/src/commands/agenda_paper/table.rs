use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Fields, FileName, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use super::set::papers;
use crate::commands::notice::serve::PAPERS_KEPT_DAYS;
use crate::convert::name;
use crate::domain::{AgendaItem, Paper, Step};
use crate::names::AgendaItemName;
use crate::service::Service;
use crate::{events, store};

struct Table {
    service: Arc<Service>,
    by: Authorized,
    name: AgendaItemName,
    paper: Paper,
    etag: String,
}

pub async fn table(service: &Arc<Service>, request: Request<pb::TableAgendaPaperRequest>) -> Result<pb::AgendaItem> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: AgendaItemName = name("name", &request.name)?;
    let (by, _) = service.agenda_item(admitted, &name).await?;
    let mut fields = Fields::new();
    let file = fields.name::<FileName>("file", &request.file);
    let file = fields.finish_with("file", file)?;
    let paper = papers(service, &name, std::slice::from_ref(&file)).await?.pop();
    let paper = paper.ok_or_else(|| Error::internal(format!("{file} was found and is none")))?;
    // what cannot be tabled need not be kept
    let meeting = store::meeting::find(service.reader(), &name.meeting()).await?;
    meeting
        .ok_or_else(|| Error::not_found(name.meeting()))?
        .expect(Step::Table)?;
    service
        .files
        .retain(&[file], service.now().plus_days(PAPERS_KEPT_DAYS))
        .await?;
    let input = Table {
        service: Arc::clone(service),
        by,
        name,
        paper,
        etag: request.etag,
    };
    let item = service
        .store
        .transaction("meeting.table_agenda_paper", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(name = %item.name, "agenda paper tabled");
    Ok(item.into())
}

async fn apply(tx: &Tx, input: &Table) -> Result<AgendaItem, Failure> {
    let Table { service, by, name, .. } = input;
    let now = service.now();
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    let item = store::agenda::get(tx, name).await?;
    item.expect_etag(&input.etag)?;
    let paper = Paper {
        tabled_at: Some(now),
        ..input.paper.clone()
    };
    let item = item.table(&meeting, paper)?;
    store::agenda::save_papers(tx, by, &item).await?;
    events::append(tx, by, events::AgendaPaperTabled, &meeting.name, name, now).await?;
    Ok(item)
}
