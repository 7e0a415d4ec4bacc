//! The lookups of what befalls a motion before its vote.

use yihe_authz::{Admitted, Authorized};
use yihe_kernel::Result;

use super::Facts;
use crate::domain::{Amendment, ClassObjection, Dissent, Meeting, Ratification, Recusal};
use crate::names::{AmendmentName, ClassObjectionName, DissentName, MeetingName, RatificationName, RecusalName};
use crate::service::{Service, calling_member};
use crate::store;

impl Service {
    /// An amendment; its mover owns it.
    pub async fn amendment(&self, admitted: Admitted, name: &AmendmentName) -> Result<(Authorized, Amendment)> {
        let meeting = store::meeting::find(self.reader(), &name.meeting()).await?;
        let amendment = store::amendment::find(self.reader(), name).await?;
        let (Some(meeting), Some(amendment)) = (meeting, amendment) else {
            return Err(admitted.missing(name));
        };
        let facts = self
            .meeting_facts(&admitted, &meeting)
            .await?
            .owned_by(amendment.mover, calling_member(&admitted));
        Ok((admitted.settle(&|condition| facts.holds(condition))?, amendment))
    }

    /// An objection to a class; whoever made it owns it.
    pub async fn class_objection(
        &self,
        admitted: Admitted,
        name: &ClassObjectionName,
    ) -> Result<(Authorized, ClassObjection)> {
        let meeting = store::meeting::find(self.reader(), &name.meeting()).await?;
        let objection = store::class_objection::find(self.reader(), name).await?;
        let (Some(meeting), Some(objection)) = (meeting, objection) else {
            return Err(admitted.missing(name));
        };
        let facts = self
            .meeting_facts(&admitted, &meeting)
            .await?
            .owned_by(objection.objector, calling_member(&admitted));
        Ok((admitted.settle(&|condition| facts.holds(condition))?, objection))
    }

    /// A recusal; whoever moved or declared it owns it.
    pub async fn recusal(&self, admitted: Admitted, name: &RecusalName) -> Result<(Authorized, Recusal)> {
        let meeting = store::meeting::find(self.reader(), &name.meeting()).await?;
        let recusal = store::recusal::find(self.reader(), name).await?;
        let (Some(meeting), Some(recusal)) = (meeting, recusal) else {
            return Err(admitted.missing(name));
        };
        let facts = self
            .meeting_facts(&admitted, &meeting)
            .await?
            .owned_by(recusal.owner(), calling_member(&admitted));
        Ok((admitted.settle(&|condition| facts.holds(condition))?, recusal))
    }

    /// A dissent; whoever attached it owns it.
    pub async fn dissent(&self, admitted: Admitted, name: &DissentName) -> Result<(Authorized, Dissent)> {
        let meeting = store::meeting::find(self.reader(), &name.meeting()).await?;
        let dissent = store::dissent::find(self.reader(), name).await?;
        let (Some(meeting), Some(dissent)) = (meeting, dissent) else {
            return Err(admitted.missing(name));
        };
        let facts = self
            .meeting_facts(&admitted, &meeting)
            .await?
            .owned_by(dissent.member, calling_member(&admitted));
        Ok((admitted.settle(&|condition| facts.holds(condition))?, dissent))
    }

    /// A ratification: whoever may see the meeting that adopted the motion, or the one it was routed to, may see it.
    pub async fn ratification(
        &self,
        admitted: Admitted,
        name: &RatificationName,
    ) -> Result<(Authorized, Ratification)> {
        let Some(ratification) = store::ratification::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let routed = ratification.route.as_ref().map(|route| route.item.meeting());
        let mut facts = Facts::default();
        for meeting in [Some(ratification.motion.meeting()), routed].into_iter().flatten() {
            if let Some(meeting) = store::meeting::find(self.reader(), &meeting).await? {
                let of = self.meeting_facts(&admitted, &meeting).await?;
                facts.participant |= of.participant;
                facts.convener |= of.convener;
            }
        }
        Ok((admitted.settle(&|condition| facts.holds(condition))?, ratification))
    }

    /// A ratification about to be routed to a meeting; whoever convenes that meeting's body may.
    pub async fn ratification_for(
        &self,
        admitted: Admitted,
        name: &RatificationName,
        meeting: &MeetingName,
    ) -> Result<(Authorized, Ratification, Meeting)> {
        let found = store::ratification::find(self.reader(), name).await?;
        let Some(ratification) = found else {
            return Err(admitted.missing(name));
        };
        let Some(meeting) = store::meeting::find(self.reader(), meeting).await? else {
            return Err(admitted.missing(meeting));
        };
        let facts = self.meeting_facts(&admitted, &meeting).await?;
        let by = admitted.settle(&|condition| facts.holds(condition))?;
        Ok((by, ratification, meeting))
    }
}
