//! What this service tells others. An event names the file; whoever may, reads it there.

use yihe_authz::Authorized;
use yihe_kernel::Timestamp;
use yihe_store::{Failure, NewEvent, Tx};

use crate::domain::File;

macro_rules! kinds {
    ($($name:ident)+) => {$(
        #[expect(non_upper_case_globals, reason = "named like the type it becomes on the wire")]
        pub const $name: &str = concat!("yihe.file.v1.", stringify!($name));
    )+};
}

kinds! { FileUploaded FileRetired FileRetained FileRemoved }

/// Appends an event of the history of the object that a file belongs to.
pub async fn append(tx: &Tx, by: &Authorized, kind: &'static str, file: &File, at: Timestamp) -> Result<(), Failure> {
    let event = NewEvent {
        community: Some(file.name.community.clone()),
        kind,
        stream: file.owner_object.clone(),
        subject: file.name.to_string(),
        actor: by.actor(),
        organization: by.organization(),
        payload: Vec::new(),
        at,
    };
    tx.append(event).await?;
    Ok(())
}
