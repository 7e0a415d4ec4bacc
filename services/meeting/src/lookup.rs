//! The authorized lookup: loads a target, settles the open conditions with its facts, and answers for a missing one as for one
//! that the caller may not see.

mod commitment;
mod owners;
mod proceedings;
mod standing;

use yihe_authz::{Admitted, Authorized, Condition, Filter};
use yihe_kernel::{OrganizationId, Result};

use crate::domain::minutes::Objection;
use crate::domain::{AgendaItem, Body, Meeting, Member, Motion, Proxy, Record, Resolution, Vote};
use crate::names::{
    AgendaItemName, BodyId, BodyName, MeetingName, MotionName, ObjectionName, ProxyName, RecordName, ResolutionName,
    VoteName,
};
use crate::service::{Service, calling_member};
use crate::store;

/// The facts about a target. Conditions without meaning here hold for nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// The acting organization or person is a member of the body now, or on the meeting's frozen roster.
    pub participant: bool,
    /// The acting organization convenes the body.
    pub convener: bool,
    /// The acting organization or person proposed the item or moved the motion.
    pub owner: bool,
    /// The acting organization holds the commitment.
    pub assignee: bool,
    /// The acting person holds a mandate for the meeting, or is invited to it.
    pub caller: bool,
}

impl Facts {
    /// Whether a condition holds.
    #[must_use]
    pub fn holds(self, condition: Condition) -> bool {
        match condition {
            Condition::Participant => self.participant,
            Condition::Convener => self.convener,
            Condition::Owner => self.owner,
            Condition::Assignee => self.assignee,
            Condition::Caller => self.caller,
            Condition::Serves => false,
        }
    }

    /// The same facts of what somebody owns.
    pub fn owned_by(self, owner: Member, acting: Option<Member>) -> Self {
        Self {
            owner: acting == Some(owner),
            ..self
        }
    }
}

/// Which rows below one meeting a caller may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// All.
    All,
    /// Those of the caller.
    Of(Member),
    /// Those of others.
    NotOf(Member),
}

impl Rows {
    /// The member by which rows are chosen, and whether its own are meant.
    #[must_use]
    pub fn owned(self) -> Option<(Member, bool)> {
        match self {
            Self::All => None,
            Self::Of(member) => Some((member, true)),
            Self::NotOf(member) => Some((member, false)),
        }
    }

    /// The rows that a plan lets through, where all have the same facts but for whose they are; `None` where that is none.
    #[must_use]
    pub fn let_through(filter: Filter, facts: Facts, caller: Option<Member>) -> Option<Self> {
        let sees = |owner: bool| filter.lets_through(&|condition| Facts { owner, ..facts }.holds(condition));
        let others = sees(false);
        match caller {
            Some(member) if sees(true) != others => Some(if others { Self::NotOf(member) } else { Self::Of(member) }),
            _ => others.then_some(Self::All),
        }
    }
}

impl Service {
    /// The facts about a body for who acts.
    pub async fn facts_of_body(
        &self,
        name: &BodyName,
        convener: OrganizationId,
        acting: Option<Member>,
    ) -> Result<Facts> {
        let Some(acting) = acting else {
            return Ok(Facts::default());
        };
        let participant = store::body::is_member(self.reader(), name, acting).await?
            || !self.owners_in(name, acting).await?.is_empty();
        Ok(Facts {
            participant,
            convener: acting == Member::Organization(convener),
            ..Facts::default()
        })
    }

    /// The facts about a meeting for who acts.
    pub async fn facts_of_meeting(
        &self,
        name: &MeetingName,
        of: (BodyId, OrganizationId),
        acting: Option<Member>,
    ) -> Result<Facts> {
        let (body, convener) = of;
        let Some(acting) = acting else {
            return Ok(Facts::default());
        };
        let rostered = match self.frozen.of(name).await? {
            Some(frozen) => frozen.roster.contains_key(&acting),
            None => false,
        };
        let body = name.body(body);
        let participant = rostered
            || store::body::is_member(self.reader(), &body, acting).await?
            || !self.owners_in(&body, acting).await?.is_empty();
        let caller = match acting.person() {
            Some(user) => self.has_a_part_in(name, user).await?,
            None => false,
        };
        Ok(Facts {
            participant,
            convener: acting == Member::Organization(convener),
            caller,
            ..Facts::default()
        })
    }

    async fn meeting_facts(&self, admitted: &Admitted, meeting: &Meeting) -> Result<Facts> {
        if admitted.is_unconditional() {
            return Ok(Facts::default());
        }
        self.facts_of_meeting(
            &meeting.name,
            (meeting.body, meeting.convener),
            calling_member(admitted),
        )
        .await
    }

    /// A body.
    pub async fn body(&self, admitted: Admitted, name: &BodyName) -> Result<(Authorized, Body)> {
        let Some(body) = store::body::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let facts = match admitted.is_unconditional() {
            true => Facts::default(),
            false => {
                self.facts_of_body(name, body.convener, calling_member(&admitted))
                    .await?
            }
        };
        Ok((admitted.settle(&|condition| facts.holds(condition))?, body))
    }

