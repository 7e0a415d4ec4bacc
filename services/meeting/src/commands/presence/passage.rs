use std::sync::Arc;

use yihe_authz::Authorized;
use yihe_kernel::{FileName, Result, Timestamp, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::commands::record::keep::keep;
use crate::convert;
use crate::domain::{
    Arrival, Frozen, InvitedPerson, Meeting, Member, NewRecord, Presence, RecordedAct, Room, Step, no_mandate,
};
use crate::names::{InvitedPersonId, MandateId, MeetingName};
use crate::service::{Service, person};
use crate::{events, store};

/// Which way somebody goes through the door.
pub enum Way {
    /// A member arrives, represented by a person.
    In(UserId),
    /// The person who represents a member leaves; none is named where the clerk records it.
    Out(Option<UserId>),
}

/// A member comes or goes, by itself or as the clerk records it.
pub struct Passage {
    pub by: Authorized,
    pub name: MeetingName,
    pub member: Member,
    /// Whether the person represents the organization by a mandate, and not by a post in it.
    pub mandated: bool,
    pub way: Way,
    /// Evidence and note of the clerk, where it is recorded for the member.
    pub recorded: Option<(Option<FileName>, String)>,
}

struct Input {
    service: Arc<Service>,
    frozen: Option<Arc<Frozen>>,
    passage: Passage,
}

impl Passage {
    /// Lets the member through; who is there already stays as it is.
    pub async fn pass(self, service: &Arc<Service>, transaction: &'static str) -> Result<pb::Presence> {
        let (name, member) = (self.name.clone(), self.member);
        if let Some((evidence, _)) = &self.recorded {
            service.expect_evidence(evidence.as_ref(), &name).await?;
        }
        let input = Input {
            service: Arc::clone(service),
            frozen: service.frozen.of(&name).await?,
            passage: self,
        };
        let presence = service
            .store
            .transaction(transaction, input, |tx, input| Box::pin(apply(tx, input)))
            .await?;
        tracing::info!(%name, member = %member.uuid(), there = presence.ended_at.is_none(), "came or went");
        Ok(convert::meeting::presence(&name, &presence))
    }
}

async fn apply(tx: &Tx, input: &Input) -> Result<Presence, Failure> {
    let Input {
        service,
        frozen,
        passage,
    } = input;
    let (by, name) = (&passage.by, &passage.name);
    let now = service.now();
    let meeting = store::meeting::hold(tx, name).await?;
    match passage.way {
        Way::In(_) => meeting.expect_doors_open(now)?,
        Way::Out(_) => meeting.expect(Step::Presence)?,
    }
    let frozen = Meeting::frozen(name, frozen.as_deref())?;
    let invitation = invitation(tx, frozen, passage).await?;
    let room = match &invitation {
        Some(_) => store::presence::visitors(tx, name).await?,
        None => store::presence::room(tx, name).await?,
    };
    let (presence, act) = match passage.way {
        Way::In(representative) => {
            let arrival = match &invitation {
                Some(_) => room.visit(passage.member),
                None => room.arrive(frozen, passage.member, representative)?,
            };
            if let Arrival::There(presence) = arrival {
                return Ok(presence.clone());
            }
            let invited = invitation.as_ref().map(|invited| invited.name.invited_person);
            let presence = arrive(tx, service, passage, (representative, invited), now).await?;
            (presence, RecordedAct::CheckIn)
        }
        Way::Out(representative) => (
            leave(tx, passage, &room, representative, now).await?,
            RecordedAct::CheckOut,
        ),
    };
    if let Some((evidence, note)) = &passage.recorded {
        let new = NewRecord {
            meeting: name.clone(),
            act,
            member: passage.member,
            subject: name.to_string(),
            evidence: evidence.clone(),
            note: note.clone(),
        };
        keep(tx, service, by, new, now).await?;
    }
    if invitation.is_none() {
        recompute_quorum(tx, by, &meeting, frozen, now).await?;
    }
    Ok(presence)
}

/// The invitation by which somebody comes or goes who is on no roster. Without one it is judged like everybody.
async fn invitation(tx: &Tx, frozen: &Frozen, passage: &Passage) -> Result<Option<InvitedPerson>, Failure> {
    match passage.member.person() {
        Some(user) if !frozen.roster.contains_key(&passage.member) => {
            store::invited_person::standing(tx, &passage.name, user).await
        }
        _ => Ok(None),
    }
}

/// The mandate by which somebody represents an organization, as it stands now.
async fn mandate(tx: &Tx, passage: &Passage, representative: UserId) -> Result<Option<MandateId>, Failure> {
    let Some(organization) = passage.member.organization().filter(|_| passage.mandated) else {
        return Ok(None);
    };
    let mandate = store::mandate::in_force(tx, &passage.name, organization, representative).await?;
    match mandate {
        Some(mandate) => Ok(Some(mandate.name.mandate)),
        None => Err(no_mandate(passage.member.name(&passage.name.community)).into()),
    }
}

async fn arrive(
    tx: &Tx,
    service: &Service,
    passage: &Passage,
    (representative, invited): (UserId, Option<InvitedPersonId>),
    now: Timestamp,
) -> Result<Presence, Failure> {
    let (by, name) = (&passage.by, &passage.name);
    let mandate = mandate(tx, passage, representative).await?;
    let recorded_by = match &passage.recorded {
        Some(_) => Some(person(by.user())?),
        None => None,
    };
    let presence = Presence {
        id: service.store.ids().next(),
        member: passage.member,
        representative,
        started_at: now,
        ended_at: None,
        recorded_by,
        mandate,
        invited,
    };
    store::presence::insert(tx, by, name, &presence).await?;
    events::append(tx, by, events::CheckedIn, name, name, now).await?;
    void_proxies(tx, by, name, &presence).await?;
    Ok(presence)
}

/// Who comes itself needs nobody to stand for it: its proxies are void, and a ballot not yet cast is its own again.
async fn void_proxies(tx: &Tx, by: &Authorized, meeting: &MeetingName, presence: &Presence) -> Result<(), Failure> {
    let (member, now) = (presence.member, presence.started_at);
    if store::proxy::void_of(tx, by, meeting, member, now).await? == 0 {
        return Ok(());
    }
    store::vote::give_back(tx, by, meeting, member, presence.representative).await?;
    events::append(tx, by, events::ProxyVoided, meeting, meeting, now).await
}

async fn leave(
    tx: &Tx,
    passage: &Passage,
    room: &Room,
    representative: Option<UserId>,
    now: Timestamp,
) -> Result<Presence, Failure> {
    let (by, name, member) = (&passage.by, &passage.name, passage.member);
    let presence = match representative {
        Some(user) => room.interval_of(&name.community, member, user)?,
        None => room.open_interval(&name.community, member)?,
    };
    store::presence::end(tx, by, name, presence, now).await?;
    events::append(tx, by, events::CheckedOut, name, name, now).await?;
    Ok(Presence {
        ended_at: Some(now),
        ..presence.clone()
    })
}

/// Somebody came or went, or another item is voted on: whether there is a quorum now, of the item that is voted on or else of
/// the room, is noted where casting looks, and told when it changed. The meeting must be held.
pub async fn recompute_quorum(
    tx: &Tx,
    by: &Authorized,
    meeting: &Meeting,
    frozen: &Frozen,
    now: Timestamp,
) -> Result<(), Failure> {
    let open = store::item_votes::open(tx, &meeting.name).await?;
    let room = store::presence::room(tx, &meeting.name).await?;
    let quorum = match open {
        Some(vote) => vote.quorum_now(&room, frozen, now)?,
        None => room.quorum(frozen, now)?,
    };
    if quorum.met == meeting.quorate {
        return Ok(());
    }
    store::meeting::set_quorate(tx, by, &meeting.name, quorum.met).await?;
    let kind = if quorum.met {
        events::QuorumReached
    } else {
        events::QuorumLost
    };
    events::append(tx, by, kind, &meeting.name, &meeting.name, now).await
}
