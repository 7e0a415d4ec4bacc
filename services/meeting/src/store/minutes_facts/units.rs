//! What owners cast for the units of a register.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use yihe_store::Failure;
use yihe_tally::CountSheet;

use super::Happened;
use crate::domain::minutes::WrittenFacts;
use crate::domain::owners::{RosterUnit, UnitBallot, electorate, unit_sheet};
use crate::domain::{AgendaItem, BallotMethod, Vote};
use crate::names::{MeetingName, VoteId};
use crate::store::owners;

/// The frozen units and the ballots for them; nothing in a session.
#[derive(Debug, Default)]
pub(super) struct Units {
    units: Vec<RosterUnit>,
    ballots: HashMap<VoteId, Vec<UnitBallot>>,
}

pub(super) async fn load(conn: &impl ConnectionTrait, name: &MeetingName, votes: &[Vote]) -> Result<Units, Failure> {
    let mut found = Units::default();
    for vote in votes.iter().filter(|vote| vote.method == BallotMethod::ByUnit) {
        if found.units.is_empty() {
            found.units = owners::units(conn, name).await?;
        }
        let ballots = owners::of_vote(conn, &vote.name).await?;
        found.ballots.insert(vote.name.vote, ballots);
    }
    Ok(found)
}

impl Happened {
    /// The count sheet of a vote by units.
    pub(super) fn sheet_by_units(&self, vote: &Vote, item: &AgendaItem) -> CountSheet {
        let units = electorate(self.by_units.units.clone(), item);
        let ballots = self
            .by_units
            .ballots
            .get(&vote.name.vote)
            .map_or(&[][..], Vec::as_slice);
        unit_sheet(&self.frozen, item.matter_class, &units, ballots)
    }

    /// The register, and how the notice of a written meeting reached those on it.
    pub(super) fn written(&self) -> Option<WrittenFacts> {
        let register = self.frozen.register?;
        let roster = self.frozen.roster.values();
        Some(WrittenFacts {
            ends_at: self.meeting.voting_ends_at,
            served: self.frozen.roster.len(),
            acknowledged: roster.filter(|entry| entry.acknowledged_at.is_some()).count(),
            units: register.units,
            heads: register.heads,
            area: register.area,
        })
    }
}
