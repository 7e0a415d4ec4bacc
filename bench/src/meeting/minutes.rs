//! Minutes of a long meeting: drawn up through the gateway from what the store holds of it, stored, and answered with the text.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use yihe_proto::meeting::v1::{
    CastBallotRequest, Choice, CloseMeetingRequest, CloseVoteRequest, DraftMinutesRequest, Minutes,
};

use super::Arguments;
use crate::figures::{Report, median, quotient};
use crate::room::{Community, Session};

/// With 64 voters: 1,920 ballots, and some 160 check-ins, motions, openings and closings.
const VOTES: usize = 30;

pub async fn measure(arguments: &Arguments, report: &Report) -> Result<serde_json::Value> {
    report.line("preparing meetings with 2,000 events each");
    let community = Community::set_up().await.context("preparing")?;
    let sessions = community.sessions(arguments.rounds, VOTES).await?;
    let mut taken = Vec::new();
    let mut bytes = 0;
    for (index, session) in sessions.into_iter().enumerate() {
        hold(&community, &session).await?;
        let (minutes, elapsed) = draft(&community, &session).await?;
        bytes = minutes.text.len();
        taken.push(elapsed);
        report.line(&format!("round {}: {bytes} bytes of minutes in {elapsed:?}", index + 1));
    }
    community.node.stop().await?;
    Ok(json!({
        "votes": VOTES,
        "text_bytes": bytes,
        "minutes_ms": quotient(median(&taken)?.as_secs_f64(), 0.001),
    }))
}

async fn hold(community: &Community, session: &Session) -> Result<()> {
    for motion in &session.motions {
        let vote = community.open_vote(motion).await?;
        for voter in &community.voters {
            let request = CastBallotRequest {
                parent: vote.clone(),
                choice: Choice::Yes.into(),
                ..Default::default()
            };
            voter.actor.call(request).await.context("casting")?;
        }
        let request = CloseVoteRequest {
            name: vote,
            ..Default::default()
        };
        community.secretary.call(request).await?;
    }
    let request = CloseMeetingRequest {
        name: session.meeting.clone(),
        ..Default::default()
    };
    community.secretary.call(request).await?;
    Ok(())
}

async fn draft(community: &Community, session: &Session) -> Result<(Minutes, Duration)> {
    let request = DraftMinutesRequest {
        name: session.meeting.clone(),
    };
    let asked = Instant::now();
    let minutes = community.secretary.call(request).await?;
    let elapsed = asked.elapsed();
    let told = minutes.text.matches("- 计票单 SHA-256：").count();
    ensure!(told == VOTES, "the minutes tell of {told} votes");
    Ok((minutes, elapsed))
}
