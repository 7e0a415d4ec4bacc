use std::collections::BTreeSet;
use std::ops::Deref;

use tonic::Status;
use uuid::Uuid;
use yihe_authz::Principal;
use yihe_kernel::{CompoundId, OwnerId, UserId};
use yihe_proto::directory::v1::{OrganizationKind, RegisterOwner, RegisterUnit};
use yihe_proto::meeting::v1::*;
use yihe_proto::policy::v1::RoleTerm;

use crate::harness::{House, PARENT, Party};
use crate::room::instant;

/// The fifteen days between are whole.
pub const START: &str = "2026-03-20T01:00:00Z";
pub const END: &str = "2026-04-03T10:00:00Z";

/// A flat of a register: building, number, area in 0.01 m², and which owners own it.
#[derive(Clone, Debug)]
pub struct Flat {
    pub building: &'static str,
    pub number: u32,
    pub area: i64,
    pub owners: Vec<usize>,
    pub nominee: Option<usize>,
}

/// One flat of 100 m² for each of so many owners, twenty to a building.
pub fn one_each(owners: usize) -> Vec<Flat> {
    let buildings = ["1栋", "2栋", "3栋", "4栋", "5栋"];
    (0..owners)
        .map(|owner| flat(buildings[owner / 20 % buildings.len()], owner, 10_000, &[owner]))
        .collect()
}

pub fn flat(building: &'static str, number: usize, area: i64, owners: &[usize]) -> Flat {
    Flat {
        building,
        number: u32::try_from(number).unwrap() + 101,
        area,
        owners: owners.to_vec(),
        nominee: None,
    }
}

/// An owners' assembly of one compound, as far as a test wants it.
pub struct Assembly {
    pub house: House,
    pub secretary: Party,
    pub compound: String,
    pub body: String,
    pub meeting: String,
    pub item: String,
    pub motion: String,
    pub owners: Vec<String>,
    pub units: Vec<String>,
}

impl Deref for Assembly {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}

impl Assembly {
    /// A draft with one motion on using the repair fund.
    pub async fn draft(flats: &[Flat]) -> Self {
        Self::draft_at(House::new().await, flats, MatterClass::OwnersOrdinary).await
    }

    pub async fn draft_at(house: House, flats: &[Flat], class: MatterClass) -> Self {
        let committee = house.organization(OrganizationKind::PartyCommittee, "北站社区党委");
        let secretary = house.appoint(committee, "PARTY_COMMITTEE/SECRETARY");
        let mut assembly = Self::empty(house, secretary, flats).await;
        let item = assembly.propose("使用维修资金更换电梯", class, "").await.unwrap();
        assembly.item = item.name;
        assembly.motion = assembly.submit(&assembly.item).await.unwrap().name;
        assembly
    }

    /// A draft without an agenda.
    pub async fn empty(house: House, secretary: Party, flats: &[Flat]) -> Self {
        let compound = format!("{PARENT}/compounds/{}", house.ids.next::<CompoundId>());
        let last = flats.iter().flat_map(|flat| flat.owners.iter().copied()).max();
        let owners: Vec<_> = (0..=last.unwrap_or_default())
            .map(|_| format!("{compound}/owners/{}", house.ids.next::<OwnerId>()))
            .collect();
        let units: Vec<_> = flats
            .iter()
            .map(|_| format!("{compound}/units/{}", house.ids.next::<Uuid>()))
            .collect();
        let mut assembly = Self {
            house,
            secretary,
            compound,
            body: String::new(),
            meeting: String::new(),
            item: String::new(),
            motion: String::new(),
            owners,
            units,
        };
        assembly.register(flats);
        assembly.body = assembly.set_up().await.name;
        assembly.meeting = assembly.convene(START, END).await.unwrap().name;
        assembly
    }

