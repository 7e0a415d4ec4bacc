//! Names of the directory's resources.

use yihe_kernel::{ClientId, CommunityId, OrganizationId, RegionCode, ids, names};
pub use yihe_kernel::{CompoundId, CompoundName, OwnerId, OwnerName, UnitId, UnitName};

ids! {
    /// An application for membership.
    ApplicationId
    /// An invitation to a post.
    InvitationId
    /// A person's post for a term.
    AppointmentId
    /// A property company's contract with a compound.
    ServiceContractId
    /// A signed-in person's session: the family of its refresh tokens.
    SessionId
}

names! {
    /// An organization's membership in a community.
    MembershipName { "communities" community: CommunityId, "memberships" membership: OrganizationId }
    /// An application for membership.
    ApplicationName { "communities" community: CommunityId, "applications" application: ApplicationId }
    /// An invitation to a post.
    InvitationName { "communities" community: CommunityId, "invitations" invitation: InvitationId }
    /// A person's post for a term.
    AppointmentName { "communities" community: CommunityId, "appointments" appointment: AppointmentId }
    /// A person's post in a region's committee.
    RegionAppointmentName { "regions" region: RegionCode, "appointments" appointment: AppointmentId }
    /// An invitation to a post in a region's committee.
    RegionInvitationName { "regions" region: RegionCode, "invitations" invitation: InvitationId }
    /// An API client as a resource of its community.
    ClientName { "communities" community: CommunityId, "clients" client: ClientId }
    /// A service contract.
    ServiceContractName {
        "communities" community: CommunityId, "compounds" compound: CompoundId, "serviceContracts" service_contract: ServiceContractId,
    }
}
