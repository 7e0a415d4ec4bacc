//! Commitments from the resolution to the confirmation, with each refusal.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;

use crate::harness::{PARENT, fields, reason};
use crate::owed::{
    DUE, accept, adopt, asked, cancel, commit, complete, confirm, decline, get, history, line, list, progress,
    promised, reassign, reopen, resolved,
};
use crate::room::{Room, submit};

#[tokio::test]
async fn a_resolution_makes_one_commitment_for_each_organization() {
    let (room, resolution) = resolved(3).await;
    let lines = vec![
        line(&room.units[1].name(), "桥洞挂灯"),
        CommitmentLine {
            part: CommitmentPart::Support.into(),
            external_ref: "灯-17".to_owned(),
            ..line(&room.units[2].name(), "供电")
        },
    ];
    let request = CreateCommitmentsRequest {
        parent: resolution.clone(),
        lines,
        request_id: room.ids.next::<uuid::Uuid>().to_string(),
    };
    let made = room.secretary.commitments().create_commitments(request.clone()).await;
    let made = made.unwrap().into_inner();
    let again = room.secretary.commitments().create_commitments(request).await;
    assert_eq!(again.unwrap().into_inner(), made, "a request has one effect");
    let [lead, support] = made.commitments.as_slice() else {
        panic!("{made:?}")
    };
    assert_eq!(
        (lead.holder.clone(), lead.part()),
        (room.units[1].name(), CommitmentPart::Lead)
    );
    assert_eq!(support.part(), CommitmentPart::Support);
    assert_eq!(lead.state(), CommitmentState::Proposed);
    assert_eq!(lead.holder_display_name, "驻区单位 2");
    assert_eq!(
        (&lead.resolution, &lead.meeting, &lead.agenda_item),
        (&resolution, &room.meeting, &room.item)
    );
    assert_eq!(lead.convener, room.secretary.name());

    let of = |wanted: ListCommitmentsRequest| list(&room.secretary, wanted);
    let both = vec![lead.name.clone(), support.name.clone()];
    let mut wanted = ListCommitmentsRequest {
        resolution,
        agenda_item: room.item.clone(),
        meeting: room.meeting.clone(),
        ..Default::default()
    };
    assert_eq!(
        of(wanted.clone()).await,
        both,
        "from resolution, meeting and item to them"
    );
    wanted.holder = room.units[2].name();
    assert_eq!(of(wanted.clone()).await, std::slice::from_ref(&support.name));
    wanted.state = CommitmentState::Accepted.into();
    assert!(of(wanted).await.is_empty());
    let overdue = || ListCommitmentsRequest {
        overdue: true,
        ..Default::default()
    };
    assert!(of(overdue()).await.is_empty());
    accept(&room.units[1], &lead.name).await.unwrap();
    complete(&room.units[1], &lead.name, "已挂").await.unwrap();
    room.set("2026-03-23T01:00:00Z");
    assert_eq!(
        of(overdue()).await,
        std::slice::from_ref(&support.name),
        "what is done is late no more"
    );
    assert_eq!(get(&room.secretary, &support.name).await.unwrap().days_overdue, 3);
}

