//! Drawing up a version: from what happened, the free text and the names of those who took part.

use yihe_kernel::{Result, Timestamp};
use yihe_store::{Failure, Tx};

use crate::domain::minutes::{Minutes, Notes, Version, draw_up};
use crate::names::MeetingName;
use crate::service::Service;
use crate::store;
use crate::store::minutes_facts::{Happened, Names};

/// The names of everybody in the record. Before a transaction: the directory is asked.
pub async fn names(service: &Service, meeting: &MeetingName) -> Result<Names> {
    let happened = store::minutes_facts::load(service.reader(), meeting).await?;
    let asked: Vec<_> = happened.persons().into_iter().collect();
    let mut persons = service.directory.persons(asked.iter().copied()).await?;
    // a name that was entered here is what the person goes by in this body
    persons.extend(store::person_name::names(service.reader(), &meeting.community, &asked).await?);
    let convener = [happened.convener()];
    let organizations = service.directory.organizations(&meeting.community, &convener).await?;
    Ok(Names {
        persons,
        organizations: organizations
            .into_iter()
            .map(|organization| (organization.id, organization.display_name))
            .collect(),
    })
}

/// A version as it would be now.
pub async fn draw(
    tx: &Tx,
    minutes: &Minutes,
    notes: Notes,
    names: &Names,
    (author, now): (String, Timestamp),
) -> Result<(Happened, Version), Failure> {
    let happened = store::minutes_facts::load(tx, &minutes.meeting).await?;
    let drawn = draw_up(&happened.facts(names)?, &notes, minutes.version);
    let version = Version {
        version: minutes.version,
        drawn,
        notes,
        created_at: now,
        author,
    };
    Ok((happened, version))
}

/// How many have to sign.
pub fn due(happened: &Happened, names: &Names) -> i32 {
    i32::try_from(happened.due(names).len()).unwrap_or(i32::MAX)
}
