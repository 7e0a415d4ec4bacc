//! For whom somebody acts in a meeting who holds no post in the organization it acts for, and who is there by invitation.

use yihe_authz::{Admitted, Authorized, Capacity};
use yihe_kernel::{Error, Result, UserId};

use super::Facts;
use crate::domain::{InvitedPerson, Mandate, Meeting, Member, Speech, no_mandate};
use crate::names::{InvitedPersonName, MandateName, MeetingName, SpeechName};
use crate::reasons;
use crate::service::{Service, calling_member};
use crate::store;

impl Service {
    /// Who acts: the caller, or, where it acts for itself and wants so, an organization whose mandate it holds.
    pub async fn acting_in(
        &self,
        admitted: &Admitted,
        meeting: &MeetingName,
        wanted: Option<Member>,
    ) -> Result<Option<Member>> {
        let caller = calling_member(admitted);
        let (Capacity::Own, Some(user), Some(Member::Organization(organization))) =
            (admitted.caller().capacity, admitted.user(), wanted)
        else {
            return Ok(caller);
        };
        let mandate = store::mandate::in_force(self.reader(), meeting, organization, user).await?;
        Ok(mandate.map_or(caller, |mandate| Some(Member::Organization(mandate.organization))))
    }

    /// A meeting, with who acts in it.
    ///
    /// # Errors
    /// As [`Service::meeting`]; `ORGANIZATION_REQUIRED`; `MANDATE_ABSENT` where the caller wants to act for another one than it may.
    pub async fn meeting_as(
        &self,
        admitted: Admitted,
        name: &MeetingName,
        wanted: Option<Member>,
    ) -> Result<(Authorized, Meeting, Member)> {
        let Some(meeting) = store::meeting::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let acting = self.acting_in(&admitted, name, wanted).await?;
        let facts = match admitted.is_unconditional() {
            true => Facts::default(),
            false => {
                self.facts_of_meeting(name, (meeting.body, meeting.convener), acting)
                    .await?
            }
        };
        let by = admitted.settle(&|condition| facts.holds(condition))?;
        let acting = acting.ok_or_else(|| Error::new(&reasons::ORGANIZATION_REQUIRED))?;
        match wanted.filter(|wanted| *wanted != acting) {
            Some(wanted) => Err(no_mandate(wanted.name(&name.community))),
            None => Ok((by, meeting, acting)),
        }
    }

    /// Whether a person holds a mandate in force or an invitation that stands.
    pub async fn has_a_part_in(&self, meeting: &MeetingName, user: UserId) -> Result<bool> {
        let mandated = store::mandate::held_by(self.reader(), meeting, user).await?;
        if !mandated.is_empty() {
            return Ok(true);
        }
        let invited = store::invited_person::standing(self.reader(), meeting, user).await?;
        Ok(invited.is_some())
    }

    /// A mandate: the organization represented owns it.
    pub async fn mandate(&self, admitted: Admitted, name: &MandateName) -> Result<(Authorized, Mandate)> {
        let meeting = store::meeting::find(self.reader(), &name.meeting()).await?;
        let mandate = store::mandate::find(self.reader(), name).await?;
        let (Some(meeting), Some(mandate)) = (meeting, mandate) else {
            return Err(admitted.missing(name));
        };
        let facts = self
            .meeting_facts(&admitted, &meeting)
            .await?
            .owned_by(Member::Organization(mandate.organization), calling_member(&admitted));
        Ok((admitted.settle(&|condition| facts.holds(condition))?, mandate))
    }

    /// A speech: who asked for it owns it, the person itself too where it acts by a mandate.
    pub async fn speech(&self, admitted: Admitted, name: &SpeechName) -> Result<(Authorized, Speech)> {
        let meeting = store::meeting::find(self.reader(), &name.meeting()).await?;
        let speech = store::speech::find(self.reader(), name).await?;
        let (Some(meeting), Some(speech)) = (meeting, speech) else {
            return Err(admitted.missing(name));
        };
        let facts = self.meeting_facts(&admitted, &meeting).await?;
        let caller = calling_member(&admitted);
        let owner = caller == Some(speech.member) || caller == Some(Member::Person(speech.speaker));
        let facts = Facts { owner, ..facts };
        Ok((admitted.settle(&|condition| facts.holds(condition))?, speech))
    }

    /// An invited person.
    pub async fn invited_person(
        &self,
        admitted: Admitted,
        name: &InvitedPersonName,
    ) -> Result<(Authorized, InvitedPerson)> {
        let meeting = store::meeting::find(self.reader(), &name.meeting()).await?;
        let invited = store::invited_person::find(self.reader(), name).await?;
        let (Some(meeting), Some(invited)) = (meeting, invited) else {
            return Err(admitted.missing(name));
        };
        let facts = self.meeting_facts(&admitted, &meeting).await?;
        Ok((admitted.settle(&|condition| facts.holds(condition))?, invited))
    }
}