#[tokio::test]
async fn what_makes_no_commitment_is_refused_and_leaves_none() {
    let (room, resolution) = resolved(2).await;
    let unit = room.units[1].name();
    let stranger = format!("organizations/{}", room.ids.next::<uuid::Uuid>());
    let lines = vec![line(&unit, "桥洞挂灯"), line(&stranger, "供电")];
    let refused = commit(&room.secretary, &resolution, lines).await;
    assert_eq!(reason(refused), "ORGANIZATION_NOT_A_MEMBER");
    let late = CommitmentLine {
        due_date: "2026-03-08".to_owned(),
        ..line(&unit, "供电")
    };
    let refused = commit(&room.secretary, &resolution, vec![late]).await;
    assert_eq!(reason(refused), "DUE_DATE_PASSED");
    let bad = CommitmentLine {
        part: 0,
        due_date: "20.3.".to_owned(),
        ..line(&unit, "")
    };
    let refused = commit(&room.secretary, &resolution, vec![bad]).await;
    let expected = ["part", "text", "due_date"].map(|field| format!("lines[0].{field}"));
    assert_eq!(fields(&refused), expected);
    assert_eq!(
        fields(&commit(&room.secretary, &resolution, Vec::new()).await),
        ["lines"]
    );
    let refused = commit(&room.secretary, &room.meeting, vec![line(&unit, "供电")]).await;
    assert_eq!(reason(refused), "COMMITMENT_NEEDS_RESOLUTION");
    let refused = commit(&room.units[0], &resolution, vec![line(&unit, "供电")]).await;
    assert_eq!(reason(refused), "PERMISSION_DENIED");
    let unknown = CommitmentLine {
        problem: format!("{PARENT}/problems/{}", room.ids.next::<uuid::Uuid>()),
        ..line(&unit, "供电")
    };
    let refused = commit(&room.secretary, &resolution, vec![unknown]).await;
    assert_eq!(reason(refused), "PROBLEM_NOT_FOUND");
    assert!(
        list(&room.secretary, ListCommitmentsRequest::default())
            .await
            .is_empty()
    );

    let numbered = || CommitmentLine {
        external_ref: "灯-17".to_owned(),
        ..line(&unit, "桥洞挂灯")
    };
    commit(&room.secretary, &resolution, vec![numbered()]).await.unwrap();
    let refused = commit(&room.secretary, &resolution, vec![line(&unit, "供电"), numbered()]).await;
    assert_eq!(reason(refused), "COMMITMENT_REF_TAKEN");
    let other = CommitmentLine {
        organization: room.units[0].name(),
        ..numbered()
    };
    commit(&room.secretary, &resolution, vec![other]).await.unwrap();
    assert_eq!(list(&room.secretary, ListCommitmentsRequest::default()).await.len(), 2);
}

#[tokio::test]
async fn declined_goes_back_to_the_convener_and_on_to_the_next() {
    let (room, name) = asked().await;
    let [first, second, third] = &room.units[..] else {
        unreachable!()
    };
    assert_eq!(reason(accept(third, &name).await), "PERMISSION_DENIED");
    assert_eq!(reason(accept(&room.secretary, &name).await), "PERMISSION_DENIED");
    assert_eq!(fields(&decline(second, &name, "", &third.name()).await), ["reason"]);
    let stranger = format!("organizations/{}", room.ids.next::<uuid::Uuid>());
    let refused = decline(second, &name, "没有高空作业资质", &stranger).await;
    assert_eq!(reason(refused), "ORGANIZATION_NOT_A_MEMBER");
    let declined = decline(second, &name, "没有高空作业资质", &third.name()).await.unwrap();
    assert_eq!(declined.state(), CommitmentState::Declined);
    assert_eq!(declined.holder, room.secretary.name(), "never without a holder");
    assert_eq!(
        reason(decline(second, &name, "再说一次", "").await),
        "PERMISSION_DENIED"
    );

    assert_eq!(
        reason(reassign(first, &name, &third.name(), "给你").await),
        "PERMISSION_DENIED"
    );
    let refused = reassign(&room.secretary, &name, &stranger, "有资质").await;
    assert_eq!(reason(refused), "ORGANIZATION_NOT_A_MEMBER");
    let given = reassign(&room.secretary, &name, &third.name(), "有资质").await.unwrap();
    assert_eq!(
        (given.holder.clone(), given.state()),
        (third.name(), CommitmentState::Proposed)
    );
    assert_eq!(given.assignee, second.name(), "who was asked first stays known");
    let refused = reassign(&room.secretary, &name, &third.name(), "有资质").await;
    assert_eq!(reason(refused), "COMMITMENT_HELD_ALREADY");
    let late = ReassignCommitmentRequest {
        name: name.clone(),
        organization: first.name(),
        reason: "另请".to_owned(),
        due_date: "2026-03-01".to_owned(),
        ..Default::default()
    };
    let refused = room.secretary.commitments().reassign_commitment(late.clone()).await;
    assert_eq!(reason(refused), "DUE_DATE_PASSED");
    let stale = ReassignCommitmentRequest {
        due_date: String::new(),
        etag: declined.etag,
        ..late
    };
    let refused = room.secretary.commitments().reassign_commitment(stale).await;
    assert_eq!(reason(refused), "ETAG_MISMATCH", "two clerks at once: one is told");
    accept(third, &name).await.unwrap();
    let steps = history(second, &name).await;
    let acts: Vec<_> = steps.iter().map(CommitmentStep::act).collect();
    use CommitmentAct::*;
    assert_eq!(acts, [Made, Declined, Reassigned, Accepted]);
    assert_eq!(
        (
            steps[1].note.as_str(),
            &steps[1].suggested_holder,
            steps[1].suggested_display_name.as_str()
        ),
        ("没有高空作业资质", &third.name(), "驻区单位 3")
    );
    assert_eq!(steps[3].actor, third.principal.to_string());
}

