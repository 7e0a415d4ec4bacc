//! The community in which everything happens: its rules, a meeting in session, its organizations.

use std::sync::Arc;

use anyhow::{Context, Result};
use yihe_kernel::{Clock, SystemClock};
use yihe_proto::meeting::v1::{
    AddBodyMemberRequest, AgendaItem, AgendaItemKind, Body, BodyKind, CheckInRequest, CreateAgendaItemRequest,
    CreateBodyRequest, CreateMeetingRequest, MatterClass, Meeting, OpenSessionRequest, ServeNoticeRequest,
};
use yihe_testkit::{Actor, Beizhan, Party, Postgres, TestNode, TestNodeOptions};

use super::ask::Caller;

const VOTERS: usize = 9;

/// What was prepared.
pub struct Scene {
    pub community: String,
    pub meeting: String,
    pub item: String,
    secretary: Party,
    deputy: Actor,
    voters: Vec<Party>,
}

/// The same people at the doors of a cluster.
pub struct People {
    pub community: String,
    pub meeting: String,
    pub item: String,
    pub secretary: Arc<Caller>,
    pub deputy: Arc<Caller>,
    /// Organizations with those who speak for them.
    pub voters: Vec<(String, Arc<Caller>)>,
}

impl Scene {
    /// Prepares it with a node in this process, on a clock that reaches the present when the session opens. Keys lie in `data`.
    pub async fn prepare(postgres: &Postgres, data: &std::path::Path) -> Result<Self> {
        let node = TestNode::start(TestNodeOptions {
            data_dir: Some(data.to_owned()),
            database: Some(postgres.url()),
            starting_at: Some(SystemClock.now().plus_days(-10)),
            ..TestNodeOptions::default()
        })
        .await?;
        let beizhan = Beizhan::set_up(&node).await?;
        let voters: Vec<Party> = beizhan.units.iter().take(VOTERS).cloned().collect();
        let (meeting, item) = in_session(&node, &beizhan, &voters).await?;
        let scene = Self {
            community: beizhan.community.clone(),
            meeting,
            item,
            secretary: beizhan.committee.clone(),
            deputy: beizhan.deputies[0].clone(),
            voters,
        };
        node.stop().await?;
        Ok(scene)
    }

    /// Takes everybody to the doors of a cluster.
    pub async fn people(&self, doors: [std::net::SocketAddr; 2]) -> Result<People> {
        let mut strangers = Vec::new();
        for door in doors {
            let endpoint = tonic::transport::Channel::from_shared(format!("http://{door}"))?;
            strangers.push(Actor::stranger(endpoint.connect_lazy()));
        }
        let at_both = |actor: &Actor| {
            // nobody waits for what somebody else wrote, but for what is asked
            Arc::new(Caller::new(
                [0, 1].map(|door: usize| actor.on_the_connection_of(&strangers[door])),
            ))
        };
        Ok(People {
            community: self.community.clone(),
            meeting: self.meeting.clone(),
            item: self.item.clone(),
            secretary: at_both(&self.secretary.person),
            deputy: at_both(&self.deputy),
            voters: self
                .voters
                .iter()
                .map(|party| (party.organization.clone(), at_both(&party.person)))
                .collect(),
        })
    }
}

async fn in_session(node: &TestNode, beizhan: &Beizhan, voters: &[Party]) -> Result<(String, String)> {
    let secretary = &beizhan.committee.person;
    let body = CreateBodyRequest {
        parent: beizhan.community.clone(),
        body: Some(Body {
            kind: BodyKind::JointConference.into(),
            display_name: "联席会议".into(),
            convener: beizhan.committee.organization.clone(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let body = secretary.call(body).await.context("a body")?.name;
    for voter in voters {
        let add = AddBodyMemberRequest {
            parent: body.clone(),
            organization: voter.organization.clone(),
            ..Default::default()
        };
        secretary.call(add).await.context("a member")?;
    }
    let meeting = CreateMeetingRequest {
        parent: beizhan.community.clone(),
        meeting: Some(Meeting {
            body,
            title: "长会".into(),
            start_time: Some(node.clock.now().plus_days(9).to_proto()),
            ..Default::default()
        }),
        ..Default::default()
    };
    let meeting = secretary.call(meeting).await.context("a meeting")?.name;
    let item = CreateAgendaItemRequest {
        parent: meeting.clone(),
        agenda_item: Some(AgendaItem {
            title: "议题".into(),
            kind: AgendaItemKind::Decision.into(),
            matter_class: MatterClass::Coordination.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let item = secretary.call(item).await.context("an item")?.name;
    let notice = ServeNoticeRequest {
        name: meeting.clone(),
        ..Default::default()
    };
    secretary.call(notice).await.context("notice")?;
    // the present, so that processes on the machine's clock go on from here
    node.clock.set(SystemClock.now());
    let open = OpenSessionRequest {
        name: meeting.clone(),
        ..Default::default()
    };
    secretary.call(open).await.context("the session")?;
    for voter in voters {
        let check_in = CheckInRequest {
            name: meeting.clone(),
            ..Default::default()
        };
        voter.person.call(check_in).await.context("checking in")?;
    }
    Ok((meeting, item))
}