    /// The register from now on.
    pub fn register(&self, flats: &[Flat]) {
        let sets: BTreeSet<_> = flats.iter().map(|flat| flat.owners.clone()).collect();
        let heads: Vec<_> = sets.into_iter().map(|set| (set, self.ids.next::<Uuid>())).collect();
        let unit = |(flat, name): (&Flat, &String)| RegisterUnit {
            unit: name.clone(),
            building: flat.building.to_owned(),
            number: flat.number.to_string(),
            area: flat.area,
            head: heads
                .iter()
                .find(|(set, _)| *set == flat.owners)
                .map(|(_, head)| head.to_string())
                .unwrap(),
            owners: flat
                .owners
                .iter()
                .map(|owner| RegisterOwner {
                    owner: self.owners[*owner].clone(),
                    share_numerator: 1,
                    share_denominator: i64::try_from(flat.owners.len()).unwrap(),
                    ..Default::default()
                })
                .collect(),
            nominee: flat.nominee.map(|owner| self.owners[owner].clone()).unwrap_or_default(),
            ..Default::default()
        };
        let units = flats.iter().zip(&self.units).map(unit).collect();
        self.directory.register(&self.compound, units);
    }

    async fn set_up(&self) -> Body {
        let body = Body {
            kind: BodyKind::OwnersAssembly.into(),
            display_name: "龙塘新村业主大会".to_owned(),
            convener: self.secretary.name(),
            compound: self.compound.clone(),
            ..Default::default()
        };
        let request = CreateBodyRequest {
            parent: PARENT.to_owned(),
            body: Some(body),
            ..Default::default()
        };
        let made = self.secretary.bodies().create_body(request).await;
        made.unwrap().into_inner()
    }

    pub async fn convene(&self, start: &str, end: &str) -> Result<Meeting, Status> {
        let meeting = Meeting {
            body: self.body.clone(),
            title: "2026 年第一次业主大会".to_owned(),
            start_time: Some(instant(start)),
            voting_end_time: (!end.is_empty()).then(|| instant(end)),
            ..Default::default()
        };
        self.create(meeting).await
    }

    pub async fn create(&self, meeting: Meeting) -> Result<Meeting, Status> {
        let request = CreateMeetingRequest {
            parent: PARENT.to_owned(),
            meeting: Some(meeting),
            ..Default::default()
        };
        Ok(self.secretary.meetings().create_meeting(request).await?.into_inner())
    }

    pub async fn propose(&self, title: &str, class: MatterClass, building: &str) -> Result<AgendaItem, Status> {
        let item = AgendaItem {
            title: title.to_owned(),
            kind: AgendaItemKind::Decision.into(),
            matter_class: class.into(),
            building: building.to_owned(),
            ..Default::default()
        };
        let request = CreateAgendaItemRequest {
            parent: self.meeting.clone(),
            agenda_item: Some(item),
            ..Default::default()
        };
        Ok(self.secretary.agenda().create_agenda_item(request).await?.into_inner())
    }

    pub async fn submit(&self, item: &str) -> Result<Motion, Status> {
        self.submit_by(&self.secretary, item).await
    }

    pub async fn submit_by(&self, by: &Party, item: &str) -> Result<Motion, Status> {
        let motion = Motion {
            agenda_item: item.to_owned(),
            text: "动用维修资金八十万元更换六部电梯".to_owned(),
            ..Default::default()
        };
        let request = SubmitMotionRequest {
            parent: self.meeting.clone(),
            motion: Some(motion),
            ..Default::default()
        };
        Ok(by.motions().submit_motion(request).await?.into_inner())
    }

    pub async fn serve(&self) -> Result<Notice, Status> {
        let request = ServeNoticeRequest {
            name: self.meeting.clone(),
            ..Default::default()
        };
        Ok(self.secretary.meetings().serve_notice(request).await?.into_inner())
    }

    /// Opens the voting at its time.
    pub async fn open(&self) -> Result<OpenVotingResponse, Status> {
        self.house.set(START);
        let request = OpenVotingRequest {
            name: self.meeting.clone(),
            ..Default::default()
        };
        Ok(self.secretary.owners().open_voting(request).await?.into_inner())
    }

    /// With its one vote open.
    pub async fn voting(flats: &[Flat]) -> (Self, String) {
        let assembly = Self::draft(flats).await;
        let vote = assembly.begin().await;
        (assembly, vote)
    }

