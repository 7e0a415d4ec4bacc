//! The problem ledger, the month's plan and its report.

use yihe_proto::meeting::v1::*;

use crate::harness::{PARENT, Party, fields, reason};
use crate::owed::{
    accept, asked, commit, complete, confirm, ledger, line, list, month_report, progress, promised, report_problem,
    resolved,
};
use crate::room::Room;

async fn link(by: &Party, problem: &str, agenda_item: &str) -> Result<Problem, tonic::Status> {
    let request = LinkProblemRequest {
        name: problem.to_owned(),
        agenda_item: agenda_item.to_owned(),
    };
    Ok(by.ledger().link_problem(request).await?.into_inner())
}

async fn close(by: &Party, problem: &str) -> Result<Problem, tonic::Status> {
    let request = CloseProblemRequest {
        name: problem.to_owned(),
        reason: "已自行解决".to_owned(),
    };
    Ok(by.ledger().close_problem(request).await?.into_inner())
}

async fn plan(by: &Party, month: i32) -> MonthPlan {
    let request = GetMonthPlanRequest {
        parent: PARENT.to_owned(),
        year: 2026,
        month,
    };
    by.ledger().get_month_plan(request).await.unwrap().into_inner()
}

async fn publish(by: &Party, month: i32, request_id: &str) -> Result<MonthReport, tonic::Status> {
    let request = PublishMonthReportRequest {
        parent: PARENT.to_owned(),
        year: 2026,
        month,
        request_id: request_id.to_owned(),
    };
    Ok(by.ledger().publish_month_report(request).await?.into_inner())
}

