//! Who was there for others or by invitation, what interrupted the session, and what was committed to.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use yihe_kernel::{OrganizationId, UserId};
use yihe_store::Failure;

use super::super::{commitment, invited_person, mandate, presence, suspension};
use super::Names;
use crate::domain::minutes::{
    CommitmentFacts, Interval, InvitedFacts, ProxyEnd, ProxyFacts, SubstituteFacts, SuspensionFacts,
};
use crate::domain::{Commitment, InvitedPerson, Mandate, Member, Presence, Proxy, ProxyScope, Room};
use crate::names::{AgendaItemId, MeetingName, ResolutionId};

/// The rows beside the course of the meeting itself.
#[derive(Debug)]
pub struct Beside {
    mandates: Vec<Mandate>,
    invited: Vec<InvitedPerson>,
    visitors: Room,
    suspensions: Vec<SuspensionFacts>,
    commitments: Vec<Commitment>,
}

/// Loads them.
pub async fn load(conn: &impl ConnectionTrait, name: &MeetingName) -> Result<Beside, Failure> {
    Ok(Beside {
        mandates: mandate::all(conn, name).await?,
        invited: invited_person::all(conn, name).await?,
        visitors: presence::visitors(conn, name).await?,
        suspensions: suspension::all(conn, name).await?,
        commitments: commitment::of_meeting(conn, name).await?,
    })
}

/// What the record calls somebody or something.
pub struct Called<'a> {
    /// Persons.
    pub names: &'a Names,
    /// Members on the roster.
    pub member: &'a dyn Fn(Member) -> String,
    /// Items by their place in the agenda.
    pub items: &'a HashMap<AgendaItemId, i32>,
    /// Resolutions by their number.
    pub resolution: &'a dyn Fn(ResolutionId) -> Option<String>,
}

impl Beside {
    /// Persons whose names are told.
    pub fn persons(&self) -> impl Iterator<Item = UserId> {
        let sent = self.mandates.iter().map(|mandate| mandate.person);
        sent.chain(self.invited.iter().map(|invited| invited.person))
    }

    /// Who represented an organization without a post in it.
    pub fn substitutes(&self, room: &[Presence], called: &Called<'_>) -> Vec<SubstituteFacts> {
        let facts = |mandate: &Mandate| SubstituteFacts {
            organization: organization(mandate.organization, called),
            person: called.names.person(mandate.person).to_owned(),
            on_paper: mandate.recorded_by.is_some(),
            granted_at: mandate.granted_at,
            revoked_at: mandate.revoked_at,
            came: room
                .iter()
                .any(|presence| presence.mandate == Some(mandate.name.mandate)),
        };
        self.mandates.iter().map(facts).collect()
    }

    /// Who was invited, and when it was there.
    pub fn invited(&self, names: &Names) -> Vec<InvitedFacts> {
        let there = |invited: &InvitedPerson| {
            let of = self
                .visitors
                .0
                .iter()
                .filter(|presence| presence.invited == Some(invited.name.invited_person));
            of.map(|presence| Interval {
                person: names.person(presence.representative).to_owned(),
                started_at: presence.started_at,
                ended_at: presence.ended_at,
            })
            .collect()
        };
        let facts = |invited: &InvitedPerson| InvitedFacts {
            person: names.person(invited.person).to_owned(),
            role: invited.role.clone(),
            withdrawn: invited.withdrawn_at.is_some(),
            intervals: there(invited),
        };
        self.invited.iter().map(facts).collect()
    }

    /// When and why the session was suspended.
    pub fn suspensions(&self) -> Vec<SuspensionFacts> {
        self.suspensions.clone()
    }

    /// What was committed to, as it stands now.
    pub fn commitments(&self, called: &Called<'_>) -> Vec<CommitmentFacts> {
        let facts = |commitment: &Commitment| CommitmentFacts {
            item: commitment.origin.agenda_item,
            resolution: commitment.origin.resolution.and_then(called.resolution),
            organization: commitment.holder.display_name.clone(),
            part: commitment.part,
            text: commitment.text.clone(),
            due_on: commitment.due_on.to_string(),
            state: commitment.state,
        };
        self.commitments.iter().map(facts).collect()
    }
}

fn organization(organization: OrganizationId, called: &Called<'_>) -> String {
    (called.member)(Member::Organization(organization))
}

/// Whose vote was given to whom.
pub fn proxies(given: &[Proxy], called: &Called<'_>) -> Vec<ProxyFacts> {
    let items = |scope: &ProxyScope| match scope {
        ProxyScope::All(instruction) => (Vec::new(), vec![*instruction]),
        ProxyScope::Items(items) => {
            let mut places: Vec<_> = items
                .iter()
                .filter_map(|(item, instruction)| Some((*called.items.get(item)?, *instruction)))
                .collect();
            places.sort_by_key(|(place, _)| *place);
            places.into_iter().unzip()
        }
    };
    let facts = |proxy: &Proxy| {
        let (items, instructions) = items(&proxy.scope);
        let revoked = proxy.revoked_at.map(|at| (ProxyEnd::Revoked, at));
        let voided = proxy.voided_at.map(|at| (ProxyEnd::PrincipalCame, at));
        ProxyFacts {
            principal: (called.member)(proxy.principal),
            holder: (called.member)(proxy.holder),
            items,
            instructions,
            form: proxy.form,
            granted_at: proxy.granted_at,
            ended: revoked.or(voided),
        }
    };
    given.iter().map(facts).collect()
}
