use yihe_authz::Authorized;
use yihe_kernel::{Timestamp, UserId};
use yihe_store::{Failure, Tx};

use crate::domain::{NewRecord, Record};
use crate::service::{Service, person};
use crate::{events, store};

/// Notes that somebody did something for others, in the transaction that does it. The meeting must be held.
pub async fn keep_all(
    tx: &Tx,
    service: &Service,
    by: &Authorized,
    new: Vec<NewRecord>,
    now: Timestamp,
) -> Result<(), Failure> {
    let recorded_by = person(by.user())?;
    let records: Vec<_> = new.into_iter().map(|new| of(service, new, recorded_by, now)).collect();
    store::clerk_record::insert_all(tx, by, &records).await?;
    for record in &records {
        events::append(tx, by, events::ClerkRecorded, &record.name.meeting(), &record.name, now).await?;
    }
    Ok(())
}

/// Notes that somebody did something for another, in the transaction that does it. The meeting must be held.
pub async fn keep(
    tx: &Tx,
    service: &Service,
    by: &Authorized,
    new: NewRecord,
    now: Timestamp,
) -> Result<Record, Failure> {
    let record = of(service, new, person(by.user())?, now);
    store::clerk_record::insert(tx, by, &record).await?;
    events::append(tx, by, events::ClerkRecorded, &record.name.meeting(), &record.name, now).await?;
    Ok(record)
}

fn of(service: &Service, new: NewRecord, recorded_by: UserId, now: Timestamp) -> Record {
    Record {
        name: new.meeting.record(service.store.ids().next()),
        act: new.act,
        member: new.member,
        subject: new.subject,
        evidence: new.evidence,
        note: new.note,
        recorded_by,
        recorded_at: now,
        contest: None,
    }
}