#[tokio::test]
async fn the_ledger_shows_what_is_open_to_everybody_and_names_nobody() {
    let (room, name) = promised().await;
    let problem = report_problem(&room.units[0], "桥洞无灯").await.unwrap();
    progress(&room.units[1], &name, "已下单").await.unwrap();
    room.set("2026-03-23T01:00:00Z");
    let reader = room.units[2].clone();
    let [first, second] = ledger(&reader).await.try_into().unwrap();
    assert_eq!((&first.commitment, &first.organization), (&name, &room.units[1].name()));
    assert_eq!(first.state(), CommitmentState::InProgress);
    assert_eq!((first.days_overdue, first.progress.as_str()), (3, "已下单"));
    assert_eq!((&second.problem, second.title.as_str()), (&problem.name, "桥洞无灯"));
    assert_eq!((second.commitment.as_str(), second.state), ("", 0));
    let whole = format!("{first:?}{second:?}");
    assert!(!whole.contains("users/"), "{whole}");

    let mut token = String::new();
    let mut paged = Vec::new();
    loop {
        let request = ListLedgerEntriesRequest {
            parent: PARENT.to_owned(),
            page_size: 1,
            page_token: token,
        };
        let page = reader.ledger().list_ledger_entries(request).await.unwrap().into_inner();
        paged.extend(page.entries);
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(paged.len(), 2, "page by page the same");
    assert_eq!((&paged[0].commitment, &paged[1].problem), (&name, &problem.name));
    complete(&room.units[1], &name, "已挂").await.unwrap();
    confirm(&room.secretary, &name).await.unwrap();
    assert_eq!(ledger(&reader).await.len(), 1);
    let outsider = room.party(yihe_authz::Principal::User(room.ids.next()), None);
    let request = ListLedgerEntriesRequest {
        parent: PARENT.to_owned(),
        ..Default::default()
    };
    let refused = outsider.ledger().list_ledger_entries(request).await;
    assert_eq!(reason(refused), "PERMISSION_DENIED");
}

#[tokio::test]
async fn a_problem_is_entered_put_on_an_agenda_answered_and_closed() {
    let (room, resolution) = resolved(3).await;
    let [reporter, other, _] = &room.units[..] else {
        unreachable!()
    };
    assert_eq!(fields(&report_problem(reporter, " ").await), ["problem.title"]);
    let problem = report_problem(reporter, "桥洞无灯").await.unwrap();
    assert_eq!(
        reason(link(other, &problem.name, &room.item).await),
        "PERMISSION_DENIED"
    );
    let unknown = format!("{}/agendaItems/{}", room.meeting, room.ids.next::<uuid::Uuid>());
    assert_eq!(
        reason(link(reporter, &problem.name, &unknown).await),
        "AGENDA_ITEM_UNKNOWN"
    );
    let linked = link(reporter, &problem.name, &room.item).await.unwrap();
    assert_eq!(linked.agenda_item, room.item);

    let answer = |organization: &Party, text: &str| CommitmentLine {
        problem: problem.name.clone(),
        ..line(&organization.name(), text)
    };
    let lines = vec![answer(reporter, "挂灯"), answer(other, "修路")];
    let made = commit(&room.secretary, &resolution, lines).await.unwrap();
    let wanted = ListCommitmentsRequest {
        problem: problem.name.clone(),
        ..Default::default()
    };
    assert_eq!(list(&room.secretary, wanted).await.len(), 2);
    assert_eq!(reason(close(&room.secretary, &problem.name).await), "PROBLEM_COMMITTED");
    for (place, holder) in [reporter, other].into_iter().enumerate() {
        assert_eq!(ledger(other).await.len(), 3 - place);
        accept(holder, &made[place].name).await.unwrap();
        complete(holder, &made[place].name, "已办").await.unwrap();
        confirm(&room.secretary, &made[place].name).await.unwrap();
    }
    assert!(ledger(other).await.is_empty(), "closed with the last that answers it");
    let request = GetProblemRequest {
        name: problem.name.clone(),
    };
    let closed = other.ledger().get_problem(request).await.unwrap().into_inner();
    assert!(closed.close_time.is_some());
    assert_eq!(
        reason(link(reporter, &problem.name, &room.item).await),
        "PROBLEM_CLOSED"
    );
    let refused = commit(&room.secretary, &resolution, vec![answer(other, "再修")]).await;
    assert_eq!(reason(refused), "PROBLEM_CLOSED");

    let lone = report_problem(other, "井盖松动").await.unwrap();
    assert_eq!(reason(close(other, &lone.name).await), "PERMISSION_DENIED");
    assert_eq!(
        close(&room.secretary, &lone.name).await.unwrap().close_reason,
        "已自行解决"
    );
    assert_eq!(reason(close(&room.secretary, &lone.name).await), "PROBLEM_CLOSED");
}

#[tokio::test]
async fn a_past_month_has_one_report_whenever_it_is_asked_for() {
    let (room, name) = asked().await;
    assert_eq!(reason(month_report(&room.secretary, 2026, 4).await), "MONTH_NOT_BEGUN");
    assert_eq!(fields(&month_report(&room.secretary, 2026, 13).await), ["month"]);
    let problem = report_problem(&room.units[0], "桥洞无灯").await.unwrap();
    accept(&room.units[1], &name).await.unwrap();
    let running = month_report(&room.units[2], 2026, 3).await.unwrap();
    assert_eq!(
        (running.due.len(), running.in_time_count, running.accepted_count),
        (1, 0, 1)
    );
    complete(&room.units[1], &name, "已挂").await.unwrap();
    assert_eq!(reason(publish(&room.secretary, 3, "").await), "MONTH_NOT_OVER");

    room.set("2026-04-01T01:00:00Z");
    let march = month_report(&room.units[2], 2026, 3).await.unwrap();
    assert_eq!((march.in_time_count, march.due.len()), (1, 1));
    assert_eq!((march.made_count, march.done_count, march.confirmed_count), (1, 1, 0));
    assert_eq!((march.problems_reported_count, march.problems_open_count), (1, 1));
    confirm(&room.secretary, &name).await.unwrap();
    close(&room.secretary, &problem.name).await.unwrap();
    room.set("2026-07-01T01:00:00Z");
    assert_eq!(
        month_report(&room.secretary, 2026, 3).await.unwrap(),
        march,
        "later the same"
    );
    let april = month_report(&room.secretary, 2026, 4).await.unwrap();
    assert_eq!(
        (april.confirmed_count, april.problems_closed_count, april.due.len()),
        (1, 1, 0)
    );

    let id = room.ids.next::<uuid::Uuid>().to_string();
    assert_eq!(reason(publish(&room.units[1], 3, "").await), "PERMISSION_DENIED");
    let published = publish(&room.secretary, 3, &id).await.unwrap();
    assert_eq!(
        publish(&room.secretary, 3, &id).await.unwrap(),
        published,
        "a request has one effect"
    );
    assert_eq!(reason(publish(&room.secretary, 3, "").await), "MONTH_REPORT_PUBLISHED");
    assert_eq!((&published.text_zh, &published.sha256), (&march.text_zh, &march.sha256));
    assert!(published.publish_time.is_some() && march.publish_time.is_none());
    assert_eq!(month_report(&room.units[2], 2026, 3).await.unwrap(), published);
    assert!(
        published.text_zh.contains("本月到期承诺 1 项,按期完成 1 项(1/1)"),
        "{}",
        published.text_zh
    );
    assert!(
        published.text_en.contains("done in time: 1 (1/1)"),
        "{}",
        published.text_en
    );
}

#[tokio::test]
async fn the_plan_of_a_month_says_what_was_known_when_it_began() {
    let room = Room::draft(2).await;
    let march = plan(&room.units[1], 3).await;
    assert!(
        march.meetings.is_empty(),
        "convened on the second of March: not known on the first"
    );
    let ahead = |meeting: &str, start_time: &str| UpdateMeetingRequest {
        meeting: Some(Meeting {
            name: meeting.to_owned(),
            start_time: Some(crate::room::instant(start_time)),
            ..Default::default()
        }),
        ..Default::default()
    };
    let move_to = async |start_time: &str| {
        let request = ahead(&room.meeting, start_time);
        room.secretary.meetings().update_meeting(request).await.unwrap();
    };
    move_to("2026-04-13T07:00:00Z").await;
    report_problem(&room.units[0], "桥洞无灯").await.unwrap();
    let early = plan(&room.units[1], 4).await;
    assert_eq!((early.meetings.len(), early.problems.len()), (1, 1), "so far");
    room.set("2026-04-02T01:00:00Z");
    let april = plan(&room.units[1], 4).await;
    assert_eq!(april.meetings[0].meeting, room.meeting);
    assert!(
        april.text_zh.contains("三月联席会议;2026-04-13 15:00"),
        "{}",
        april.text_zh
    );
    assert!(april.text_en.contains("3. Open problems: 1"), "{}", april.text_en);
    move_to("2026-05-11T07:00:00Z").await;
    assert_eq!(plan(&room.units[1], 4).await, april, "a plan is not rewritten");
    room.set("2026-06-02T01:00:00Z");
    assert_eq!(plan(&room.units[1], 5).await.meetings.len(), 1);
    assert_eq!(plan(&room.units[1], 4).await, april);
}
