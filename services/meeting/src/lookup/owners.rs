//! Owners: who takes part in an owners' assembly because the register of its compound says so.

use yihe_authz::{Admitted, Authorized, Filter, Scope};
use yihe_kernel::{CommunityId, CompoundId, Error, OwnerId, Result};

use crate::domain::{Body, BodyKind, Meeting, Member};
use crate::names::{BodyName, ChallengeName};
use crate::service::{Service, member};
use crate::store;
use crate::store::visible::Sight;

const EXPORT_COUNTS: &str = "meeting.count.export";

impl Service {
    /// The owners that a person is in the compound of an owners' assembly; none in other bodies.
    pub(super) async fn owners_in(&self, body: &BodyName, acting: Member) -> Result<Vec<OwnerId>> {
        if acting.person().is_none() {
            return Ok(Vec::new());
        }
        match store::body::find(self.reader(), body).await? {
            Some(body) => self.owners_of(&body, acting).await,
            None => Ok(Vec::new()),
        }
    }

    async fn owners_of(&self, body: &Body, acting: Member) -> Result<Vec<OwnerId>> {
        match (body.kind, body.compound, acting.person()) {
            (BodyKind::OwnersAssembly, Some(compound), Some(user)) => {
                self.directory.owners(&body.name.community, compound, user).await
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Whether a person signs in as an owner.
    pub(super) async fn is_owner(&self, community: &CommunityId, owner: Member, acting: Member) -> Result<bool> {
        let (Member::Owner { compound, owner }, Some(user)) = (owner, acting.person()) else {
            return Ok(false);
        };
        let owners = self.directory.owners(community, compound, user).await?;
        Ok(owners.contains(&owner))
    }

    /// What the caller of a list sees in a community.
    pub async fn sight(&self, community: &CommunityId, filter: Filter, member: Option<Member>) -> Result<Sight> {
        let mut assemblies = Vec::new();
        if let (Filter::Where { .. }, Some(member @ Member::Person(_))) = (&filter, member) {
            for body in store::body::assemblies(self.reader(), community).await? {
                if !self.owners_of(&body, member).await?.is_empty() {
                    assemblies.push(body.name.body);
                }
            }
        }
        Ok(Sight {
            filter,
            member,
            assemblies,
        })
    }

    /// Whether who was authorized for something else may export the count sheets of a meeting too.
    pub async fn may_export_counts(&self, by: &Authorized, meeting: &Meeting) -> Result<bool> {
        let caller = by.caller();
        let scope = Scope::Community(meeting.name.community.clone());
        let (decision, _) = self
            .snapshots
            .decide(&caller.principal, &caller.capacity, EXPORT_COUNTS, &scope, None)
            .await?;
        let acting = member(caller.capacity, by.user());
        let facts = self
            .facts_of_meeting(&meeting.name, (meeting.body, meeting.convener), acting)
            .await?;
        Ok(decision.settle(&|condition| facts.holds(condition)))
    }

    /// A challenge of a result: as its vote. Told with the compound of its owner.
    pub async fn challenge(&self, admitted: Admitted, name: &ChallengeName) -> Result<(Authorized, CompoundId)> {
        if store::owners::challenge(self.reader(), name).await?.is_none() {
            return Err(admitted.missing(name));
        }
        let (by, _) = self.vote(admitted, &name.vote()).await?;
        let register = store::owners::extract(self.reader(), &name.vote().meeting()).await?;
        let register = register.ok_or_else(|| Error::internal(format!("{name} is of no register")))?;
        Ok((by, register.compound))
    }
}
