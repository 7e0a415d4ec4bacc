use prost::Message;
use yihe_authz::Authorized;
use yihe_kernel::Error;
use yihe_proto::ledger::v1::ProjectEntryMade;
use yihe_store::{Event, Failure, Tx};

use crate::convert;
use crate::service::NAME;
use crate::store;

/// Type of the event.
pub const KIND: &str = "yihe.ledger.v1.ProjectEntryMade";

/// Something moved in the ledger for a project, which tells of it from now on. Stands for the permission to make the transfer.
///
/// # Errors
/// `INTERNAL` for what cannot be read; the database's.
pub async fn project_entry_made(tx: &Tx, event: &Event) -> Result<(), Failure> {
    let made = ProjectEntryMade::decode(event.payload.as_slice()).map_err(Error::internal)?;
    let entry = convert::project::entry(&made, event.at)?;
    let by = Authorized::by_event(NAME, event.id, entry.project.community.clone());
    store::project_entry::insert(tx, &by, &entry).await
}