#[tokio::test]
async fn done_is_shown_confirmed_or_sent_back() {
    let (room, name) = asked().await;
    let holder = &room.units[1];
    assert_eq!(reason(progress(holder, &name, "已下单").await), "COMMITMENT_STATE");
    assert_eq!(reason(complete(holder, &name, "已挂").await), "COMMITMENT_STATE");
    accept(holder, &name).await.unwrap();
    assert_eq!(reason(accept(holder, &name).await), "COMMITMENT_STATE");
    assert_eq!(reason(decline(holder, &name, "后悔了", "").await), "COMMITMENT_STATE");
    assert_eq!(reason(confirm(&room.secretary, &name).await), "COMMITMENT_STATE");
    let going = progress(holder, &name, "已下单").await.unwrap();
    assert_eq!(going.state(), CommitmentState::InProgress);
    let photo = format!("{PARENT}/files/{}", room.ids.next::<uuid::Uuid>());
    let request = CompleteCommitmentRequest {
        name: name.clone(),
        note: "已挂灯三盏".to_owned(),
        evidence: vec![photo.clone()],
        ..Default::default()
    };
    let try_it = async || holder.commitments().complete_commitment(request.clone()).await;
    assert_eq!(reason(try_it().await), "FILE_UNKNOWN");
    room.kept.keep(&photo, &room.meeting);
    assert_eq!(reason(try_it().await), "FILE_ELSEWHERE");
    room.kept.keep(&photo, &name);
    let done = try_it().await;
    let done = done.unwrap().into_inner();
    assert_eq!(done.state(), CommitmentState::Done);
    assert!(done.done_time.is_some());
    assert_eq!(reason(confirm(holder, &name).await), "PERMISSION_DENIED");
    assert_eq!(fields(&reopen(&room.secretary, &name, "").await), ["reason"]);
    let back = reopen(&room.secretary, &name, "一盏不亮").await.unwrap();
    assert_eq!((back.state(), back.done_time), (CommitmentState::InProgress, None));
    assert_eq!(back.holder, holder.name());
    assert_eq!(
        reason(reopen(&room.secretary, &name, "一盏不亮").await),
        "COMMITMENT_STATE"
    );
    holder.commitments().complete_commitment(request).await.unwrap();
    let refused = reassign(&room.secretary, &name, &room.units[0].name(), "另请").await;
    assert_eq!(reason(refused), "COMMITMENT_STATE");
    let confirmed = confirm(&room.secretary, &name).await.unwrap();
    assert_eq!(confirmed.state(), CommitmentState::Confirmed);
    assert!(confirmed.close_time.is_some());
    let steps = history(holder, &name).await;
    assert_eq!(steps[3].evidence, [photo]);
    assert_eq!(steps.last().unwrap().act(), CommitmentAct::Confirmed);
}

