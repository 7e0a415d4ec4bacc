//! A community with a room full of voters.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use futures::stream::{StreamExt, TryStreamExt, iter};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use uuid::Uuid;
use yihe::Wiring;
use yihe::config::AuthzSettings;
use yihe_kernel::{Clock, Ids};
use yihe_proto::directory::v1::{
    ActivateCommunityRequest, CreateInvitationRequest, CreateMembershipRequest, EnrolRequest,
    InviteFirstSecretaryRequest, Organization, OrganizationKind, Post,
};
use yihe_proto::meeting::v1::{
    AddBodyMemberRequest, AgendaItem, AgendaItemKind, Body, BodyKind, CheckInRequest, CreateAgendaItemRequest,
    CreateBodyRequest, CreateMeetingRequest, MatterClass, Meeting, Motion, OpenSessionRequest, OpenVoteRequest,
    ServeNoticeRequest, SubmitMotionRequest,
};
use yihe_testkit::{Actor, TestNode, TestNodeOptions};

use crate::vote::raw;

const VOTERS: usize = 64;
/// Where the community lies.
pub const REGION: &str = "regions/440309002021";
const PASSWORD: &str = "correct horse battery bench";

/// One ballot that may be cast once.
#[derive(Clone)]
pub struct BallotToCast {
    pub voter: Actor,
    pub user: Uuid,
    pub organization: Uuid,
    pub meeting: String,
    pub meeting_id: Uuid,
    pub vote: String,
    pub vote_id: Uuid,
    pub request_id: Uuid,
}

/// A member organization's representative.
pub struct Voter {
    pub actor: Actor,
    pub user: Uuid,
    pub organization: Uuid,
}

/// A node on an adjustable clock with a community, whose joint conference has 64 members.
pub struct Community {
    pub node: TestNode,
    pub folder: tempfile::TempDir,
    pub name: String,
    pub secretary: Actor,
    pub voters: Vec<Voter>,
    body: String,
}

impl Community {
    pub async fn set_up() -> Result<Self> {
        Self::with(Wiring::Direct).await
    }

    /// One whose services reach one another over sockets.
    pub async fn over_sockets() -> Result<Self> {
        Self::with(Wiring::Tcp).await
    }

    async fn with(wiring: Wiring) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let options = TestNodeOptions {
            wiring,
            data_dir: Some(folder.path().to_owned()),
            attempts_per_address: Some(std::num::NonZeroU32::MAX),
            shadow_sample: Some(AuthzSettings::default().shadow_sample),
            ..TestNodeOptions::default()
        };
        let node = TestNode::start(options).await?;
        let stranger = node.stranger();
        let (name, committee, secretary) = community(stranger, &node.operator()?, REGION).await?;
        let voters = voters(stranger, &name, &secretary, VOTERS).await?;
        let body = conference(&name, &committee, &secretary, &voters).await?;
        Ok(Self {
            node,
            folder,
            name,
            secretary,
            voters,
            body,
        })
    }

    /// A copy of a service's data file as it is now.
    pub async fn copy_of(&self, service: &str) -> Result<DatabaseConnection> {
        let copy: PathBuf = self.folder.path().join(format!("copy-of-{service}.db"));
        let original = raw::open(&self.folder.path().join(format!("{service}.db"))).await?;
        original
            .execute_unprepared(&format!("VACUUM INTO '{}'", copy.display()))
            .await?;
        original.close().await?;
        raw::open(&copy).await
    }

    /// Meetings under way with everybody checked in, each with so many motions on its one item.
    pub async fn sessions(&self, meetings: usize, motions: usize) -> Result<Vec<Session>> {
        let start = self.node.clock.now().plus_days(7);
        let noticed: Vec<(String, String)> = iter(0..meetings)
            .map(|index| notice(&self.name, &self.body, &self.secretary, start, index))
            .buffer_unordered(16)
            .try_collect()
            .await?;
        self.node.clock.set(start);
        iter(noticed)
            .map(|(meeting, item)| self.session(meeting, item, motions))
            .buffer_unordered(16)
            .try_collect()
            .await
    }

    async fn session(&self, meeting: String, item: String, count: usize) -> Result<Session> {
        let request = OpenSessionRequest {
            name: meeting.clone(),
            ..Default::default()
        };
        self.secretary.call(request).await?;
        for voter in &self.voters {
            let request = CheckInRequest {
                name: meeting.clone(),
                ..Default::default()
            };
            voter.actor.call(request).await?;
        }
        let mover = self.voters.first().context("nobody is there")?;
        let mut motions = Vec::with_capacity(count);
        for _ in 0..count {
            let motion = Motion {
                agenda_item: item.clone(),
                text: "议案".into(),
                ..Default::default()
            };
            let request = SubmitMotionRequest {
                parent: meeting.clone(),
                motion: Some(motion),
                ..Default::default()
            };
            motions.push(mover.actor.call(request).await?.name);
        }
        Ok(Session { meeting, motions })
    }

    /// Opens the vote on a motion.
    pub async fn open_vote(&self, motion: &str) -> Result<String> {
        let request = OpenVoteRequest {
            parent: motion.to_owned(),
            ..Default::default()
        };
        Ok(self.secretary.call(request).await?.name)
    }
}

