use std::ops::Deref;

use prost_types::Timestamp as Instant;
use tonic::Status;
use yihe_kernel::Timestamp;
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;

use crate::harness::{House, PARENT, Party};

/// The following Monday, a week after notice.
pub const NEXT_MONDAY: &str = "2026-03-09T07:00:00Z";

pub fn instant(text: &str) -> Instant {
    text.parse::<Timestamp>().unwrap().to_proto()
}

/// A joint conference of a secretary and so many resident units, brought as far as a test wants it.
pub struct Room {
    pub house: House,
    pub secretary: Party,
    /// One representative of each unit.
    pub units: Vec<Party>,
    pub body: String,
    pub meeting: String,
    /// A decision on sharing resources.
    pub item: String,
}

impl Deref for Room {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}

impl Room {
    /// A draft with one item, proposed by the first unit.
    pub async fn draft(units: usize) -> Self {
        Self::draft_at(House::new().await, units).await
    }

    pub async fn draft_at(house: House, units: usize) -> Self {
        Self::draft_under(house, "", units).await
    }

    /// A draft under rules that the body names.
    pub async fn draft_under(house: House, rule_pack: &str, units: usize) -> Self {
        let committee = house.organization(OrganizationKind::PartyCommittee, "北站社区党委");
        let secretary = house.appoint(committee, "PARTY_COMMITTEE/SECRETARY");
        let units: Vec<_> = (1..=units)
            .map(|number| {
                let unit = house.organization(OrganizationKind::ResidentUnit, &format!("驻区单位 {number}"));
                house.appoint(unit, "RESIDENT_UNIT/REPRESENTATIVE")
            })
            .collect();
        let body = create_body_under(&secretary, "联席会议", rule_pack).await.unwrap().name;
        for member in units.iter().map(Party::name) {
            add_member(&secretary, &body, &member).await.unwrap();
        }
        let meeting = create_meeting(&secretary, &body, NEXT_MONDAY).await.unwrap().name;
        let proposer = units.first().unwrap_or(&secretary);
        let item = propose(proposer, &meeting, "小小文明劝导员", MatterClass::ResourceSharing)
            .await
            .unwrap()
            .name;
        Self {
            house,
            secretary,
            units,
            body,
            meeting,
            item,
        }
    }

    /// Notice served.
    pub async fn noticed(units: usize) -> Self {
        let room = Self::draft(units).await;
        room.serve().await.unwrap();
        room
    }

    /// In session, all units checked in.
    pub async fn in_session(units: usize) -> Self {
        Self::in_session_at(House::new().await, units).await
    }

    pub async fn in_session_at(house: House, units: usize) -> Self {
        let room = Self::draft_at(house, units).await;
        room.gather().await;
        room
    }

    pub async fn gather(&self) {
        self.serve().await.unwrap();
        self.open().await.unwrap();
        for unit in &self.units {
            check_in(unit, &self.meeting).await.unwrap();
        }
    }

    /// With a vote open on a motion of the first unit.
    pub async fn voting(units: usize) -> (Self, Vote) {
        Self::voting_at(House::new().await, units).await
    }

    pub async fn voting_at(house: House, units: usize) -> (Self, Vote) {
        let room = Self::draft_at(house, units).await;
        room.gather().await;
        let motion = room.submit(&room.units[0]).await.unwrap();
        let vote = room.open_vote(&motion.name).await.unwrap();
        (room, vote)
    }

    pub async fn serve(&self) -> Result<Notice, Status> {
        let request = ServeNoticeRequest {
            name: self.meeting.clone(),
            ..Default::default()
        };
        Ok(self.secretary.meetings().serve_notice(request).await?.into_inner())
    }

    /// Opens the session at its time.
    pub async fn open(&self) -> Result<Meeting, Status> {
        self.house.set(NEXT_MONDAY);
        let request = OpenSessionRequest {
            name: self.meeting.clone(),
            ..Default::default()
        };
        Ok(self.secretary.meetings().open_session(request).await?.into_inner())
    }

    pub async fn submit(&self, mover: &Party) -> Result<Motion, Status> {
        submit(mover, &self.meeting, &self.item).await
    }

    pub async fn open_vote(&self, motion: &str) -> Result<Vote, Status> {
        let request = OpenVoteRequest {
            parent: motion.to_owned(),
            ..Default::default()
        };
        Ok(self.secretary.votes().open_vote(request).await?.into_inner())
    }

    pub async fn close_vote(&self, vote: &str) -> Result<Vote, Status> {
        let request = CloseVoteRequest { name: vote.to_owned() };
        Ok(self.secretary.votes().close_vote(request).await?.into_inner())
    }

