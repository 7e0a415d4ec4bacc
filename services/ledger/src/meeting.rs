//! What this service asks of meetings: that a resolution is there. Always before a transaction.

use yihe_authz::Caller;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1::GetObjectFactsRequest;
use yihe_proto::meeting::v1::object_service_client::ObjectServiceClient;
use yihe_server::{ServiceLink, remote_error};

use crate::names::ResolutionName;
use crate::reasons;

/// The meeting service.
pub struct Meeting {
    client: ObjectServiceClient<ServiceLink>,
}

impl Meeting {
    pub fn new(link: ServiceLink) -> Self {
        Self {
            client: ObjectServiceClient::new(link),
        }
    }

    /// The resolution is there, and may be known to the caller.
    ///
    /// # Errors
    /// `RESOLUTION_UNKNOWN`; `UNAVAILABLE` where the meeting service does not answer.
    pub async fn expect_resolution(&self, name: &ResolutionName, caller: &Caller) -> Result<()> {
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