#[tokio::test]
async fn only_a_later_resolution_cancels() {
    let (room, resolution) = resolved(2).await;
    let lines = vec![line(&room.units[1].name(), "桥洞挂灯")];
    let name = commit(&room.secretary, &resolution, lines).await.unwrap()[0]
        .name
        .clone();
    let unknown = format!("{PARENT}/resolutions/{}", room.ids.next::<uuid::Uuid>());
    for not_later in [&resolution, &unknown] {
        let refused = cancel(&room.secretary, &name, not_later).await;
        assert_eq!(reason(refused), "RESOLUTION_NOT_LATER");
    }
    let motion = submit(&room.units[0], &room.meeting, &room.item).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    let later = adopt(&room, &vote.name).await;
    assert_eq!(reason(cancel(&room.units[1], &name, &later).await), "PERMISSION_DENIED");
    let cancelled = cancel(&room.secretary, &name, &later).await.unwrap();
    assert_eq!(cancelled.state(), CommitmentState::Cancelled);
    assert_eq!(reason(cancel(&room.secretary, &name, &later).await), "COMMITMENT_STATE");
    let steps = history(&room.secretary, &name).await;
    assert_eq!(steps.last().unwrap().resolution, later);
}

#[tokio::test]
async fn a_system_reports_progress_and_persons_accept() {
    let (room, name) = asked().await;
    let holder = &room.units[1];
    let client = room.client(holder.organization.unwrap(), "RESIDENT_UNIT/CLIENT");
    assert_eq!(reason(accept(&client, &name).await), "PERSONS_ONLY");
    assert_eq!(reason(decline(&client, &name, "系统说不", "").await), "PERSONS_ONLY");
    accept(holder, &name).await.unwrap();
    progress(&client, &name, "工单已派").await.unwrap();
    complete(&client, &name, "工单已结").await.unwrap();
    assert_eq!(reason(confirm(&client, &name).await), "PERSONS_ONLY");
    let steps = history(&client, &name).await;
    assert_eq!(steps[2].actor, client.principal.to_string());
    let other = room.client(room.units[2].organization.unwrap(), "RESIDENT_UNIT/CLIENT");
    assert_eq!(reason(get(&other, &name).await), "PERMISSION_DENIED");
    let seen = list(&other, ListCommitmentsRequest::default()).await;
    assert!(seen.is_empty(), "the system of another sees what it holds and no more");
}

