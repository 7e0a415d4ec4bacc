//! The authorized lookup: loads a target, settles the open conditions with its facts, and answers for a missing one as for one
//! that the caller may not see.

use yihe_authz::{Admitted, Authorized, Condition};
use yihe_kernel::Result;

use crate::domain::Webhook;
use crate::names::WebhookName;
use crate::service::Service;
use crate::store;

impl Service {
    /// A webhook: whose it is owns it.
    pub async fn webhook(&self, admitted: Admitted, name: &WebhookName) -> Result<(Authorized, Webhook)> {
        let Some(webhook) = store::webhook::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let is_own = admitted.organization() == Some(webhook.organization);
        let by = admitted.settle(&|condition| condition == Condition::Owner && is_own)?;
        Ok((by, webhook))
    }
}
