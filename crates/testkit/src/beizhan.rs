use anyhow::{Context, Result};
use yihe_proto::directory::v1::{
    ActivateCommunityRequest, CreateCompoundRequest, CreateInvitationRequest, CreateMembershipRequest,
    CreateServiceContractRequest, EnrolRequest, GetAppointmentRequest, InviteFirstSecretaryRequest, Organization,
    OrganizationKind, Post,
};

use crate::actor::Actor;
use crate::node::TestNode;
use crate::roll::{BRANCHES, RESIDENT_UNITS};

const PASSWORD: &str = "correct horse battery 北站";

/// An organization of the structure and the person who speaks for it.
#[derive(Clone, Debug)]
pub struct Party {
    /// `organizations/…`.
    pub organization: String,
    /// Its name.
    pub display_name: String,
    /// Its kind.
    pub kind: OrganizationKind,
    /// The person, in the capacity of the organization.
    pub person: Actor,
    /// The person's appointment, `communities/…/appointments/…`.
    pub appointment: String,
}

/// Beizhan community (440309002021) in its structure 1 + 16 + 25, set up through the public API by those entitled to.
pub struct Beizhan {
    /// `communities/440309002021`.
    pub community: String,
    /// The Party committee with its secretary.
    pub committee: Party,
    /// Two deputy secretaries.
    pub deputies: Vec<Actor>,
    /// The clerk.
    pub clerk: Actor,
    /// `organizations/…` of the 16 branches.
    pub branches: Vec<String>,
    /// The 25 resident units with their representatives.
    pub units: Vec<Party>,
    /// The resident committee with its director.
    pub resident_committee: Party,
    /// The owners' committee of the compound with its director.
    pub owners_committee: Party,
    /// The property company with its manager.
    pub property_company: Party,
    /// `communities/…/compounds/…`.
    pub compound: String,
    /// A member of the resident committee who is on the owners' committee too; capacity not chosen.
    pub cross_appointed: Actor,
}

impl Beizhan {
    /// The station, which lacks volunteers.
    #[must_use]
    pub fn station(&self) -> &Party {
        &self.units[0]
    }

    /// The school, whose pupils need hours.
    #[must_use]
    pub fn school(&self) -> &Party {
        &self.units[1]
    }

    /// Organizations of the joint conference: the four committees and companies, then the 25 units.
    pub fn conference(&self) -> impl Iterator<Item = &Party> {
        [
            &self.committee,
            &self.resident_committee,
            &self.owners_committee,
            &self.property_company,
        ]
        .into_iter()
        .chain(&self.units)
    }

    /// The secretary enters one more person in a post of a party. Returns the person, capacity not chosen, and `users/{user}`.
    ///
    /// # Errors
    /// A step is refused.
    pub async fn enrol(
        &self,
        node: &TestNode,
        party: &Party,
        post: Post,
        full_name: &str,
        login: &str,
    ) -> Result<(Actor, String)> {
        let desk = Desk {
            node,
            community: self.community.clone(),
            secretary: self.committee.person.clone(),
        };
        let (person, appointment) = desk.enrol(&party.organization, post, full_name, login).await?;
        let request = GetAppointmentRequest { name: appointment };
        let user = self.committee.person.call(request).await?.user;
        Ok((person, user))
    }

    /// Sets it up. The operator activates and invites the first secretary; from then on the committee acts.
    ///
    /// # Errors
    /// A step is refused.
    pub async fn set_up(node: &TestNode) -> Result<Self> {
        let operator = node.operator()?;
        let request = ActivateCommunityRequest {
            region: "regions/440309002021".into(),
            ..Default::default()
        };
        let community = operator.call(request).await.context("activating the community")?;
        operator.saw(&community.name, &community.revision);
        let name = community.name;
        let secretary = first_secretary(node, &name, &community.party_committee).await?;
        let desk = Desk {
            node,
            community: name.clone(),
            secretary: secretary.person.clone(),
        };

        let mut deputies = Vec::new();
        for (index, full_name) in ["副书记甲", "副书记乙"].into_iter().enumerate() {
            let login = format!("deputy{}", index + 1);
            deputies.push(
                desk.enrol(&secretary.organization, Post::DeputySecretary, full_name, &login)
                    .await?
                    .0,
            );
        }
        for index in 1..=3 {
            desk.enrol(
                &secretary.organization,
                Post::Member,
                &format!("委员{index}"),
                &format!("member{index}"),
            )
            .await?;
        }
        let clerk = desk
            .enrol(&secretary.organization, Post::Clerk, "会议秘书", "clerk")
            .await?
            .0;

        let mut branches = Vec::new();
        for branch in BRANCHES {
            branches.push(
                desk.register(OrganizationKind::PartyBranch, branch, &secretary.organization)
                    .await?,
            );
        }
        let mut units = Vec::new();
        for (index, unit) in RESIDENT_UNITS.into_iter().enumerate() {
            let login = format!("unit{}", index + 1);
            units.push(
                desk.party(OrganizationKind::ResidentUnit, unit, Post::Representative, &login)
                    .await?,
            );
        }
        let resident_committee = desk
            .party(
                OrganizationKind::ResidentCommittee,
                "北站社区居民委员会",
                Post::Director,
                "residents",
            )
            .await?;
        let owners_committee = desk
            .party(
                OrganizationKind::OwnersCommittee,
                "北站花园业主委员会",
                Post::Director,
                "owners",
            )
            .await?;
        let property_company = desk
            .party(
                OrganizationKind::PropertyCompany,
                "北站物业管理有限公司",
                Post::Manager,
                "property",
            )
            .await?;
        let compound = desk
            .compound(
                "北站花园",
                &owners_committee.organization,
                &property_company.organization,
            )
            .await?;
        let cross_appointed = desk.cross_appointed(&resident_committee, &owners_committee).await?;
        Ok(Self {
            community: name,
            committee: secretary,
            deputies,
            clerk,
            branches,
            units,
            resident_committee,
            owners_committee,
            property_company,
            compound,
            cross_appointed,
        })
    }
}

