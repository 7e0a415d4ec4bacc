//! What this service tells others. An event names what it is about; whoever may, reads it there.

use std::fmt::Display;

use prost::Message;
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Timestamp};
use yihe_store::{Failure, NewEvent, Tx};

use crate::convert;
use crate::domain::Transfer;

macro_rules! kinds {
    ($($name:ident)+) => {$(
        #[expect(non_upper_case_globals, reason = "named like the type it becomes on the wire")]
        pub const $name: &str = concat!("yihe.ledger.v1.", stringify!($name));
    )+};
}

kinds! {
    AccountOpened AccountLimitsSet AccountClosed
    ServiceRecorded ServiceConfirmed ServiceRejected
    RatePublished
    GoodCreated GoodRestocked GoodRetired GoodRedeemed
    FundCreated FundClosed Contributed ExpenseRecorded ShareReturned
    TransferPosted TransferCorrected HoldPlaced HoldPosted HoldVoided HoldExpired
}

const PROJECT_ENTRY_MADE: &str = "yihe.ledger.v1.ProjectEntryMade";

/// That something moved for a project; nothing where a transfer serves none.
pub async fn append_entry(
    tx: &Tx,
    by: &Authorized,
    transfer: &Transfer,
    amount: i64,
    at: Timestamp,
) -> Result<(), Failure> {
    let Some(entry) = convert::transfer::project_entry(transfer, amount) else {
        return Ok(());
    };
    let event = NewEvent {
        community: Some(transfer.name.community.clone()),
        kind: PROJECT_ENTRY_MADE,
        stream: transfer.name.to_string(),
        subject: transfer.name.to_string(),
        actor: by.actor(),
        organization: by.organization(),
        payload: entry.encode_to_vec(),
        at,
    };
    tx.append(event).await?;
    Ok(())
}

/// Appends an event about one thing, which is the whole of its own history.
pub async fn append(
    tx: &Tx,
    by: &Authorized,
    kind: &'static str,
    community: &CommunityId,
    subject: &impl Display,
    at: Timestamp,
) -> Result<(), Failure> {
    let event = NewEvent {
        community: Some(community.clone()),
        kind,
        stream: subject.to_string(),
        subject: subject.to_string(),
        actor: by.actor(),
        organization: by.organization(),
        payload: Vec::new(),
        at,
    };
    tx.append(event).await?;
    Ok(())
}
