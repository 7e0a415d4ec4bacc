//! A room in which motions are put and ballots cast: what several scenes do alike.

use anyhow::{Context, Result, ensure};
use yihe_proto::meeting::v1::{
    BallotMethod, CastBallotRequest, Choice, CloseVoteRequest, Motion, OpenVoteRequest, SubmitMotionRequest, Tally,
    Vote,
};
use yihe_testkit::{Actor, Beizhan, Party};

/// A meeting under way.
#[derive(Clone, Copy)]
pub struct Room<'a> {
    pub beizhan: &'a Beizhan,
    /// `communities/…/meetings/…`.
    pub meeting: &'a str,
}

impl Room<'_> {
    /// Who speaks for a party in this room: the resident committee sent its cross-appointed member.
    pub fn speaker(&self, party: &Party) -> Actor {
        if party.organization == self.beizhan.resident_committee.organization {
            self.beizhan.cross_appointed.acting_as(&party.organization)
        } else {
            party.person.clone()
        }
    }

    /// A party submits the motion to elect an organization.
    pub async fn nominate(&self, party: &Party, agenda_item: &str, candidate: &Party, text: &str) -> Result<String> {
        let motion = Motion {
            agenda_item: agenda_item.to_owned(),
            text: text.to_owned(),
            candidate: candidate.organization.clone(),
            ..Default::default()
        };
        self.put(party, motion).await
    }

    /// A party submits a motion.
    pub async fn submit(&self, party: &Party, agenda_item: &str, text: &str) -> Result<String> {
        let motion = Motion {
            agenda_item: agenda_item.to_owned(),
            text: text.to_owned(),
            ..Default::default()
        };
        self.put(party, motion).await
    }

    async fn put(&self, party: &Party, motion: Motion) -> Result<String> {
        let request = SubmitMotionRequest {
            parent: self.meeting.to_owned(),
            motion: Some(motion),
            ..Default::default()
        };
        let motion = self.speaker(party).call(request).await;
        Ok(motion.with_context(|| format!("{} moves", party.display_name))?.name)
    }

    /// The secretary puts a motion to the vote.
    pub async fn open(&self, motion: &str, method: BallotMethod) -> Result<Vote> {
        let request = OpenVoteRequest {
            parent: motion.to_owned(),
            method: method.into(),
            ..Default::default()
        };
        Ok(self.beizhan.committee.person.call(request).await?)
    }

    /// A party casts its ballot.
    pub async fn cast(&self, party: &Party, vote: &str, choice: Choice) -> Result<()> {
        let request = CastBallotRequest {
            parent: vote.to_owned(),
            choice: choice.into(),
            ..Default::default()
        };
        let ballot = self.speaker(party).call(request).await;
        ballot.with_context(|| format!("{} votes", party.display_name))?;
        Ok(())
    }

    /// The first parties vote yes, the next no, the others abstain.
    pub async fn cast_all(&self, parties: &[&Party], vote: &str, yes: usize, no: usize) -> Result<()> {
        for (index, party) in parties.iter().enumerate() {
            let choice = match index {
                index if index < yes => Choice::Yes,
                index if index < yes + no => Choice::No,
                _ => Choice::Abstain,
            };
            self.cast(party, vote, choice).await?;
        }
        Ok(())
    }

    /// The secretary closes a vote; its count must have come out so.
    pub async fn close(&self, vote: &str, counted: (i64, i64, i64)) -> Result<(Vote, Tally)> {
        let request = CloseVoteRequest {
            name: vote.to_owned(),
            ..Default::default()
        };
        let closed = self
            .beizhan
            .committee
            .person
            .call(request)
            .await
            .context("closing the vote")?;
        let tally = closed.tally.clone().context("a closed vote has a tally")?;
        let found = (tally.yes, tally.no, tally.abstain);
        ensure!(found == counted, "counted {found:?} instead of {counted:?}");
        Ok((closed, tally))
    }
}
