//! Everything that happened in one meeting, in as many queries as there are tables: what minutes are drawn from.

mod beside;
mod clerk;

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use yihe_kernel::{Error, OrganizationId, UserId};
use yihe_store::Failure;

use self::beside::{Beside, Called};
use super::entity::{ballot, motion, resolution, vote};
use super::{agenda, body, meeting, notice, presence};
use crate::domain::minutes::{Facts, Interval, MemberFacts, PackFacts};
use crate::domain::{AgendaItem, Ballot, Body, Frozen, Meeting, Member, Motion, Resolution, Room, Vote};
use crate::names::{MeetingName, MotionId, ResolutionId, VoteId};
use crate::reasons;

mod items;
mod proceedings;
mod units;

use proceedings::Proceedings;

/// What persons and organizations are called in a record.
#[derive(Debug, Default)]
pub struct Names {
    /// Full names of persons.
    pub persons: HashMap<UserId, String>,
    /// Names of organizations that are not on the roster.
    pub organizations: HashMap<OrganizationId, String>,
}

const ERASED: &str = "（姓名已删除）";

impl Names {
    /// The name of a person.
    #[must_use]
    pub fn person(&self, user: UserId) -> &str {
        self.persons.get(&user).map_or(ERASED, String::as_str)
    }

    /// What a member is called: an organization by its name at the act, a person by its own.
    #[must_use]
    pub fn member<'a>(&'a self, member: Member, display_name: &'a str) -> &'a str {
        match member.person() {
            _ if !display_name.is_empty() => display_name,
            Some(user) => self.person(user),
            None => ERASED,
        }
    }
}

/// The rows of one meeting.
#[derive(Debug)]
pub struct Happened {
    meeting: Meeting,
    body: Body,
    /// What its notice froze.
    pub frozen: Frozen,
    served_at: yihe_kernel::Timestamp,
    room: Room,
    agenda: Vec<AgendaItem>,
    motions: Vec<Motion>,
    votes: Vec<Vote>,
    ballots: HashMap<VoteId, Vec<Ballot>>,
    resolutions: HashMap<ResolutionId, Resolution>,
    proceedings: Proceedings,
    beside: Beside,
    recorded: clerk::Recorded,
    by_units: units::Units,
}

/// Loads what happened.
pub async fn load(conn: &impl ConnectionTrait, name: &MeetingName) -> Result<Happened, Failure> {
    let found = meeting::find(conn, name).await?.ok_or_else(|| Error::not_found(name))?;
    let body_name = name.body(found.body);
    let body = body::find(conn, &body_name).await?;
    let served = notice::find(conn, name).await?;
    let served = served.ok_or_else(|| Error::new(&reasons::NOTICE_NOT_SERVED).with("name", name))?;
    let served_at = served.served_at;
    let (community, id) = (name.community.as_str(), name.meeting.uuid());
    let motions = motion::Entity::find()
        .filter(motion::Column::Community.eq(community))
        .filter(motion::Column::Meeting.eq(id))
        .order_by_asc(motion::Column::Id)
        .all(conn)
        .await?;
    let votes = vote::Entity::find()
        .filter(vote::Column::Community.eq(community))
        .filter(vote::Column::Meeting.eq(id))
        .order_by_asc(vote::Column::Id)
        .all(conn)
        .await?;
    let votes: Vec<Vote> = votes.into_iter().map(Vote::try_from).collect::<Result<_, _>>()?;
    let resolutions = resolutions(conn, name).await?;
    let resolutions = resolutions
        .into_iter()
        .map(|found| (found.name.resolution, found))
        .collect();
    Ok(Happened {
        frozen: Frozen::new(served, &found),
        meeting: found,
        body: body.ok_or_else(|| Error::not_found(&body_name))?,
        served_at,
        room: presence::room(conn, name).await?,
        agenda: agenda::all(conn, name).await?,
        motions: motions.into_iter().map(Motion::try_from).collect::<Result<_, _>>()?,
        ballots: ballots(conn, community, &votes).await?,
        by_units: units::load(conn, name, &votes).await?,
        votes,
        resolutions,
        proceedings: proceedings::load(conn, name).await?,
        beside: beside::load(conn, name).await?,
        recorded: clerk::load(conn, name).await?,
    })
}

/// The resolutions of one meeting, in the order they were adopted.
pub async fn resolutions(conn: &impl ConnectionTrait, name: &MeetingName) -> Result<Vec<Resolution>, Failure> {
    let rows = resolution::Entity::find()
        .filter(resolution::Column::Community.eq(name.community.as_str()))
        .filter(resolution::Column::Meeting.eq(name.meeting.uuid()))
        .order_by_asc(resolution::Column::Id)
        .all(conn)
        .await?;
    rows.into_iter().map(Resolution::try_from).collect()
}

async fn ballots(
    conn: &impl ConnectionTrait,
    community: &str,
    votes: &[Vote],
) -> Result<HashMap<VoteId, Vec<Ballot>>, Failure> {
    let rows = ballot::Entity::find()
        .filter(ballot::Column::Community.eq(community))
        .filter(ballot::Column::Vote.is_in(votes.iter().map(|vote| vote.name.vote.uuid())))
        .order_by_asc(ballot::Column::Member)
        .all(conn)
        .await?;
    let mut by_vote: HashMap<VoteId, Vec<Ballot>> = HashMap::new();
    for row in rows {
        let vote = VoteId::from(row.vote);
        by_vote.entry(vote).or_default().push(Ballot::try_from(row)?);
    }
    Ok(by_vote)
}