#[tokio::test]
async fn an_organization_outside_sees_what_it_holds_and_may_answer() {
    let (room, resolution) = resolved(2).await;
    let outside = room.organization(OrganizationKind::GovernmentDepartment, "水务局");
    let outside = room.appoint(outside, "GOVERNMENT_DEPARTMENT/STAFF");
    let lines = vec![line(&outside.name(), "修路"), line(&room.units[1].name(), "挂灯")];
    let made = commit(&room.secretary, &resolution, lines).await.unwrap();
    let seen = list(&outside, ListCommitmentsRequest::default()).await;
    assert_eq!(seen, [made[0].name.clone()]);
    assert_eq!(reason(get(&outside, &made[1].name).await), "PERMISSION_DENIED");
    let missing = format!("{PARENT}/commitments/{}", room.ids.next::<uuid::Uuid>());
    assert_eq!(reason(get(&outside, &missing).await), "PERMISSION_DENIED");
    accept(&outside, &made[0].name).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_who_act_at_once_leave_one_holder() {
    for round in 0..6 {
        let (room, name) = asked().await;
        let room = Arc::new(room);
        let tried: Vec<_> = (0..4)
            .map(|place| {
                let (room, name) = (Arc::clone(&room), name.clone());
                tokio::spawn(async move {
                    let third = room.units[2].name();
                    match (place + round) % 4 {
                        0 => accept(&room.units[1], &name).await,
                        1 => decline(&room.units[1], &name, "没有资质", &third).await,
                        2 => reassign(&room.secretary, &name, &third, "有资质").await,
                        _ => reassign(&room.secretary, &name, &room.units[0].name(), "就近").await,
                    }
                })
            })
            .collect();
        let answers: Vec<_> = join_all(tried).await.into_iter().map(Result::unwrap).collect();
        let through = answers.iter().filter(|answer| answer.is_ok()).count();
        for refused in answers.into_iter().filter(Result::is_err) {
            let reason = reason(refused);
            assert!(
                ["COMMITMENT_STATE", "NOT_HOLDER", "PERMISSION_DENIED"].contains(&reason.as_str()),
                "{reason}"
            );
        }
        let held = get(&room.secretary, &name).await.unwrap();
        let steps = history(&room.secretary, &name).await;
        assert_eq!(steps.len(), through + 1, "each that was let through is one step");
        assert_eq!(steps.last().unwrap().holder, held.holder);
        let holders = [
            room.secretary.name(),
            room.units[0].name(),
            room.units[1].name(),
            room.units[2].name(),
        ];
        let holding = join_all(holders.iter().map(|holder| {
            let wanted = ListCommitmentsRequest {
                holder: holder.clone(),
                ..Default::default()
            };
            list(&room.secretary, wanted)
        }));
        let held_times: usize = holding.await.iter().map(Vec::len).sum();
        assert_eq!(held_times, 1);
    }
}

/// The timer ticks on the injected clock; nobody asks for it.
async fn escalated_to(room: &Room, name: &str, level: EscalationLevel) -> Commitment {
    for _ in 0..400 {
        let found = get(&room.secretary, name).await.unwrap();
        if found.escalation_level() == level {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("not taken to {}", level.as_str_name());
}

#[tokio::test]
async fn overdue_goes_up_by_the_timer_each_step_once() {
    let (room, name) = promised().await;
    let (_, other) = {
        let lines = vec![line(&room.units[2].name(), "供电")];
        let resolution = get(&room.secretary, &name).await.unwrap().resolution;
        let made = commit(&room.secretary, &resolution, lines).await.unwrap();
        (resolution, made[0].name.clone())
    };
    accept(&room.units[2], &other).await.unwrap();
    complete(&room.units[2], &other, "已供电").await.unwrap();
    assert_eq!(DUE, "2026-03-20");
    let (head, secretary) = (
        room.units[1].principal.to_string(),
        room.secretary.principal.to_string(),
    );
    room.directory.head(&room.units[1].name(), head.clone());
    room.directory.secretary(secretary.clone());
    room.set("2026-03-20T16:00:00Z");
    let late = escalated_to(&room, &name, EscalationLevel::Head).await;
    assert_eq!(late.days_overdue, 1);
    room.set("2026-03-27T16:00:00Z");
    escalated_to(&room, &name, EscalationLevel::Secretary).await;
    room.set("2026-04-03T16:00:00Z");
    escalated_to(&room, &name, EscalationLevel::Street).await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let levels: Vec<_> = history(&room.secretary, &name)
        .await
        .into_iter()
        .filter(|step| step.act() == CommitmentAct::Escalated)
        .map(|step| {
            (
                step.escalation_level(),
                step.recipients.clone(),
                step.actor,
                step.organization,
            )
        })
        .collect();
    let by_rule = |level, to: &[String]| (level, to.to_vec(), "services/meeting".to_owned(), String::new());
    use EscalationLevel::{Head, Secretary, Street};
    let expected = [
        by_rule(Head, &[head]),
        by_rule(Secretary, &[secretary]),
        by_rule(Street, &[]),
    ];
    assert_eq!(
        levels, expected,
        "each level with who has the post; nobody knows the street's people here"
    );
    let told = room.started.feed.after(0, 1_000).await.unwrap();
    let told = told
        .iter()
        .filter(|event| event.kind == "yihe.meeting.v1.CommitmentEscalated");
    assert_eq!(told.count(), 3);
    let done = get(&room.secretary, &other).await.unwrap();
    assert_eq!(
        done.escalation_level(),
        EscalationLevel::None,
        "what is done is taken nowhere"
    );
}
