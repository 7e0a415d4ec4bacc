use std::fmt::Display;

use yihe_authz::Caller;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1::GetObjectFactsRequest;
use yihe_proto::meeting::v1::object_service_client::ObjectServiceClient;

use crate::{ServiceLink, reasons, remote_error};

/// The resolutions of the meeting service, as other services ask for them. Always before a transaction.
pub struct Resolutions {
    client: ObjectServiceClient<ServiceLink>,
}

impl Resolutions {
    /// Asked over a link to the meeting service.
    #[must_use]
    pub fn new(link: ServiceLink) -> Self {
        Self {
            client: ObjectServiceClient::new(link),
        }
    }

    /// There is such a resolution, and it may be known to the caller.
    ///
    /// # Errors
    /// `RESOLUTION_UNKNOWN`; `UNAVAILABLE` where the meeting service does not answer.
    pub async fn expect(&self, name: &impl Display, caller: &Caller) -> Result<()> {
        let request = GetObjectFactsRequest {
            name: name.to_string(),
            principal: caller.principal.to_string(),
            capacity: caller.capacity.to_string(),
        };
        let answer = self.client.clone().get_object_facts(request).await;
        let facts = answer.map_err(|status| remote_error(&status, &[]))?.into_inner();
        let concerned = facts.participant || facts.convener || facts.owner || facts.assignee || facts.caller;
        if facts.exists && (concerned || !facts.sealed) {
            return Ok(());
        }
        Err(Error::new(&reasons::RESOLUTION_UNKNOWN).with("name", name))
    }
}
