use std::sync::Arc;

use tonic::Request;
use yihe_kernel::{Fields, FileName, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use super::change::Change;
use crate::commands::record::keep::keep;
use crate::convert::name;
use crate::domain::{Changed, Commitment, Doing, Member, NewRecord, RecordedAct};
use crate::names::{CommitmentName, MeetingName};
use crate::service::Service;
use crate::store;

struct Acceptance<F> {
    change: Change<F>,
    meeting: MeetingName,
    evidence: FileName,
    note: String,
}

pub async fn record(service: &Arc<Service>, request: Request<pb::RecordAcceptanceRequest>) -> Result<pb::Commitment> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: CommitmentName = name("name", &request.name)?;
    let (by, found) = service.commitment(admitted, &name).await?;
    let mut fields = Fields::new();
    let evidence = fields.name::<FileName>("evidence", &request.evidence);
    let note = fields.lines("note", &request.note, 0..=1_000);
    let evidence = fields.finish_with("evidence", evidence)?;
    service
        .files
        .expect_attached(std::slice::from_ref(&evidence), &name)
        .await?;
    let said = note.clone();
    let change = Change {
        service: Arc::clone(service),
        by,
        name,
        etag: request.etag,
        transition: move |commitment: Commitment, doing: Doing| {
            let holder = commitment.holder.organization;
            let doing = Doing {
                organization: Some(holder),
                ..doing
            };
            commitment.accept(said.clone(), doing)
        },
    };
    let input = Acceptance {
        change,
        meeting: meeting_of(&found),
        evidence,
        note,
    };
    let changed = service
        .store
        .transaction("meeting.record_acceptance", input, |tx, input| {
            Box::pin(input.apply(tx))
        })
        .await?;
    changed.told(service)
}

fn meeting_of(commitment: &Commitment) -> MeetingName {
    MeetingName {
        community: commitment.name.community.clone(),
        meeting: commitment.origin.meeting,
    }
}

impl<F> Acceptance<F>
where
    F: Fn(Commitment, Doing) -> Result<Changed> + Send + Sync + 'static,
{
    async fn apply(&self, tx: &Tx) -> Result<Changed, Failure> {
        store::meeting::hold(tx, &self.meeting).await?;
        let changed = self.change.apply(tx).await?;
        let Change { service, by, name, .. } = &self.change;
        let new = NewRecord {
            meeting: self.meeting.clone(),
            act: RecordedAct::Commitment,
            member: Member::Organization(changed.commitment.holder.organization),
            subject: name.to_string(),
            evidence: Some(self.evidence.clone()),
            note: self.note.clone(),
        };
        keep(tx, service, by, new, changed.step.doing.at).await?;
        Ok(changed)
    }
}
