//! Somebody for every role.

use anyhow::{Context, Result};
use yihe_authz::{KINDS, RoleName, posts_of};
use yihe_proto::directory::v1::*;
use yihe_testkit::{Actor, TestNode};

const PASSWORD: &str = "a password for a test 1";

pub struct Cast {
    pub community: String,
    /// By role, in the order of the kinds.
    pub roles: Vec<(String, Actor)>,
}

/// A community in which a person holds each post of each kind of organization, in one organization a kind; and a client for each
/// kind that may have one.
pub async fn assemble(node: &TestNode) -> Result<Cast> {
    let operator = node.operator()?;
    let request = ActivateCommunityRequest {
        region: "regions/440309002021".into(),
        ..Default::default()
    };
    let community = operator.call(request).await?;
    operator.saw(&community.name, &community.revision);
    let request = InviteFirstSecretaryRequest {
        community: community.name.clone(),
        full_name: "书记".into(),
        ..Default::default()
    };
    let invited = operator.call(request).await?;
    let secretary = enrol(node, &invited.enrolment_code, "secretary").await?;
    let desk = Desk {
        node,
        secretary: secretary.acting_as(&community.party_committee),
        community: community.name.clone(),
    };
    let mut roles = vec![("OPERATOR".to_owned(), operator)];
    for kind in KINDS {
        match kind {
            OrganizationKind::PartyCommittee => desk.posts(kind, &community.party_committee, &mut roles).await?,
            OrganizationKind::Compound => {}
            _ => {
                let organization = desk.register(kind).await?;
                desk.posts(kind, &organization, &mut roles).await?;
            }
        }
    }
    for kind in KINDS {
        if let Some(client) = desk.client(kind).await? {
            roles.push((RoleName::Client(kind).to_string(), client));
        }
    }
    Ok(Cast {
        community: community.name,
        roles,
    })
}

struct Desk<'a> {
    node: &'a TestNode,
    secretary: Actor,
    community: String,
}

impl Desk<'_> {
    async fn register(&self, kind: OrganizationKind) -> Result<String> {
        let organization = Organization {
            kind: kind.into(),
            display_name: format!("{kind:?}"),
            ..Default::default()
        };
        let request = CreateMembershipRequest {
            parent: self.community.clone(),
            organization: Some(organization),
            ..Default::default()
        };
        let membership = self
            .secretary
            .call(request)
            .await
            .with_context(|| format!("registering a {kind:?}"))?;
        self.secretary.saw(&membership.name, &membership.revision);
        Ok(membership.organization.context("an organization")?.name)
    }

    /// One person a post, the same for the first post of each kind: who acts for an organization holds its roles alone.
    async fn posts(&self, kind: OrganizationKind, organization: &str, roles: &mut Vec<(String, Actor)>) -> Result<()> {
        for post in posts_of(kind) {
            let role = RoleName::Post(kind, *post).to_string();
            let first = (kind, *post) == (OrganizationKind::PartyCommittee, Post::Secretary);
            let person = if first {
                self.secretary.clone()
            } else {
                let request = CreateInvitationRequest {
                    parent: self.community.clone(),
                    organization: organization.to_owned(),
                    post: (*post).into(),
                    full_name: role.clone(),
                    ..Default::default()
                };
                let invited = self
                    .secretary
                    .call(request)
                    .await
                    .with_context(|| format!("inviting a {role}"))?;
                let login = role.to_lowercase().replace(['/', '_'], "-");
                enrol(self.node, &invited.enrolment_code, &login).await?
            };
            roles.push((role, person.acting_as(organization)));
        }
        Ok(())
    }

    /// `None` where an organization of the kind cannot apply.
    async fn client(&self, kind: OrganizationKind) -> Result<Option<Actor>> {
        let request = ApplyForMembershipRequest {
            community: self.community.clone(),
            kind: kind.into(),
            display_name: format!("{kind:?} 系统"),
            contact_name: "联系人".into(),
            ..Default::default()
        };
        let Ok(applied) = self.node.stranger().call(request).await else {
            return Ok(None);
        };
        let request = AdmitApplicationRequest {
            name: applied.application.clone(),
        };
        let admitted = self
            .secretary
            .call(request)
            .await
            .with_context(|| format!("admitting a {kind:?}"))?;
        self.node.stranger().saw(&admitted.name, &admitted.revision);
        let request = CollectCredentialsRequest {
            application: applied.application,
            claim_code: applied.claim_code,
        };
        let credentials = self.node.stranger().call(request).await?;
        let client = self.node.stranger();
        Ok(Some(
            client
                .sign_in_client(&credentials.client, &credentials.client_secret)
                .await?,
        ))
    }
}

async fn enrol(node: &TestNode, code: &str, login: &str) -> Result<Actor> {
    let request = EnrolRequest {
        enrolment_code: code.to_owned(),
        login: login.to_owned(),
        password: PASSWORD.into(),
    };
    let enrolled = node
        .stranger()
        .call(request)
        .await
        .with_context(|| format!("enrolling {login}"))?;
    node.stranger().saw(&enrolled.appointment, &enrolled.revision);
    Ok(node.stranger().sign_in(login, PASSWORD).await?)
}
