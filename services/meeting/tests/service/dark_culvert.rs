//! The dark culvert: seven units decline, each with good reasons; an on-site meeting assigns three parts; each accepts its own,
//! shows what it did, and the matter is closed. At every instant somebody holds it, and the ledger shows who.

use std::collections::BTreeMap;

use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;

use crate::harness::{House, PARENT, Party, reason};
use crate::owed::{
    accept, adopt, commit, complete, confirm, decline, get, history, ledger, line, list, month_report, progress,
    reassign, report_problem,
};
use crate::room::{NEXT_MONDAY, Room, add_member, check_in, instant, propose};

const REASONS: [&str; 7] = [
    "桥洞不在校园范围内",
    "路灯不属供电设施",
    "河道由上级管理",
    "没有高空作业资质",
    "桥体归交通部门",
    "合同范围不含桥洞",
    "无此项预算",
];

async fn problem_of(by: &Party, name: &str) -> Problem {
    let request = GetProblemRequest { name: name.to_owned() };
    by.ledger().get_problem(request).await.unwrap().into_inner()
}

/// Who holds what, as the ledger has it.
async fn holders(by: &Party) -> BTreeMap<String, String> {
    let entries = ledger(by).await.into_iter();
    let owed = entries.filter(|entry| !entry.commitment.is_empty());
    owed.map(|entry| (entry.title, entry.organization)).collect()
}

/// An on-site meeting of the bureaus, open and attended.
async fn on_site(room: &Room, bureaus: &[Party]) -> (String, String) {
    let body = Body {
        kind: BodyKind::OnSite.into(),
        display_name: "桥洞现场协商会".to_owned(),
        convener: room.secretary.name(),
        ..Default::default()
    };
    let request = CreateBodyRequest {
        parent: PARENT.to_owned(),
        body: Some(body),
        ..Default::default()
    };
    let body = room
        .secretary
        .bodies()
        .create_body(request)
        .await
        .unwrap()
        .into_inner()
        .name;
    for bureau in bureaus {
        add_member(&room.secretary, &body, &bureau.name()).await.unwrap();
    }
    let meeting = Meeting {
        body,
        title: "桥洞现场协商会".to_owned(),
        location: "汤坑河桥洞".to_owned(),
        start_time: Some(instant("2026-03-16T02:00:00Z")),
        ..Default::default()
    };
    let request = CreateMeetingRequest {
        parent: PARENT.to_owned(),
        meeting: Some(meeting),
        ..Default::default()
    };
    let meetings = || room.secretary.meetings();
    let meeting = meetings().create_meeting(request).await.unwrap().into_inner().name;
    let item = propose(&room.secretary, &meeting, "桥洞照明", MatterClass::Coordination).await;
    let item = item.unwrap().name;
    let request = ServeNoticeRequest {
        name: meeting.clone(),
        ..Default::default()
    };
    meetings().serve_notice(request).await.unwrap();
    let early = commit(&room.secretary, &meeting, vec![line(&bureaus[0].name(), "粉刷桥体")]).await;
    assert_eq!(reason(early), "MEETING_STATE", "nobody has met yet");
    room.set("2026-03-16T02:00:00Z");
    let request = OpenSessionRequest {
        name: meeting.clone(),
        ..Default::default()
    };
    meetings().open_session(request).await.unwrap();
    for bureau in bureaus {
        check_in(bureau, &meeting).await.unwrap();
    }
    (meeting, item)
}

#[tokio::test]
async fn the_dark_culvert() {
    tell(House::new().await).await;
}