    /// Notice served and voting opened: the name of its one vote.
    pub async fn begin(&self) -> String {
        self.serve().await.unwrap();
        let opened = self.open().await.unwrap();
        assert_eq!(opened.votes.len(), 1);
        opened.votes[0].name.clone()
    }

    /// Closes the voting at its time.
    pub async fn close(&self) -> Result<CloseVotingResponse, Status> {
        self.house.set(END);
        let request = CloseVotingRequest {
            name: self.meeting.clone(),
            ..Default::default()
        };
        Ok(self.secretary.owners().close_voting(request).await?.into_inner())
    }

    /// Closes it and tells what its one vote came to.
    pub async fn tally(&self) -> Tally {
        let mut closed = self.close().await.unwrap();
        closed.votes.remove(0).tally.unwrap()
    }

    /// A person who signs in as an owner.
    pub fn owner(&self, owner: usize) -> Party {
        let user = self.ids.next::<UserId>();
        self.directory
            .owns(&self.compound, format!("users/{user}"), &self.owners[owner]);
        self.person(user, "COMPOUND/OWNER")
    }

    /// A person with a role in a compound.
    pub fn person(&self, user: UserId, role: &str) -> Party {
        let principal = Principal::User(user);
        self.policy.appoint(RoleTerm {
            principal: principal.to_string(),
            capacity: "self".to_owned(),
            role: role.to_owned(),
            ..RoleTerm::default()
        });
        self.party(principal, None)
    }

    /// So many owners, from the first on, vote alike for all they have.
    pub async fn vote_of(&self, owners: std::ops::Range<usize>, vote: &str, choice: Choice) {
        for owner in owners {
            cast(&self.owner(owner), vote, choice, &[]).await.unwrap();
        }
    }

    /// A file of the meeting.
    pub fn scan(&self) -> String {
        let file = format!("{PARENT}/files/{}", self.ids.next::<Uuid>());
        self.kept.keep(&file, &self.meeting);
        file
    }

    pub async fn record(
        &self,
        vote: &str,
        ballots: Vec<PaperUnitBallot>,
        validate_only: bool,
    ) -> Result<RecordPaperUnitBallotsResponse, Status> {
        let request = RecordPaperUnitBallotsRequest {
            parent: vote.to_owned(),
            ballots,
            evidence: self.scan(),
            validate_only,
            ..Default::default()
        };
        Ok(self
            .secretary
            .owners()
            .record_paper_unit_ballots(request)
            .await?
            .into_inner())
    }

    /// The kinds of what happened in the meeting, in order.
    pub async fn events(&self) -> Vec<String> {
        let events = self.started.feed.of_stream(&self.meeting, 0, 1000).await.unwrap();
        let kind = |event: &yihe_store::Event| event.kind.trim_start_matches("yihe.meeting.v1.").to_owned();
        events.iter().map(kind).collect()
    }
}

pub async fn cast(by: &Party, vote: &str, choice: Choice, units: &[&String]) -> Result<Vec<UnitBallot>, Status> {
    let request = CastUnitBallotsRequest {
        parent: vote.to_owned(),
        choice: choice.into(),
        units: units.iter().map(|unit| (*unit).clone()).collect(),
        ..Default::default()
    };
    Ok(by.owners().cast_unit_ballots(request).await?.into_inner().unit_ballots)
}

pub async fn correct(by: &Party, vote: &str, choice: Choice) -> Result<Vec<UnitBallot>, Status> {
    let request = CorrectUnitBallotsRequest {
        parent: vote.to_owned(),
        choice: choice.into(),
        units: Vec::new(),
    };
    let answer = by.owners().correct_unit_ballots(request).await?;
    Ok(answer.into_inner().unit_ballots)
}

pub fn paper(building: &str, number: u32, choice: Choice) -> PaperUnitBallot {
    PaperUnitBallot {
        building: building.to_owned(),
        number: number.to_string(),
        choice: choice.into(),
        ..Default::default()
    }
}
