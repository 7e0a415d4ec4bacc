//! What this service asks about the objects that files belong to: how a caller stands to one. The service that keeps the object
//! knows.

use yihe_authz::{Caller, Condition};
use yihe_kernel::{Result, collection_of};
use yihe_proto::meeting::v1::object_service_client::ObjectServiceClient;
use yihe_proto::meeting::v1::{GetObjectFactsRequest, ObjectFacts};
use yihe_server::{ServiceLink, remote_error};

/// How a caller stands to an object.
#[derive(Debug, Clone, Copy, Default)]
pub struct Facts(ObjectFacts);

impl Facts {
    /// Whether the caller may know of the object at all, whatever it is allowed.
    pub fn is_visible(self) -> bool {
        let Self(facts) = self;
        let concerned = facts.participant || facts.convener || facts.owner || facts.assignee || facts.caller;
        facts.exists && (concerned || !facts.sealed)
    }

    /// The same facts with another owner: of a file, whoever uploaded it.
    pub fn owned(self, owner: bool) -> Self {
        Self(ObjectFacts { owner, ..self.0 })
    }

    /// Whether a condition holds.
    pub fn holds(self, condition: Condition) -> bool {
        match condition {
            Condition::Owner => self.0.owner,
            Condition::Participant => self.0.participant,
            Condition::Assignee => self.0.assignee,
            Condition::Caller => self.0.caller,
            Condition::Convener => self.0.convener,
            Condition::Serves => false,
        }
    }
}

/// The services that keep objects.
pub struct Objects {
    meeting: ObjectServiceClient<ServiceLink>,
}

impl Objects {
    pub fn new(meeting: ServiceLink) -> Self {
        Self {
            meeting: ObjectServiceClient::new(meeting),
        }
    }

    /// How a caller stands to an object; an object of a kind that has no files is like one that does not exist.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the object's service does not answer.
    pub async fn facts(&self, name: &str, caller: &Caller) -> Result<Facts> {
        let mut client = match collection_of(name).map(|collection| collection.service) {
            Some("meeting") => self.meeting.clone(),
            _ => return Ok(Facts::default()),
        };
        let request = GetObjectFactsRequest {
            name: name.to_owned(),
            principal: caller.principal.to_string(),
            capacity: caller.capacity.to_string(),
        };
        let answer = client.get_object_facts(request).await;
        let facts = answer.map_err(|status| remote_error(&status, &[]))?;
        Ok(Facts(facts.into_inner()))
    }
}