pub async fn tell(house: House) {
    let (room, vote) = Room::voting_at(house, 7).await;
    let resolution = adopt(&room, &vote.name).await;
    let problem = report_problem(&room.units[0], "汤坑河桥洞无灯").await.unwrap().name;
    let whole = CommitmentLine {
        problem: problem.clone(),
        due_date: "2026-03-31".to_owned(),
        ..line(&room.units[0].name(), "桥洞整治")
    };
    let whole = commit(&room.secretary, &resolution, vec![whole]).await.unwrap()[0]
        .name
        .clone();

    // seven decline in turn, each suggesting the next
    for (place, unit) in room.units.iter().enumerate() {
        assert_eq!(holders(unit).await["桥洞整治"], unit.name());
        let next = room.units.get(place + 1).map(Party::name).unwrap_or_default();
        decline(unit, &whole, REASONS[place], &next).await.unwrap();
        assert_eq!(
            holders(unit).await["桥洞整治"],
            room.secretary.name(),
            "it never vanishes"
        );
        if !next.is_empty() {
            reassign(&room.secretary, &whole, &next, "按建议改派").await.unwrap();
        }
    }
    let steps = history(&room.secretary, &whole).await;
    let declined: Vec<_> = steps
        .iter()
        .filter(|step| step.act() == CommitmentAct::Declined)
        .collect();
    let told: Vec<_> = declined.iter().map(|step| step.note.as_str()).collect();
    assert_eq!(told, REASONS);
    assert!(declined[..6].iter().all(|step| !step.suggested_holder.is_empty()));

    // the convener takes the lead itself and calls those concerned to the place
    reassign(&room.secretary, &whole, &room.secretary.name(), "由党委牵头")
        .await
        .unwrap();
    accept(&room.secretary, &whole).await.unwrap();
    let bureaus: Vec<_> = ["交通局", "城管局", "水务局"]
        .iter()
        .map(|name| {
            let bureau = room.organization(OrganizationKind::GovernmentDepartment, name);
            room.appoint(bureau, "GOVERNMENT_DEPARTMENT/REPRESENTATIVE")
        })
        .collect();
    assert_eq!(NEXT_MONDAY, "2026-03-09T07:00:00Z");
    let (meeting, item) = on_site(&room, &bureaus).await;
    let request = LinkProblemRequest {
        name: problem.clone(),
        agenda_item: item.clone(),
    };
    room.secretary.ledger().link_problem(request).await.unwrap();
    let parts = ["粉刷桥体", "桥洞挂灯", "修整步道"];
    let lines = bureaus.iter().zip(parts).map(|(bureau, part)| CommitmentLine {
        problem: problem.clone(),
        ..line(&bureau.name(), part)
    });
    let made = commit(&room.secretary, &meeting, lines.collect()).await.unwrap();
    assert!(
        made.iter()
            .all(|one| one.resolution.is_empty() && one.meeting == meeting)
    );
    for (bureau, part) in bureaus.iter().zip(parts) {
        assert_eq!(holders(&room.units[6]).await[part], bureau.name());
    }
    assert_eq!(
        ledger(&room.units[6]).await.len(),
        5,
        "the problem, the whole and its parts"
    );

    // each consents to its own part, and to no other
    assert_eq!(reason(accept(&bureaus[0], &made[1].name).await), "PERMISSION_DENIED");
    for (bureau, part) in bureaus.iter().zip(&made) {
        accept(bureau, &part.name).await.unwrap();
        progress(bureau, &part.name, "材料已到场").await.unwrap();
    }
    let shown = ledger(&room.units[3]).await;
    assert_eq!(shown.iter().filter(|entry| entry.progress == "材料已到场").count(), 3);
    for (bureau, part) in bureaus.iter().zip(&made) {
        let photo = format!("{PARENT}/files/{}", room.ids.next::<uuid::Uuid>());
        room.kept.keep(&photo, &part.name);
        let request = CompleteCommitmentRequest {
            name: part.name.clone(),
            note: "已完工".to_owned(),
            evidence: vec![photo],
            ..Default::default()
        };
        bureau.commitments().complete_commitment(request).await.unwrap();
        confirm(&room.secretary, &part.name).await.unwrap();
    }
    assert!(
        problem_of(&room.units[0], &problem).await.close_time.is_none(),
        "the whole is still owed"
    );
    complete(&room.secretary, &whole, "三家均已完工").await.unwrap();
    confirm(&room.secretary, &whole).await.unwrap();
    assert!(problem_of(&room.units[0], &problem).await.close_time.is_some());
    assert!(ledger(&room.units[0]).await.is_empty());

    let answering = ListCommitmentsRequest {
        problem,
        ..Default::default()
    };
    for name in list(&room.secretary, answering).await {
        one_holder_at_every_instant(&room, &name).await;
    }
    room.set("2026-04-01T01:00:00Z");
    let march = month_report(&room.units[0], 2026, 3).await.unwrap();
    assert_eq!((march.due.len(), march.in_time_count), (4, 4));
    assert_eq!(
        (march.declined_count, march.reassigned_count, march.confirmed_count),
        (7, 7, 4)
    );
}

/// Each step begins where the one before ended, and says who held it from then on.
async fn one_holder_at_every_instant(room: &Room, name: &str) {
    let steps = history(&room.secretary, name).await;
    assert!(steps.iter().map(|step| step.serial).eq((1..).take(steps.len())));
    assert!(steps.iter().all(|step| step.holder.starts_with("organizations/")));
    let at = |step: &CommitmentStep| step.occur_time.map(|at| (at.seconds, at.nanos));
    assert!(steps.is_sorted_by_key(at));
    let last = get(&room.secretary, name).await.unwrap();
    assert_eq!(
        (last.state(), &last.holder),
        (CommitmentState::Confirmed, &steps.last().unwrap().holder)
    );
}
