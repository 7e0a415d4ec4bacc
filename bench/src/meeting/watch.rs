//! A room full of watchers while ballots are cast at a steady pace: from the call that casts one to each watcher that sees it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use yihe_proto::meeting::v1::{CastBallotRequest, Choice, CloseVoteRequest, MeetingEvent, WatchMeetingRequest};
use yihe_testkit::Actor;

use super::Arguments;
use crate::figures::{Report, median, percentile, quotient};
use crate::room::{Community, Session};

/// Votes of a round, one after the other, each with a ballot of everybody.
const VOTES: usize = 4;
/// Streams that share a connection, as behind one office's proxy.
const STREAMS: usize = 50;
const PATIENCE: Duration = Duration::from_secs(20);

pub async fn measure(arguments: &Arguments, report: &Report) -> Result<serde_json::Value> {
    report.line("preparing a community of 64 organizations");
    let community = Community::set_up().await.context("preparing")?;
    let sessions = community.sessions(arguments.rounds, VOTES).await?;
    let mut p99s = Vec::new();
    let (mut medians, mut messages) = (Vec::new(), Vec::new());
    for (index, session) in sessions.into_iter().enumerate() {
        let seen = round(&community, session, arguments).await?;
        p99s.push(percentile(&seen.delays, 99)?);
        medians.push(median(&seen.delays)?);
        messages.push(seen.most_messages_in_a_second);
        report.line(&format!(
            "round {}: {} sightings, p50 {:?}, p99 {:?}, at most {} messages a second",
            index + 1,
            seen.delays.len(),
            medians[index],
            p99s[index],
            messages[index]
        ));
    }
    community.node.stop().await?;
    Ok(json!({
        "watchers": arguments.watchers,
        "ballots_per_second": arguments.ballots_per_second,
        "watch_p99_ms": quotient(median(&p99s)?.as_secs_f64(), 0.001),
        "watch_p50_ms": quotient(median(&medians)?.as_secs_f64(), 0.001),
        "messages_per_second": messages.iter().max(),
    }))
}

struct Seen {
    delays: Vec<Duration>,
    most_messages_in_a_second: usize,
}

/// When each ballot was asked for, by its name.
type Asked = Arc<Mutex<HashMap<String, Instant>>>;

async fn round(community: &Community, session: Session, arguments: &Arguments) -> Result<Seen> {
    let (told, mut sightings) = mpsc::unbounded_channel();
    let mut watchers = JoinSet::new();
    let mut connection = community.node.stranger().clone();
    for index in 0..arguments.watchers {
        if index % STREAMS == 0 {
            connection = community
                .node
                .stranger()
                .over_a_new_connection(community.node.address())
                .await?;
        }
        let voter = &community.voters[index % community.voters.len()].actor;
        let watcher = voter.on_the_connection_of(&connection);
        watchers.spawn(watch(watcher, session.meeting.clone(), told.clone()));
    }
    drop(told);
    // everybody is up to date before the first ballot
    let caught_up = async {
        for _ in 0..arguments.watchers {
            ensure!(
                matches!(sightings.recv().await, Some(Sighting::Ready)),
                "a watcher ended early"
            );
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(PATIENCE, caught_up)
        .await
        .context("watchers do not get ready")??;

    let asked = Asked::default();
    let ballots = VOTES * community.voters.len();
    let caster = cast_all(community, &session, arguments.ballots_per_second, &asked);
    let wanted = ballots * arguments.watchers;
    let collect = async {
        let mut seen: Vec<(String, Instant)> = Vec::with_capacity(wanted);
        let mut most = 0;
        while seen.len() < wanted {
            match sightings.recv().await {
                Some(Sighting::Ballot(name, at)) => seen.push((name, at)),
                Some(Sighting::Ready) => {}
                Some(Sighting::Messages(count)) => most = most.max(count),
                None => break,
            }
        }
        (seen, most)
    };
    let (cast, collected) = tokio::join!(caster, tokio::time::timeout(PATIENCE * 4, collect));
    cast?;
    let (seen, most_messages_in_a_second) = collected.context("watchers did not see all ballots")?;
    watchers.shutdown().await;
    let asked = asked.lock().await;
    let delays = seen
        .iter()
        .map(|(name, at)| {
            asked
                .get(name)
                .map(|asked| at.duration_since(*asked))
                .context("an unknown ballot")
        })
        .collect::<Result<_>>()?;
    Ok(Seen {
        delays,
        most_messages_in_a_second,
    })
}

/// One ballot at each tick, whether or not the one before has been answered, as people do.
async fn cast_all(community: &Community, session: &Session, per_second: u32, asked: &Asked) -> Result<()> {
    let mut ticks = interval(Duration::from_secs(1) / per_second);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for motion in &session.motions {
        let vote = community.open_vote(motion).await?;
        let mut calls = JoinSet::new();
        for voter in &community.voters {
            ticks.tick().await;
            let (actor, vote) = (voter.actor.clone(), vote.clone());
            asked
                .lock()
                .await
                .insert(format!("{vote}/ballots/{}", voter.organization), Instant::now());
            calls.spawn(async move {
                let request = CastBallotRequest {
                    parent: vote,
                    choice: Choice::Yes.into(),
                    ..Default::default()
                };
                actor.call(request).await
            });
        }
        while let Some(answered) = calls.join_next().await {
            answered?.context("casting")?;
        }
        community
            .secretary
            .call(CloseVoteRequest {
                name: vote,
                ..Default::default()
            })
            .await?;
    }
    Ok(())
}

enum Sighting {
    Ready,
    Ballot(String, Instant),
    /// The most messages of one watcher within a second.
    Messages(usize),
}

async fn watch(watcher: Actor, meeting: String, told: mpsc::UnboundedSender<Sighting>) -> Result<()> {
    let request = WatchMeetingRequest {
        name: meeting,
        ..Default::default()
    };
    let mut stream = watcher.watch(request).await?;
    let mut motions = 0;
    let mut recent = std::collections::VecDeque::new();
    let mut most = 0;
    while let Some(mut message) = stream.message().await? {
        let now = Instant::now();
        let mut events = std::mem::take(&mut message.earlier);
        events.push(message);
        // the history ends with the last motion
        if motions < VOTES {
            motions += events.iter().filter(|event| is(event, "MotionSubmitted")).count();
            if motions == VOTES {
                told.send(Sighting::Ready)?;
            }
            continue;
        }
        recent.push_back(now);
        while recent
            .front()
            .is_some_and(|first| now.duration_since(*first) > Duration::from_secs(1))
        {
            recent.pop_front();
        }
        if recent.len() > most {
            most = recent.len();
            told.send(Sighting::Messages(most))?;
        }
        for event in events.into_iter().filter(|event| is(event, "BallotCast")) {
            told.send(Sighting::Ballot(event.subject, now))?;
        }
    }
    Ok(())
}

fn is(event: &MeetingEvent, kind: &str) -> bool {
    event.r#type.rsplit('.').next() == Some(kind)
}