impl Happened {
    /// Persons whose names are told.
    #[must_use]
    pub fn persons(&self) -> BTreeSet<UserId> {
        let rostered = self.frozen.roster.keys().filter_map(|member| member.person());
        let represented = self.room.0.iter().map(|presence| presence.representative);
        let proposed = self.agenda.iter().filter_map(|item| item.proposer.person());
        let moved = self.motions.iter().filter_map(|motion| motion.mover.person());
        let objected = self.proceedings.persons();
        let all = rostered.chain(represented).chain(proposed).chain(moved);
        let noted = self.beside.persons();
        all.chain(objected)
            .chain(noted)
            .chain(self.recorded.persons())
            .collect()
    }

    /// The organization that convened.
    #[must_use]
    pub fn convener(&self) -> OrganizationId {
        self.meeting.convener
    }

    /// Who has to sign: those who were there at any time, with what they are called.
    #[must_use]
    pub fn due(&self, names: &Names) -> Vec<(Member, String)> {
        let came: BTreeSet<_> = self.room.0.iter().map(|presence| presence.member).collect();
        let called = |member: &Member| {
            let display_name = self.frozen.roster.get(member).map_or("", |entry| &entry.display_name);
            (*member, names.member(*member, display_name).to_owned())
        };
        came.iter().map(called).collect()
    }

    /// The facts, with everybody called by name.
    ///
    /// # Errors
    /// `INTERNAL` where a count sheet cannot be written.
    pub fn facts(&self, names: &Names) -> Result<Facts, Error> {
        let (meeting, pack) = (&self.meeting, &self.frozen.pack);
        let items = self
            .agenda
            .iter()
            .map(|item| (item.name.agenda_item, item.position))
            .collect();
        let called = Called {
            names,
            member: &|member| {
                let display_name = self.frozen.roster.get(&member).map_or("", |entry| &entry.display_name);
                names.member(member, display_name).to_owned()
            },
            items: &items,
            resolution: &|id| self.resolutions.get(&id).map(Resolution::number),
        };
        Ok(Facts {
            meeting: meeting.name.to_string(),
            title: meeting.title.clone(),
            body: self.body.display_name.clone(),
            body_kind: self.body.kind,
            convener: self.organization(meeting.convener, names).to_owned(),
            location: meeting.location.clone(),
            mode: meeting.mode,
            starts_at: meeting.starts_at,
            noticed_at: self.served_at,
            opened_at: meeting.opened_at,
            closed_at: meeting.closed_at,
            pack: PackFacts {
                title: pack.provisions().title.zh.clone(),
                id: pack.id().to_owned(),
                effective_from: pack.effective_from().to_string(),
                sha256: pack.hash().to_owned(),
            },
            // owners are counted, not listed: a roster of them names every flat
            roster: if self.frozen.register.is_some() {
                Vec::new()
            } else {
                self.roster(names)
            },
            written: self.written(),
            agenda: self
                .agenda
                .iter()
                .map(|item| self.item(item, names))
                .collect::<Result<_, _>>()?,
            substitutes: self.beside.substitutes(&self.room.0, &called),
            proxies: beside::proxies(&self.room.1, &called),
            invited: self.beside.invited(names),
            suspensions: self.beside.suspensions(),
            commitments: self.beside.commitments(&called),
            records: self.recorded.facts(&self.frozen, names),
        })
    }

    fn organization<'a>(&'a self, organization: OrganizationId, names: &'a Names) -> &'a str {
        let rostered = self.frozen.roster.get(&Member::Organization(organization));
        let looked_up = names.organizations.get(&organization).map(String::as_str);
        rostered
            .map(|entry| entry.display_name.as_str())
            .or(looked_up)
            .unwrap_or_default()
    }

    fn roster(&self, names: &Names) -> Vec<MemberFacts> {
        let mut roster: Vec<_> = self
            .frozen
            .roster
            .values()
            .map(|entry| MemberFacts {
                member: entry.member,
                display_name: names.member(entry.member, &entry.display_name).to_owned(),
                acknowledged_at: entry.acknowledged_at,
                intervals: self.intervals(entry.member, names),
            })
            .collect();
        roster.sort_by(|a, b| (&a.display_name, a.member).cmp(&(&b.display_name, b.member)));
        roster
    }

    fn intervals(&self, member: Member, names: &Names) -> Vec<Interval> {
        let of = self.room.0.iter().filter(|presence| presence.member == member);
        of.map(|presence| Interval {
            person: names.person(presence.representative).to_owned(),
            started_at: presence.started_at,
            ended_at: presence.ended_at,
        })
        .collect()
    }

    /// The count sheets of all votes that were counted, each with its vote and its canonical count.
    ///
    /// # Errors
    /// `INTERNAL` where a sheet cannot be written.
    pub fn sheets(&self) -> Result<Vec<(Vote, String, String)>, Error> {
        let items: HashMap<MotionId, &AgendaItem> = self
            .motions
            .iter()
            .filter_map(|motion| {
                let item = self
                    .agenda
                    .iter()
                    .find(|item| item.name.agenda_item == motion.agenda_item)?;
                Some((motion.name.motion, item))
            })
            .collect();
        let mut sheets = Vec::new();
        for vote in &self.votes {
            let (Some(count), Some(item)) = (&vote.count, items.get(&vote.motion)) else {
                continue;
            };
            let bytes = self.sheet(vote, item).to_json().map_err(Error::internal)?;
            let text = String::from_utf8(bytes).map_err(Error::internal)?;
            sheets.push((vote.clone(), text, count.canonical.clone()));
        }
        Ok(sheets)
    }
}
