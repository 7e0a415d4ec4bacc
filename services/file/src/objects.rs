//! What this service asks about the objects that files belong to: how a caller stands to one. The service that keeps the object
//! knows: the meeting service tells facts, by which it is decided here; the ledger decides who may read and record.

use yihe_authz::{Caller, Condition};
use yihe_kernel::{Result, collection_of};
use yihe_proto::{ledger::v1 as ledger, meeting::v1 as meeting};
use yihe_server::{ServiceLink, remote_error};

use ledger::object_service_client::ObjectServiceClient as LedgerClient;
use meeting::object_service_client::ObjectServiceClient as MeetingClient;

/// How a caller stands to an object.
#[derive(Debug, Clone, Copy, Default)]
pub struct Facts {
    facts: meeting::ObjectFacts,
    /// The service that keeps the object lets the caller read it.
    readable: bool,
}

impl Facts {
    /// Whether the caller may know of the object at all, whatever it is allowed.
    pub fn is_visible(self) -> bool {
        let facts = self.facts;
        let concerned = facts.participant || facts.convener || facts.owner || facts.assignee || facts.caller;
        facts.exists && (concerned || self.readable || !facts.sealed)
    }

    /// The same facts with another owner: of a file, whoever uploaded it.
    pub fn owned(self, owner: bool) -> Self {
        let facts = meeting::ObjectFacts { owner, ..self.facts };
        Self { facts, ..self }
    }

    /// What counts for reading: whoever may read the object counts as taking part.
    pub fn reading(self) -> Self {
        let participant = self.facts.participant || self.readable;
        let facts = meeting::ObjectFacts {
            participant,
            ..self.facts
        };
        Self { facts, ..self }
    }

    /// What counts for adding and ending.
    pub fn changing(self) -> Self {
        self
    }

    /// Whether a condition holds.
    pub fn holds(self, condition: Condition) -> bool {
        match condition {
            Condition::Owner => self.facts.owner,
            Condition::Participant => self.facts.participant,
            Condition::Assignee => self.facts.assignee,
            Condition::Caller => self.facts.caller,
            Condition::Convener => self.facts.convener,
            Condition::Serves => false,
        }
    }
}

impl From<ledger::ObjectFacts> for Facts {
    /// Nobody learns of what the ledger does not let it read, whatever it holds here.
    fn from(told: ledger::ObjectFacts) -> Self {
        let facts = meeting::ObjectFacts {
            exists: told.exists,
            participant: told.readable && told.recordable,
            sealed: true,
            ..meeting::ObjectFacts::default()
        };
        Self {
            facts,
            readable: told.readable,
        }
    }
}

/// The services that keep objects.
pub struct Objects {
    meeting: MeetingClient<ServiceLink>,
    ledger: LedgerClient<ServiceLink>,
}

impl Objects {
    pub fn new(meeting: ServiceLink, ledger: ServiceLink) -> Self {
        Self {
            meeting: MeetingClient::new(meeting),
            ledger: LedgerClient::new(ledger),
        }
    }

    /// How a caller stands to an object; an object of a kind that has no files is like one that does not exist.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the object's service does not answer.
    pub async fn facts(&self, name: &str, caller: &Caller) -> Result<Facts> {
        match collection_of(name).map(|collection| collection.service) {
            Some("meeting") => self.of_meeting(name, caller).await,
            Some("ledger") => self.of_ledger(name, caller).await,
            _ => Ok(Facts::default()),
        }
    }

    async fn of_meeting(&self, name: &str, caller: &Caller) -> Result<Facts> {
        let request = meeting::GetObjectFactsRequest {
            name: name.to_owned(),
            principal: caller.principal.to_string(),
            capacity: caller.capacity.to_string(),
        };
        let answer = self.meeting.clone().get_object_facts(request).await;
        let facts = answer.map_err(|status| remote_error(&status, &[]))?.into_inner();
        Ok(Facts { facts, readable: false })
    }

    async fn of_ledger(&self, name: &str, caller: &Caller) -> Result<Facts> {
        let request = ledger::GetObjectFactsRequest {
            name: name.to_owned(),
            principal: caller.principal.to_string(),
            capacity: caller.capacity.to_string(),
        };
        let answer = self.ledger.clone().get_object_facts(request).await;
        let facts = answer.map_err(|status| remote_error(&status, &[]))?;
        Ok(facts.into_inner().into())
    }
}
