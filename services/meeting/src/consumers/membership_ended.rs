use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, OrganizationId};
use yihe_store::{Event, Failure, Tx};

use crate::{events, store};

/// Type of the event.
pub const KIND: &str = "yihe.directory.v1.MembershipEnded";

yihe_kernel::names! {
    /// Subject of the event.
    MembershipName { "communities" community: CommunityId, "memberships" membership: OrganizationId }
}

/// An organization left the community: it leaves the community's bodies, at the instant it left. Rosters already frozen stay.
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
    Ok(())
}

#[cfg(test)]
mod tests;
