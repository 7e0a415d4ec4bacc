use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, OrganizationId, Timestamp};
use yihe_store::{Event, Failure, Tx};

use crate::domain::Doing;
use crate::{events, store};

/// Type of the event.
pub const KIND: &str = "yihe.directory.v1.MembershipEnded";

yihe_kernel::names! {
    /// Subject of the event.
    MembershipName { "communities" community: CommunityId, "memberships" membership: OrganizationId }
}

/// An organization left the community: it leaves the community's bodies, at the instant it left, and what it held goes back to
/// the conveners. Rosters already frozen stay.
/// Stands for the permission `meeting.body_member.remove`.
///
/// # Errors
/// `INTERNAL` for a subject that is no membership; the database's.
pub async fn membership_ended(tx: &Tx, event: &Event) -> Result<(), Failure> {
    let subject: MembershipName = event.subject.parse().map_err(Error::internal)?;
    let by = Authorized::by_event("meeting", event.id, subject.community.clone());
    for body in store::body::bodies_of(tx, &subject.community, subject.membership.into()).await? {
        let member = body.member(subject.membership);
        if store::body::leave(tx, &by, &member, event.at).await? {
            events::append(tx, &by, events::BodyMemberRemoved, &body, &member, event.at).await?;
        }
    }
    hand_back(tx, &by, &subject, event.at).await
}

async fn hand_back(tx: &Tx, by: &Authorized, left: &MembershipName, at: Timestamp) -> Result<(), Failure> {
    for held in store::commitment::held_by(tx, &left.community, left.membership).await? {
        let commitment = store::commitment::hold(tx, &held.name).await?;
        if commitment.holder.organization != left.membership {
            continue;
        }
        if let Some(changed) = commitment.holder_left(Doing::by(by, at)) {
            store::commitment::save(tx, by, &changed).await?;
            events::append(tx, by, events::CommitmentHolderLeft, &held.name, &held.name, at).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
