//! Rooms full of voters with an open vote each.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use futures::stream::{StreamExt, TryStreamExt, iter};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use uuid::Uuid;
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

struct Voter {
    actor: Actor,
    user: Uuid,
    organization: Uuid,
}

pub struct Rooms {
    node: TestNode,
    folder: tempfile::TempDir,
    ballots: Vec<BallotToCast>,
}

impl Rooms {
    /// A node with enough open votes for so many ballots.
    pub async fn prepare(ballots: usize) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let options = TestNodeOptions {
            data_dir: Some(folder.path().to_owned()),
            attempts_per_address: Some(std::num::NonZeroU32::MAX),
            ..TestNodeOptions::default()
        };
        let node = TestNode::start(options).await?;
        let (community, committee, secretary) = community(&node).await?;
        let voters = voters(&node, &community, &secretary).await?;
        let votes = ballots.div_ceil(VOTERS);
        let opened = open_votes(&node, &community, &committee, &secretary, &voters, votes).await?;
        let ids = Ids::new(std::sync::Arc::<yihe_kernel::AdjustableClock>::clone(&node.clock));
        let mut all = Vec::with_capacity(votes * VOTERS);
        for vote in opened {
            let meeting = vote.split("/votes/").next().unwrap_or_default().to_owned();
            for voter in &voters {
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
            node,
            folder,
            ballots: all,
        })
    }

    /// Takes so many ballots out.
    pub fn take(&mut self, count: usize) -> Vec<BallotToCast> {
        let rest = self.ballots.len().saturating_sub(count);
        self.ballots.split_off(rest)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A copy of the meeting service's data file as it is now.
    pub async fn copy(&self) -> Result<DatabaseConnection> {
        let copy: PathBuf = self.folder.path().join("copy.db");
        let original = raw::open(&self.folder.path().join("meeting.db")).await?;
        original
            .execute_unprepared(&format!("VACUUM INTO '{}'", copy.display()))
            .await?;
        original.close().await?;
        raw::open(&copy).await
    }

    pub async fn stop(self) -> Result<()> {
        self.node.stop().await?;
        Ok(())
    }
}

fn last_id(name: &str) -> Result<Uuid> {
    name.rsplit('/')
        .next()
        .unwrap_or_default()
        .parse()
        .with_context(|| name.to_owned())
}

async fn community(node: &TestNode) -> Result<(String, String, Actor)> {
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
    let code = operator.call(request).await?.enrolment_code;
    let (secretary, _) = enrol(node, code, "secretary").await?;
    Ok((community.name, community.party_committee, secretary))
}

async fn enrol(node: &TestNode, enrolment_code: String, login: &str) -> Result<(Actor, Uuid)> {
    let request = EnrolRequest {
        enrolment_code,
        login: login.to_owned(),
        password: PASSWORD.into(),
    };
    let enrolled = node
        .stranger()
        .call(request)
        .await
        .with_context(|| format!("enrolling {login}"))?;
    node.stranger().saw(&enrolled.appointment, &enrolled.revision);
    Ok((
        node.stranger().sign_in(login, PASSWORD).await?,
        last_id(&enrolled.user)?,
    ))
}

async fn voters(node: &TestNode, community: &str, secretary: &Actor) -> Result<Vec<Voter>> {
    let mut voters = Vec::new();
    for index in 0..VOTERS {
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
        let (actor, user) = enrol(node, code, &format!("voter{index}")).await?;
        voters.push(Voter {
            actor: actor.acting_as(&organization),
            user,
            organization: last_id(&organization)?,
        });
    }
    Ok(voters)
}

async fn open_votes(
    node: &TestNode,
    community: &str,
    committee: &str,
    secretary: &Actor,
    voters: &[Voter],
    votes: usize,
) -> Result<Vec<String>> {
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
        let organization = format!("organizations/{}", voter.organization);
        secretary
            .call(AddBodyMemberRequest {
                parent: body.clone(),
                organization,
                ..Default::default()
            })
            .await?;
    }
    let start = node.clock.now().plus_days(7);
    let noticed: Vec<(String, String)> = iter(0..votes)
        .map(|index| notice(community, &body, secretary, start, index))
        .buffer_unordered(16)
        .try_collect()
        .await?;
    node.clock.set(start);
    iter(noticed)
        .map(|(meeting, item)| open_vote(meeting, item, secretary, voters))
        .buffer_unordered(16)
        .try_collect()
        .await
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

async fn open_vote(meeting: String, item: String, secretary: &Actor, voters: &[Voter]) -> Result<String> {
    secretary
        .call(OpenSessionRequest {
            name: meeting.clone(),
            ..Default::default()
        })
        .await?;
    for voter in voters {
        voter.actor.call(CheckInRequest { name: meeting.clone() }).await?;
    }
    let motion = Motion {
        agenda_item: item,
        text: "议案".into(),
        ..Default::default()
    };
    let request = SubmitMotionRequest {
        parent: meeting,
        motion: Some(motion),
        ..Default::default()
    };
    let motion = voters[0].actor.call(request).await?.name;
    Ok(secretary
        .call(OpenVoteRequest {
            parent: motion,
            ..Default::default()
        })
        .await?
        .name)
}
