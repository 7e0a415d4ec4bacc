use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tonic::{Code, Status};
use yihe_kernel::{Clock, Timestamp};
use yihe_proto::directory::v1::{CreateAppointmentRequest, EndAppointmentRequest, ListAppointmentsRequest, Post};
use yihe_proto::meeting::v1::ListBodiesRequest;
use yihe_proto::policy::v1::policy_edit::Edit;
use yihe_proto::policy::v1::{
    ActivateChangeRequest, ApproveChangeRequest, Effect, GetRevisionRequest, Grant, PolicyEdit, ProposeChangeRequest,
};
use yihe_testkit::Actor;

use crate::figures::{Report, percentile, quotient};
use crate::room::{Community, Voter};

/// How long after its acknowledgement a change is what the gateway decides by, over sockets: the 99th of 100 of the slowest kind.
pub async fn measure(changes: usize, report: &Report) -> Result<Duration> {
    let community = Community::over_sockets().await?;
    let by_rule = rules(&community, changes).await?;
    let by_post = posts(&community, changes).await?;
    let by_time = lapses(&community, changes).await?;
    community.node.stop().await?;
    let mut slowest = Duration::ZERO;
    for (what, took) in [
        ("a rule that changed", by_rule),
        ("an appointment that ended", by_post),
        ("an appointment that lapsed", by_time),
    ] {
        let (p50, p99) = (percentile(&took, 50)?, percentile(&took, 99)?);
        report.line(&format!(
            "visible at the gateway, {what}: p50 {} ms, p99 {} ms",
            quotient(p50.as_secs_f64(), 0.001),
            quotient(p99.as_secs_f64(), 0.001)
        ));
        slowest = slowest.max(p99);
    }
    Ok(slowest)
}

/// A denial comes and goes by turns, and somebody it is about asks until it tells.
async fn rules(community: &Community, changes: usize) -> Result<Vec<Duration>> {
    let voter = &community.voters.first().context("nobody is there")?.actor;
    let mut took = Vec::with_capacity(changes);
    let mut denial: Option<String> = None;
    for _ in 0..changes {
        let edit = match denial.take() {
            Some(grant) => Edit::End(grant),
            None => Edit::Add(Grant {
                role: "RESIDENT_UNIT/*".into(),
                permission: "meeting.body.list".into(),
                effect: Effect::Deny.into(),
                ..Default::default()
            }),
        };
        let denies = matches!(edit, Edit::Add(_));
        let active = change(community, edit).await?;
        took.push(until(voter, &community.name, denies).await?);
        if denies {
            denial = Some(active);
        }
    }
    Ok(took)
}

/// Puts an edit into force; the id of the one rule that the community then has, if any.
async fn change(community: &Community, edit: Edit) -> Result<String> {
    let secretary = &community.secretary;
    let request = ProposeChangeRequest {
        parent: community.name.clone(),
        title: "测速".into(),
        edits: vec![PolicyEdit { edit: Some(edit) }],
        ..Default::default()
    };
    let change = secretary.call(request).await.context("proposing")?;
    let request = ApproveChangeRequest {
        name: change.name.clone(),
        ..Default::default()
    };
    secretary.call(request).await.context("approving")?;
    let request = ActivateChangeRequest {
        name: change.name,
        ..Default::default()
    };
    let active = secretary.call(request).await.context("activating")?;
    let request = GetRevisionRequest {
        name: format!("{}/policyRevisions/{}", community.name, active.revision),
    };
    let rules = secretary.call(request).await.context("looking up")?.rules;
    let denials = rules.into_iter().flat_map(|rules| rules.grants);
    Ok(denials.last().map(|grant| grant.id).unwrap_or_default())
}

/// One representative after the other loses the post, and asks until that tells.
async fn posts(community: &Community, changes: usize) -> Result<Vec<Duration>> {
    let request = ListAppointmentsRequest {
        parent: community.name.clone(),
        page_size: 1_000,
        ..Default::default()
    };
    let held = community.secretary.call(request).await?.appointments;
    let mut held: HashMap<_, _> = held.into_iter().map(|held| (held.user, held.name)).collect();
    let mut took = Vec::with_capacity(changes);
    for voter in community.voters.iter().cycle().take(changes) {
        let name = match held.remove(&format!("users/{}", voter.user)) {
            Some(name) => name,
            None => appoint(community, voter, None).await?,
        };
        until(&voter.actor, &community.name, false).await?;
        let request = EndAppointmentRequest {
            name,
            ..Default::default()
        };
        community.secretary.call(request).await.context("ending")?;
        took.push(until(&voter.actor, &community.name, true).await?);
    }
    Ok(took)
}

/// Those who lost their post get it again for a second, and ask from the instant on at which that is over.
async fn lapses(community: &Community, changes: usize) -> Result<Vec<Duration>> {
    let clock = &community.node.clock;
    let mut took = Vec::with_capacity(changes);
    for voter in community.voters.iter().cycle().take(changes) {
        let end = Timestamp::from_micros(clock.now().micros() + 1_000_000);
        appoint(community, voter, Some(end)).await?;
        until(&voter.actor, &community.name, false).await?;
        clock.set(end);
        took.push(until(&voter.actor, &community.name, true).await?);
    }
    Ok(took)
}

/// Gives a voter the post again; the appointment's name.
async fn appoint(community: &Community, voter: &Voter, end: Option<Timestamp>) -> Result<String> {
    let request = CreateAppointmentRequest {
        parent: community.name.clone(),
        user: format!("users/{}", voter.user),
        organization: format!("organizations/{}", voter.organization),
        post: Post::Representative.into(),
        end_time: end.map(Timestamp::to_proto),
        ..Default::default()
    };
    Ok(community.secretary.call(request).await.context("appointing")?.name)
}

async fn until(voter: &Actor, community: &str, denied: bool) -> Result<Duration> {
    let begun = Instant::now();
    loop {
        let told = match ask(voter, community).await {
            Ok(()) => false,
            Err(status) if status.code() == Code::PermissionDenied => true,
            Err(status) => return Err(status).context("asking"),
        };
        if told == denied {
            return Ok(begun.elapsed());
        }
        ensure!(
            begun.elapsed() < Duration::from_secs(10),
            "the change does not tell within 10 s"
        );
    }
}

async fn ask(voter: &Actor, community: &str) -> Result<(), Status> {
    let request = ListBodiesRequest {
        parent: community.to_owned(),
        ..Default::default()
    };
    voter.call(request).await.map(drop)
}
