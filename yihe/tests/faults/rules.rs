//! A rule that is given and taken back, again and again, and whether both gateways follow.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tonic::Code;
use yihe_proto::directory::v1::ListApplicationsRequest;
use yihe_proto::policy::v1::policy_edit::Edit;
use yihe_proto::policy::v1::{
    ActivateChangeRequest, ApproveChangeRequest, Effect, GetChangeRequest, Grant, ListGrantsRequest, PolicyChange,
    PolicyChangeState as State, PolicyEdit, ProposeChangeRequest,
};

use super::ask::{Heard, reason};
use super::journal::{Act, Asked, Outcome, Probe};
use super::load::{Desk, key, pause};

const ROLE: &str = "RESIDENT_UNIT/REPRESENTATIVE";
const PERMISSION: &str = "directory.application.list";
/// Within so long both gateways must follow, whatever happened; beyond, the worker says so.
const FOLLOW: Duration = Duration::from_secs(40);

pub async fn change(desk: Desk, worker: u64) -> Result<()> {
    let mut number = 0;
    // an earlier run may have ended in between
    let mut rule = in_force(&desk).await?;
    while desk.goes_on() || rule.is_some() {
        let (edit, allows) = match rule.take() {
            Some(id) => (Edit::End(id), false),
            None => (Edit::Add(granted()), true),
        };
        if activate(&desk, edit, allows, &key(desk.round.seed, worker, number)).await {
            until_followed(&desk, allows, &key(desk.round.seed, worker, number + 1)).await;
        } else if !desk.goes_on() {
            break;
        }
        // a replica that has not heard of the end yet would name the rule again; of its beginning all are asked until they have
        rule = None;
        let asked = Instant::now();
        while allows && rule.is_none() && asked.elapsed() < FOLLOW {
            rule = in_force(&desk).await?;
            pause(5).await;
        }
        number += 10;
        pause(10).await;
    }
    Ok(())
}

fn granted() -> Grant {
    Grant {
        role: ROLE.into(),
        permission: PERMISSION.into(),
        effect: Effect::Allow.into(),
        ..Default::default()
    }
}

async fn in_force(desk: &Desk) -> Result<Option<String>> {
    let request = ListGrantsRequest {
        parent: desk.people.community.clone(),
        permission: PERMISSION.into(),
        ..Default::default()
    };
    let grants = desk
        .people
        .secretary
        .ask(request)
        .await
        .answer
        .context("the rules")?
        .grants;
    Ok(grants
        .into_iter()
        .find(|grant| grant.role == ROLE)
        .map(|grant| grant.id))
}

/// Proposed, approved, activated. The last two have no `request_id`: who was not answered looks what became of it.
async fn activate(desk: &Desk, edit: Edit, allows: bool, key: &str) -> bool {
    let propose = ProposeChangeRequest {
        parent: desk.people.community.clone(),
        title: key.to_owned(),
        edits: vec![PolicyEdit { edit: Some(edit) }],
        request_id: key.to_owned(),
        ..Default::default()
    };
    let heard = desk.people.deputy.ask(propose).await;
    let first = |made: &PolicyChange| (made.name.clone(), made.steps.first().and_then(|step| step.step_time));
    let proposed = heard.note(&desk.journal, key, Act::Step("propose"), first);
    let Some(name) = proposed.map(|change| change.name) else {
        return false;
    };
    let approve = ApproveChangeRequest {
        name: name.clone(),
        ..Default::default()
    };
    let heard = desk.people.secretary.ask(approve).await;
    let heard = looked_after(desk, heard, &name, &[State::Approved, State::Active]).await;
    let last = |made: &PolicyChange| (made.name.clone(), made.steps.last().and_then(|step| step.step_time));
    if heard.note(&desk.journal, key, Act::Step("approve"), last).is_none() {
        return false;
    }
    let activate = ActivateChangeRequest {
        name: name.clone(),
        ..Default::default()
    };
    let heard = desk.people.secretary.ask(activate).await;
    let heard = looked_after(desk, heard, &name, &[State::Active]).await;
    let act = Act::Rule {
        change: name,
        revision: heard.answer.as_ref().map(|change| change.revision).unwrap_or_default(),
        allows,
    };
    heard.note(&desk.journal, key, act, last).is_some()
}

async fn looked_after(desk: &Desk, heard: Heard<PolicyChange>, name: &str, wanted: &[State]) -> Heard<PolicyChange> {
    if heard.answer.is_ok() || heard.sent == 1 {
        return heard;
    }
    let look = GetChangeRequest { name: name.to_owned() };
    let looked = desk.people.secretary.ask(look).await;
    if looked
        .answer
        .as_ref()
        .is_ok_and(|change| wanted.contains(&change.state()))
    {
        return Heard {
            begun: heard.begun,
            sent: heard.sent + looked.sent,
            ..looked
        };
    }
    heard
}

/// Asks at both gateways until both do as the rules say.
async fn until_followed(desk: &Desk, allows: bool, key: &str) {
    let begun = Instant::now();
    let request = ListApplicationsRequest {
        parent: desk.people.community.clone(),
        ..Default::default()
    };
    let unit = &desk.people.voters[2].1;
    let mut other = String::new();
    loop {
        let mut agree = true;
        for door in [0, 1] {
            let asked = Instant::now();
            let allowed = match unit.ask_at(door, request.clone()).await {
                Ok(_) => true,
                Err(status) if status.code() == Code::PermissionDenied => false,
                Err(status) => {
                    other = reason(&status);
                    agree = false;
                    continue;
                }
            };
            desk.journal.probe(Probe {
                door,
                begun: asked,
                allowed,
            });
            agree &= allowed == allows;
        }
        if agree {
            return;
        }
        if begun.elapsed() > FOLLOW {
            desk.journal.note(Asked {
                key: key.to_owned(),
                act: Act::Step("follow"),
                outcome: Outcome::Refused(format!("a gateway does not follow, allows: {allows} {other}")),
                begun,
                ended: Instant::now(),
                sent: 1,
                was_there: false,
            });
            return;
        }
        pause(5).await;
    }
}