    /// A meeting.
    pub async fn meeting(&self, admitted: Admitted, name: &MeetingName) -> Result<(Authorized, Meeting)> {
        let Some(meeting) = store::meeting::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let facts = self.meeting_facts(&admitted, &meeting).await?;
        Ok((admitted.settle(&|condition| facts.holds(condition))?, meeting))
    }

    /// The rows below a meeting that belong to somebody, as far as the caller may see them.
    pub async fn rows_of_meeting(&self, admitted: Admitted, name: &MeetingName) -> Result<Rows> {
        let Some(meeting) = store::meeting::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let facts = self.meeting_facts(&admitted, &meeting).await?;
        Rows::let_through(admitted.filter(), facts, calling_member(&admitted)).ok_or_else(|| admitted.missing(name))
    }

    /// An agenda item.
    pub async fn agenda_item(&self, admitted: Admitted, name: &AgendaItemName) -> Result<(Authorized, AgendaItem)> {
        let meeting = store::meeting::find(self.reader(), &name.meeting()).await?;
        let item = store::agenda::find(self.reader(), name).await?;
        let (Some(meeting), Some(item)) = (meeting, item) else {
            return Err(admitted.missing(name));
        };
        let facts = self
            .meeting_facts(&admitted, &meeting)
            .await?
            .owned_by(item.proposer, calling_member(&admitted));
        Ok((admitted.settle(&|condition| facts.holds(condition))?, item))
    }

    /// A motion.
    pub async fn motion(&self, admitted: Admitted, name: &MotionName) -> Result<(Authorized, Motion)> {
        let meeting = store::meeting::find(self.reader(), &name.meeting()).await?;
        let motion = store::motion::find(self.reader(), name).await?;
        let (Some(meeting), Some(motion)) = (meeting, motion) else {
            return Err(admitted.missing(name));
        };
        let facts = self
            .meeting_facts(&admitted, &meeting)
            .await?
            .owned_by(motion.mover, calling_member(&admitted));
        Ok((admitted.settle(&|condition| facts.holds(condition))?, motion))
    }

    /// A record: whoever may see the meeting's may see it, and the member concerned owns it.
    pub async fn record(&self, admitted: Admitted, name: &RecordName) -> Result<(Authorized, Record)> {
        let meeting = store::meeting::find(self.reader(), &name.meeting()).await?;
        let record = store::clerk_record::find(self.reader(), name).await?;
        let (Some(meeting), Some(record)) = (meeting, record) else {
            return Err(admitted.missing(name));
        };
        let acting = calling_member(&admitted);
        let mut facts = self
            .meeting_facts(&admitted, &meeting)
            .await?
            .owned_by(record.member, acting);
        if let Some(acting) = acting.filter(|_| !admitted.is_unconditional()) {
            facts.owner |= self.is_owner(&name.community, record.member, acting).await?;
        }
        Ok((admitted.settle(&|condition| facts.holds(condition))?, record))
    }

    /// A vote.
    pub async fn vote(&self, admitted: Admitted, name: &VoteName) -> Result<(Authorized, Vote)> {
        let meeting = store::meeting::find(self.reader(), &name.meeting()).await?;
        let vote = store::vote::find(self.reader(), name).await?;
        let (Some(meeting), Some(vote)) = (meeting, vote) else {
            return Err(admitted.missing(name));
        };
        let facts = self.meeting_facts(&admitted, &meeting).await?;
        Ok((admitted.settle(&|condition| facts.holds(condition))?, vote))
    }

    /// A proxy: its principal owns it.
    pub async fn proxy(&self, admitted: Admitted, name: &ProxyName) -> Result<(Authorized, Proxy)> {
        let meeting = store::meeting::find(self.reader(), &name.meeting()).await?;
        let proxy = store::proxy::find(self.reader(), name).await?;
        let (Some(meeting), Some(proxy)) = (meeting, proxy) else {
            return Err(admitted.missing(name));
        };
        let facts = self
            .meeting_facts(&admitted, &meeting)
            .await?
            .owned_by(proxy.principal, calling_member(&admitted));
        Ok((admitted.settle(&|condition| facts.holds(condition))?, proxy))
    }

    /// An objection to published minutes.
    pub async fn objection(&self, admitted: Admitted, name: &ObjectionName) -> Result<(Authorized, Objection)> {
        let meeting = store::meeting::find(self.reader(), &name.meeting()).await?;
        let objection = store::objection::find(self.reader(), name).await?;
        let (Some(meeting), Some(objection)) = (meeting, objection) else {
            return Err(admitted.missing(name));
        };
        let facts = self.meeting_facts(&admitted, &meeting).await?;
        Ok((admitted.settle(&|condition| facts.holds(condition))?, objection))
    }

    /// A resolution: whoever may see the meeting's may see it.
    pub async fn resolution(&self, admitted: Admitted, name: &ResolutionName) -> Result<(Authorized, Resolution)> {
        let Some(resolution) = store::resolution::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let facts = match store::meeting::find(self.reader(), &resolution.motion.meeting()).await? {
            Some(meeting) => self.meeting_facts(&admitted, &meeting).await?,
            None => Facts::default(),
        };
        Ok((admitted.settle(&|condition| facts.holds(condition))?, resolution))
    }
}