/// A meeting under way.
pub struct Session {
    pub meeting: String,
    pub motions: Vec<String>,
}

/// Rooms with an open vote each.
pub struct Rooms {
    community: Community,
    ballots: Vec<BallotToCast>,
}

impl Rooms {
    /// A node with enough open votes for so many ballots.
    pub async fn prepare(ballots: usize) -> Result<Self> {
        let community = Community::set_up().await?;
        let sessions = community.sessions(ballots.div_ceil(VOTERS), 1).await?;
        let opened: Vec<(String, String)> = iter(sessions)
            .map(async |session| {
                let motion = session.motions.first().context("a session has a motion")?;
                anyhow::Ok((session.meeting, community.open_vote(motion).await?))
            })
            .buffer_unordered(16)
            .try_collect()
            .await?;
        let ids = Ids::new(std::sync::Arc::<yihe_kernel::AdjustableClock>::clone(
            &community.node.clock,
        ));
        let mut all = Vec::with_capacity(opened.len() * VOTERS);
        for (meeting, vote) in opened {
            for voter in &community.voters {
                all.push(BallotToCast {
                    voter: voter.actor.clone(),
                    user: voter.user,
                    organization: voter.organization,
                    meeting_id: last_id(&meeting)?,
                    meeting: meeting.clone(),
                    vote_id: last_id(&vote)?,
                    vote: vote.clone(),
                    request_id: ids.next(),
                });
            }
        }
        Ok(Self {
            community,
            ballots: all,
        })
    }

    /// Takes so many ballots out.
    pub fn take(&mut self, count: usize) -> Vec<BallotToCast> {
        let rest = self.ballots.len().saturating_sub(count);
        self.ballots.split_off(rest)
    }

    pub fn folder(&self) -> &Path {
        self.community.folder.path()
    }

    /// A copy of the meeting service's data file as it is now.
    pub async fn copy(&self) -> Result<DatabaseConnection> {
        self.community.copy_of("meeting").await
    }

    pub async fn stop(self) -> Result<()> {
        self.community.node.stop().await?;
        Ok(())
    }
}

/// The id that a name ends with.
pub fn last_id(name: &str) -> Result<Uuid> {
    name.rsplit('/')
        .next()
        .unwrap_or_default()
        .parse()
        .with_context(|| name.to_owned())
}

