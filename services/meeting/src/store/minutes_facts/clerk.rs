//! What the clerk recorded in a meeting, and what ballots said before they were changed or taken back.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use yihe_kernel::UserId;
use yihe_store::Failure;

use super::super::entity::{ballot_change, clerk_record};
use super::Names;
use crate::domain::minutes::{BallotFacts, ChangeFacts, RecordFacts};
use crate::domain::{Ballot, BallotChange, Frozen, Member, Record, RecordedAct};
use crate::names::{MeetingName, VoteId};

/// The rows.
#[derive(Debug)]
pub struct Recorded {
    records: Vec<Record>,
    changes: Vec<(VoteId, BallotChange)>,
}

/// Loads them.
pub async fn load(conn: &impl ConnectionTrait, name: &MeetingName) -> Result<Recorded, Failure> {
    let (community, id) = (name.community.as_str(), name.meeting.uuid());
    let records = clerk_record::Entity::find()
        .filter(clerk_record::Column::Community.eq(community))
        .filter(clerk_record::Column::Meeting.eq(id))
        .filter(clerk_record::Column::Act.ne(RecordedAct::Signature.code()))
        .order_by_asc(clerk_record::Column::Id)
        .all(conn)
        .await?;
    let changes = ballot_change::Entity::find()
        .filter(ballot_change::Column::Community.eq(community))
        .filter(ballot_change::Column::Meeting.eq(id))
        .order_by_asc(ballot_change::Column::Id)
        .all(conn)
        .await?;
    Ok(Recorded {
        records: records.into_iter().map(Record::try_from).collect::<Result<_, _>>()?,
        changes: changes
            .into_iter()
            .map(|row| Ok((VoteId::from(row.vote), BallotChange::try_from(row)?)))
            .collect::<Result<_, Failure>>()?,
    })
}

impl Recorded {
    /// Persons whose names are told.
    pub fn persons(&self) -> impl Iterator<Item = UserId> {
        self.records.iter().flat_map(|record| {
            let concerned = record.member.person();
            [Some(record.recorded_by), concerned].into_iter().flatten()
        })
    }

    /// The records, everybody called by name.
    pub fn facts(&self, frozen: &Frozen, names: &Names) -> Vec<RecordFacts> {
        let of = |record: &Record| RecordFacts {
            act: record.act,
            member: called(record.member, frozen, names),
            recorded_by: names.person(record.recorded_by).to_owned(),
            recorded_at: record.recorded_at,
            proved: record.evidence.is_some(),
            contest: record.contest.clone(),
        };
        self.records.iter().map(of).collect()
    }

    /// What a ballot of a vote says, and what it said before.
    pub fn ballot(&self, vote: VoteId, ballot: &Ballot, names: &Names) -> BallotFacts {
        let changes = self.changes.iter();
        let own = changes.filter(|(of, change)| *of == vote && change.member == ballot.member);
        BallotFacts {
            name: names.member(ballot.member, &ballot.display_name).to_owned(),
            choice: ballot.cast.map(|(choice, ..)| choice),
            recorded: ballot.recorded_by.is_some(),
            earlier: own
                .map(|(_, change)| ChangeFacts {
                    kind: change.kind,
                    choice: change.cast.0,
                    changed_at: change.changed_at,
                })
                .collect(),
        }
    }
}

fn called(member: Member, frozen: &Frozen, names: &Names) -> String {
    let display_name = frozen.roster.get(&member).map_or("", |entry| &entry.display_name);
    names.member(member, display_name).to_owned()
}
