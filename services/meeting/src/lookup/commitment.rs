use yihe_authz::{Admitted, Authorized};
use yihe_kernel::Result;

use super::Facts;
use crate::domain::{Commitment, Member, Problem};
use crate::names::{CommitmentName, MeetingName, ProblemName};
use crate::service::{Service, calling_member};
use crate::store;

impl Service {
    /// The facts about a commitment for who acts: those of its meeting, and whether it holds it.
    pub async fn facts_of_commitment(&self, commitment: &Commitment, acting: Option<Member>) -> Result<Facts> {
        let meeting = MeetingName {
            community: commitment.name.community.clone(),
            meeting: commitment.origin.meeting,
        };
        let of = (commitment.origin.body, commitment.origin.convener.organization);
        let facts = self.facts_of_meeting(&meeting, of, acting).await?;
        Ok(Facts {
            assignee: acting == Some(Member::Organization(commitment.holder.organization)),
            ..facts
        })
    }

    /// A commitment.
    pub async fn commitment(&self, admitted: Admitted, name: &CommitmentName) -> Result<(Authorized, Commitment)> {
        let Some(commitment) = store::commitment::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let facts = match admitted.is_unconditional() {
            true => Facts::default(),
            false => self.facts_of_commitment(&commitment, calling_member(&admitted)).await?,
        };
        Ok((admitted.settle(&|condition| facts.holds(condition))?, commitment))
    }

    /// A problem.
    pub async fn problem(&self, admitted: Admitted, name: &ProblemName) -> Result<(Authorized, Problem)> {
        let Some(problem) = store::problem::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let facts = Facts {
            owner: calling_member(&admitted) == Some(Member::Organization(problem.reporter.organization)),
            ..Facts::default()
        };
        Ok((admitted.settle(&|condition| facts.holds(condition))?, problem))
    }
}