    pub async fn close(&self) -> Result<Meeting, Status> {
        let request = CloseMeetingRequest {
            name: self.meeting.clone(),
            ..Default::default()
        };
        Ok(self.secretary.meetings().close_meeting(request).await?.into_inner())
    }

    pub async fn get(&self) -> Meeting {
        let request = GetMeetingRequest {
            name: self.meeting.clone(),
        };
        self.secretary
            .meetings()
            .get_meeting(request)
            .await
            .unwrap()
            .into_inner()
    }

    pub async fn motion(&self, name: &str) -> Motion {
        let request = GetMotionRequest { name: name.to_owned() };
        self.secretary.motions().get_motion(request).await.unwrap().into_inner()
    }

    pub async fn vote(&self, name: &str) -> Vote {
        let request = GetVoteRequest { name: name.to_owned() };
        self.secretary.votes().get_vote(request).await.unwrap().into_inner()
    }
}

pub async fn create_body(by: &Party, display_name: &str) -> Result<Body, Status> {
    create_body_under(by, display_name, "").await
}

async fn create_body_under(by: &Party, display_name: &str, rule_pack: &str) -> Result<Body, Status> {
    let body = Body {
        rule_pack: rule_pack.to_owned(),
        kind: BodyKind::JointConference.into(),
        display_name: display_name.to_owned(),
        convener: by.name(),
        ..Default::default()
    };
    let request = CreateBodyRequest {
        parent: PARENT.to_owned(),
        body: Some(body),
        ..Default::default()
    };
    Ok(by.bodies().create_body(request).await?.into_inner())
}

pub async fn add_member(by: &Party, body: &str, organization: &str) -> Result<BodyMember, Status> {
    let request = AddBodyMemberRequest {
        parent: body.to_owned(),
        organization: organization.to_owned(),
        ..Default::default()
    };
    Ok(by.bodies().add_body_member(request).await?.into_inner())
}

pub async fn create_meeting(by: &Party, body: &str, start_time: &str) -> Result<Meeting, Status> {
    let meeting = Meeting {
        body: body.to_owned(),
        title: "三月联席会议".to_owned(),
        location: "党群服务中心".to_owned(),
        start_time: Some(instant(start_time)),
        ..Default::default()
    };
    let request = CreateMeetingRequest {
        parent: PARENT.to_owned(),
        meeting: Some(meeting),
        ..Default::default()
    };
    Ok(by.meetings().create_meeting(request).await?.into_inner())
}

pub async fn propose(by: &Party, meeting: &str, title: &str, class: MatterClass) -> Result<AgendaItem, Status> {
    let item = AgendaItem {
        title: title.to_owned(),
        kind: AgendaItemKind::Decision.into(),
        matter_class: class.into(),
        ..Default::default()
    };
    let request = CreateAgendaItemRequest {
        parent: meeting.to_owned(),
        agenda_item: Some(item),
        ..Default::default()
    };
    Ok(by.agenda().create_agenda_item(request).await?.into_inner())
}

pub async fn check_in(by: &Party, meeting: &str) -> Result<Presence, Status> {
    Ok(by
        .meetings()
        .check_in(CheckInRequest {
            name: meeting.to_owned(),
            ..Default::default()
        })
        .await?
        .into_inner())
}

pub async fn check_out(by: &Party, meeting: &str) -> Result<Presence, Status> {
    Ok(by
        .meetings()
        .check_out(CheckOutRequest {
            name: meeting.to_owned(),
            ..Default::default()
        })
        .await?
        .into_inner())
}

pub async fn quorum(by: &Party, meeting: &str) -> Result<Quorum, Status> {
    Ok(by
        .meetings()
        .get_quorum(GetQuorumRequest {
            name: meeting.to_owned(),
        })
        .await?
        .into_inner())
}

pub async fn submit(by: &Party, meeting: &str, item: &str) -> Result<Motion, Status> {
    let motion = Motion {
        agenda_item: item.to_owned(),
        text: "试行一学期".to_owned(),
        ..Default::default()
    };
    let request = SubmitMotionRequest {
        parent: meeting.to_owned(),
        motion: Some(motion),
        ..Default::default()
    };
    Ok(by.motions().submit_motion(request).await?.into_inner())
}

pub async fn cast(by: &Party, vote: &str, choice: Choice) -> Result<Ballot, Status> {
    let request = CastBallotRequest {
        parent: vote.to_owned(),
        choice: choice.into(),
        ..Default::default()
    };
    Ok(by.votes().cast_ballot(request).await?.into_inner())
}

pub async fn ballots(by: &Party, vote: &str) -> Vec<Ballot> {
    let request = ListBallotsRequest {
        parent: vote.to_owned(),
        page_size: 1000,
        ..Default::default()
    };
    by.votes().list_ballots(request).await.unwrap().into_inner().ballots
}
