//! What this service tells others. An event names the webhook; whoever may, reads it there.

use yihe_authz::Authorized;
use yihe_kernel::Timestamp;
use yihe_store::{Failure, NewEvent, Tx};

use crate::names::WebhookName;

macro_rules! kinds {
    ($($name:ident)+) => {$(
        #[expect(non_upper_case_globals, reason = "named like the type it becomes on the wire")]
        pub const $name: &str = concat!("yihe.record.v1.", stringify!($name));
    )+};
}

kinds! { WebhookCreated WebhookUpdated WebhookDeleted WebhookSecretRotated WebhookEnabled WebhookReplayed WebhookDisabled }

/// Appends an event about a webhook.
pub async fn append(
    tx: &Tx,
    by: &Authorized,
    kind: &'static str,
    webhook: &WebhookName,
    at: Timestamp,
) -> Result<(), Failure> {
    let event = NewEvent {
        community: Some(webhook.community.clone()),
        kind,
        stream: webhook.to_string(),
        subject: webhook.to_string(),
        actor: by.actor(),
        organization: by.organization(),
        payload: Vec::new(),
        at,
    };
    tx.append(event).await?;
    Ok(())
}
