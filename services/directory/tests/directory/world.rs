//! A community with people in it, set up through the service.

use tonic::Status;
use yihe_authz::Principal;
use yihe_proto::directory::v1::{self as pb, OrganizationKind, Post};

use crate::node::{COMMUNITY, Node, Who};

pub const PASSWORD: &str = "correct horse battery";

pub struct World {
    pub node: Node,
    pub committee: String,
    pub secretary: Who,
}

/// Somebody who enrolled.
#[derive(Debug, Clone)]
pub struct Person {
    pub who: Who,
    pub user: String,
    pub appointment: String,
}

pub fn activation() -> pb::ActivateCommunityRequest {
    pb::ActivateCommunityRequest {
        region: "regions/440309002021".into(),
        ..Default::default()
    }
}

pub fn person_named(user: &str) -> Who {
    let principal: Principal = user.parse().unwrap();
    Who::new(principal)
}

impl World {
    pub async fn start() -> Self {
        Self::on(Node::start().await).await
    }

    /// Activates the community and enrols its secretary.
    pub async fn on(node: Node) -> Self {
        let community: pb::Community = node.call(&Who::operator(), activation()).await.unwrap();
        let request = pb::InviteFirstSecretaryRequest {
            community: COMMUNITY.into(),
            full_name: "王书记".into(),
            ..Default::default()
        };
        let invited: pb::InviteFirstSecretaryResponse = node.call(&Who::operator(), request).await.unwrap();
        let committee = community.party_committee;
        let secretary = enrol(&node, &invited.enrolment_code, "secretary")
            .await
            .unwrap()
            .who
            .acting_as(&committee);
        Self {
            node,
            committee,
            secretary,
        }
    }

    pub async fn register(&self, kind: OrganizationKind, display_name: &str) -> String {
        let membership: pb::Membership = self
            .node
            .call(&self.secretary, registration(kind, display_name))
            .await
            .unwrap();
        membership.organization.unwrap().name
    }

    pub async fn invite(&self, organization: &str, post: Post, full_name: &str) -> String {
        let invited: pb::CreateInvitationResponse = self
            .node
            .call(&self.secretary, invitation(organization, post, full_name))
            .await
            .unwrap();
        invited.enrolment_code
    }

    pub async fn enrol(&self, organization: &str, post: Post, login: &str) -> Person {
        let code = self.invite(organization, post, "某人").await;
        let mut person = enrol(&self.node, &code, login).await.unwrap();
        person.who = person.who.acting_as(organization);
        person
    }

    /// A partner that applied, was admitted and collected its credentials.
    pub async fn partner(&self, display_name: &str) -> (pb::Application, pb::CollectCredentialsResponse) {
        let applied: pb::ApplyForMembershipResponse = self
            .node
            .call(&Who::stranger(), application(display_name))
            .await
            .unwrap();
        let request = pb::AdmitApplicationRequest {
            name: applied.application.clone(),
        };
        let admitted: pb::Application = self.node.call(&self.secretary, request).await.unwrap();
        let request = pb::CollectCredentialsRequest {
            application: applied.application,
            claim_code: applied.claim_code,
        };
        let collected = self.node.call(&Who::stranger(), request).await.unwrap();
        (admitted, collected)
    }
}

pub async fn enrol(node: &Node, code: &str, login: &str) -> Result<Person, Status> {
    let enrolled: pb::EnrolResponse = node.call(&Who::stranger(), enrolment(code, login)).await?;
    Ok(Person {
        who: person_named(&enrolled.user),
        user: enrolled.user,
        appointment: enrolled.appointment,
    })
}

pub fn enrolment(code: &str, login: &str) -> pb::EnrolRequest {
    pb::EnrolRequest {
        enrolment_code: code.into(),
        login: login.into(),
        password: PASSWORD.into(),
    }
}

pub fn registration(kind: OrganizationKind, display_name: &str) -> pb::CreateMembershipRequest {
    pb::CreateMembershipRequest {
        parent: COMMUNITY.into(),
        organization: Some(pb::Organization {
            kind: kind.into(),
            display_name: display_name.into(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

pub fn invitation(organization: &str, post: Post, full_name: &str) -> pb::CreateInvitationRequest {
    pb::CreateInvitationRequest {
        parent: COMMUNITY.into(),
        organization: organization.into(),
        post: post.into(),
        full_name: full_name.into(),
        ..Default::default()
    }
}

pub fn application(display_name: &str) -> pb::ApplyForMembershipRequest {
    pb::ApplyForMembershipRequest {
        community: COMMUNITY.into(),
        kind: OrganizationKind::ResidentUnit.into(),
        display_name: display_name.into(),
        contact_name: "陈站长".into(),
        statement: "客流大,缺志愿者\n愿意共建".into(),
        ..Default::default()
    }
}