/// Activates a community with its first secretary. Returns its name, its committee and the secretary.
pub async fn community(stranger: &Actor, operator: &Actor, region: &str) -> Result<(String, String, Actor)> {
    let request = ActivateCommunityRequest {
        region: region.to_owned(),
        ..Default::default()
    };
    let community = operator.call(request).await?;
    operator.saw(&community.name, &community.revision);
    let request = InviteFirstSecretaryRequest {
        community: community.name.clone(),
        full_name: "书记".into(),
        ..Default::default()
    };
    let code = operator.call(request).await?.enrolment_code;
    let (secretary, _) = enrol(stranger, code, "secretary").await?;
    Ok((community.name, community.party_committee, secretary))
}

async fn enrol(stranger: &Actor, enrolment_code: String, login: &str) -> Result<(Actor, Uuid)> {
    let request = EnrolRequest {
        enrolment_code,
        login: login.to_owned(),
        password: PASSWORD.into(),
    };
    let enrolled = stranger
        .call(request)
        .await
        .with_context(|| format!("enrolling {login}"))?;
    stranger.saw(&enrolled.appointment, &enrolled.revision);
    Ok((stranger.sign_in(login, PASSWORD).await?, last_id(&enrolled.user)?))
}

/// So many member organizations with a representative each.
pub async fn voters(stranger: &Actor, community: &str, secretary: &Actor, count: usize) -> Result<Vec<Voter>> {
    let mut voters = Vec::new();
    for index in 0..count {
        let kind = OrganizationKind::ResidentUnit.into();
        let organization = Organization {
            kind,
            display_name: format!("单位{index}"),
            ..Default::default()
        };
        let parent = community.to_owned();
        let request = CreateMembershipRequest {
            parent,
            organization: Some(organization),
            ..Default::default()
        };
        let organization = secretary
            .call(request)
            .await?
            .organization
            .context("organization")?
            .name;
        let request = CreateInvitationRequest {
            parent: community.to_owned(),
            organization: organization.clone(),
            post: Post::Representative.into(),
            full_name: format!("代表{index}"),
            ..Default::default()
        };
        let code = secretary.call(request).await?.enrolment_code;
        let (actor, user) = enrol(stranger, code, &format!("voter{index}")).await?;
        voters.push(Voter {
            actor: actor.acting_as(&organization),
            user,
            organization: last_id(&organization)?,
        });
    }
    Ok(voters)
}

async fn conference(community: &str, committee: &str, secretary: &Actor, voters: &[Voter]) -> Result<String> {
    let body = Body {
        kind: BodyKind::JointConference.into(),
        display_name: "联席会议".into(),
        convener: committee.to_owned(),
        ..Default::default()
    };
    let request = CreateBodyRequest {
        parent: community.to_owned(),
        body: Some(body),
        ..Default::default()
    };
    let body = secretary.call(request).await?.name;
    for voter in voters {
        let request = AddBodyMemberRequest {
            parent: body.clone(),
            organization: format!("organizations/{}", voter.organization),
            ..Default::default()
        };
        secretary.call(request).await?;
    }
    Ok(body)
}

async fn notice(
    community: &str,
    body: &str,
    secretary: &Actor,
    start: yihe_kernel::Timestamp,
    index: usize,
) -> Result<(String, String)> {
    let meeting = Meeting {
        body: body.to_owned(),
        title: format!("会议{index}"),
        start_time: Some(start.to_proto()),
        ..Default::default()
    };
    let request = CreateMeetingRequest {
        parent: community.to_owned(),
        meeting: Some(meeting),
        ..Default::default()
    };
    let meeting = secretary.call(request).await?.name;
    let item = AgendaItem {
        title: "议题".into(),
        kind: AgendaItemKind::Decision.into(),
        matter_class: MatterClass::Coordination.into(),
        ..Default::default()
    };
    let request = CreateAgendaItemRequest {
        parent: meeting.clone(),
        agenda_item: Some(item),
        ..Default::default()
    };
    let item = secretary.call(request).await?.name;
    secretary
        .call(ServeNoticeRequest {
            name: meeting.clone(),
            ..Default::default()
        })
        .await?;
    Ok((meeting, item))
}