async fn first_secretary(node: &TestNode, community: &str, committee: &str) -> Result<Party> {
    let request = InviteFirstSecretaryRequest {
        community: community.to_owned(),
        full_name: "社区党委书记".into(),
        ..Default::default()
    };
    let invited = node
        .operator()?
        .call(request)
        .await
        .context("inviting the first secretary")?;
    let (person, appointment) = enrol(node, &invited.enrolment_code, "secretary").await?;
    Ok(Party {
        organization: committee.to_owned(),
        display_name: "社区党委".into(),
        kind: OrganizationKind::PartyCommittee,
        person: person.acting_as(committee),
        appointment,
    })
}

/// Enrols with a one-time code and signs in. Returns the person, capacity not chosen, and the appointment.
pub(crate) async fn enrol(node: &TestNode, code: &str, login: &str) -> Result<(Actor, String)> {
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
    let person = node
        .stranger()
        .sign_in(login, PASSWORD)
        .await
        .with_context(|| format!("signing {login} in"))?;
    Ok((person, enrolled.appointment))
}

/// The secretary's desk, from which everything else is set up.
struct Desk<'a> {
    node: &'a TestNode,
    community: String,
    secretary: Actor,
}

impl Desk<'_> {
    async fn register(&self, kind: OrganizationKind, display_name: &str, superior: &str) -> Result<String> {
        let organization = Organization {
            kind: kind.into(),
            display_name: display_name.to_owned(),
            ..Default::default()
        };
        let request = CreateMembershipRequest {
            parent: self.community.clone(),
            organization: Some(organization),
            superior: superior.to_owned(),
            ..Default::default()
        };
        let membership = self
            .secretary
            .call(request)
            .await
            .with_context(|| format!("registering {display_name}"))?;
        self.secretary.saw(&membership.name, &membership.revision);
        Ok(membership
            .organization
            .context("a membership has an organization")?
            .name)
    }

    async fn enrol(&self, organization: &str, post: Post, full_name: &str, login: &str) -> Result<(Actor, String)> {
        let request = CreateInvitationRequest {
            parent: self.community.clone(),
            organization: organization.to_owned(),
            post: post.into(),
            full_name: full_name.to_owned(),
            ..Default::default()
        };
        let invited = self
            .secretary
            .call(request)
            .await
            .with_context(|| format!("inviting {full_name}"))?;
        let (person, appointment) = enrol(self.node, &invited.enrolment_code, login).await?;
        Ok((person.acting_as(organization), appointment))
    }

    async fn party(&self, kind: OrganizationKind, display_name: &str, post: Post, login: &str) -> Result<Party> {
        let organization = self.register(kind, display_name, "").await?;
        let (person, appointment) = self
            .enrol(&organization, post, &format!("{display_name}代表"), login)
            .await?;
        Ok(Party {
            organization,
            display_name: display_name.to_owned(),
            kind,
            person,
            appointment,
        })
    }

    async fn compound(&self, display_name: &str, owners_committee: &str, property_company: &str) -> Result<String> {
        let request = CreateCompoundRequest {
            parent: self.community.clone(),
            display_name: display_name.to_owned(),
            owners_committee: owners_committee.to_owned(),
            ..Default::default()
        };
        let compound = self
            .secretary
            .call(request)
            .await
            .context("registering the compound")?
            .name;
        let request = CreateServiceContractRequest {
            parent: compound.clone(),
            property_company: property_company.to_owned(),
            ..Default::default()
        };
        self.secretary
            .call(request)
            .await
            .context("recording the service contract")?;
        Ok(compound)
    }

    async fn cross_appointed(&self, first: &Party, second: &Party) -> Result<Actor> {
        let (person, _) = self
            .enrol(&first.organization, Post::Member, "交叉任职委员", "cross")
            .await?;
        let request = CreateInvitationRequest {
            parent: self.community.clone(),
            organization: second.organization.clone(),
            post: Post::Member.into(),
            full_name: "交叉任职委员".into(),
            ..Default::default()
        };
        let invited = self
            .secretary
            .call(request)
            .await
            .context("inviting to a second post")?;
        let request = yihe_proto::directory::v1::AcceptInvitationRequest {
            enrolment_code: invited.enrolment_code,
        };
        let accepted = person.call(request).await.context("accepting a second post")?;
        person.saw(&accepted.appointment, &accepted.revision);
        let (login, password) = person.login().context("a person has a login")?;
        Ok(self.node.stranger().sign_in(login, password).await?)
    }
}
