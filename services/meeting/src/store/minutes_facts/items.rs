//! Items with what came of them.

use yihe_kernel::Error;
use yihe_tally::CountSheet;

use super::{Happened, Names};
use crate::domain::minutes::{CountFacts, ItemFacts, MotionFacts, VoteFacts};
use crate::domain::{AgendaItem, Ballot, BallotMethod, Motion, Vote, sha256_hex, sheet};
use crate::names::AmendmentId;

impl Happened {
    pub(super) fn item(&self, item: &AgendaItem, names: &Names) -> Result<ItemFacts, Error> {
        let motions = self
            .motions
            .iter()
            .filter(|motion| motion.agenda_item == item.name.agenda_item);
        Ok(ItemFacts {
            id: item.name.agenda_item,
            position: item.position,
            title: item.title.clone(),
            proposer: names.member(item.proposer, &item.proposer_display_name).to_owned(),
            kind: item.kind,
            matter_class: item.matter_class,
            noticed: item.noticed,
            withdrawn: item.withdrawn_at.is_some(),
            recusals: self.proceedings.recusals(item, names),
            class_objections: self.proceedings.class_objections(item, names),
            motions: motions
                .map(|motion| self.motion(motion, item, names))
                .collect::<Result<_, _>>()?,
        })
    }

    fn motion(&self, motion: &Motion, item: &AgendaItem, names: &Names) -> Result<MotionFacts, Error> {
        let of_amendments = self.proceedings.amendments_of(motion);
        let amendments = of_amendments.map(|(amendment, before)| {
            let votes = self.votes_on(motion, Some(amendment.name.amendment), item, names)?;
            Ok(self.proceedings.amendment((amendment, before), votes, names))
        });
        Ok(MotionFacts {
            text: motion.text.clone(),
            mover: names.member(motion.mover, &motion.mover_display_name).to_owned(),
            state: motion.state,
            submitted_at: motion.created_at,
            seconders: self.proceedings.seconders(motion.name.motion.uuid(), names),
            withdrawal: motion.withdrawal.clone(),
            amendments: amendments.collect::<Result<_, Error>>()?,
            dissents: self.proceedings.dissents(motion, names),
            votes: self.votes_on(motion, None, item, names)?,
        })
    }

    /// The votes on a motion, or on one amendment to it.
    fn votes_on(
        &self,
        motion: &Motion,
        amendment: Option<AmendmentId>,
        item: &AgendaItem,
        names: &Names,
    ) -> Result<Vec<VoteFacts>, Error> {
        let votes = self.votes.iter();
        let votes = votes.filter(|vote| vote.motion == motion.name.motion && vote.amendment == amendment);
        votes.map(|vote| self.vote(vote, item, names)).collect()
    }

    fn vote(&self, vote: &Vote, item: &AgendaItem, names: &Names) -> Result<VoteFacts, Error> {
        let resolution = vote.resolution.and_then(|id| self.resolutions.get(&id));
        let mut ballots: Vec<_> = self
            .ballots_of(vote)
            .iter()
            .map(|ballot| self.recorded.ballot(vote.name.vote, ballot, names))
            .collect();
        ballots.sort_by(|a, b| a.name.cmp(&b.name));
        let count = match &vote.count {
            Some(count) => {
                let sheet = self.sheet(vote, item).to_json().map_err(Error::internal)?;
                Some(CountFacts::new(
                    &count.outcome,
                    count.sha256.clone(),
                    sha256_hex(&sheet),
                ))
            }
            None => None,
        };
        Ok(VoteFacts {
            method: vote.method,
            state: vote.state,
            quorum: vote.quorum.clone(),
            opened_at: vote.opened_at,
            closed_at: vote.closed_at,
            ballots,
            casting_vote: vote.casting_vote,
            count,
            resolution: resolution.map(|resolution| (resolution.number(), resolution.text.clone())),
        })
    }

    fn ballots_of(&self, vote: &Vote) -> &[Ballot] {
        self.ballots.get(&vote.name.vote).map_or(&[], Vec::as_slice)
    }

    pub(super) fn sheet(&self, vote: &Vote, item: &AgendaItem) -> CountSheet {
        match vote.method {
            BallotMethod::ByUnit => self.sheet_by_units(vote, item),
            BallotMethod::OpenRollCall | BallotMethod::Secret => {
                sheet(&self.frozen, item.matter_class, vote, self.ballots_of(vote))
            }
        }
    }
}
