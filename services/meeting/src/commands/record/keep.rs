use yihe_authz::Authorized;
use yihe_kernel::Timestamp;
use yihe_store::{Failure, Tx};

use crate::domain::{NewRecord, Record};
use crate::service::{Service, person};
use crate::{events, store};

/// Notes that somebody did something for another, in the transaction that does it. The meeting must be held.
pub async fn keep(
    tx: &Tx,
    service: &Service,
    by: &Authorized,
    new: NewRecord,
    now: Timestamp,
) -> Result<Record, Failure> {
    let record = Record {
        name: new.meeting.record(service.store.ids().next()),
        act: new.act,
        member: new.member,
        subject: new.subject,
        evidence: new.evidence,
        note: new.note,
        recorded_by: person(by.user())?,
        recorded_at: now,
        contest: None,
    };
    store::clerk_record::insert(tx, by, &record).await?;
    events::append(tx, by, events::ClerkRecorded, &new.meeting, &record.name, now).await?;
    Ok(record)
}
