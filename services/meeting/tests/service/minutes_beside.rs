//! What the minutes tell beside the course of the meeting: substitutes, proxies, invited persons, suspensions, commitments.

use yihe_proto::meeting::v1::*;

use crate::invited::{delegate, invite};
use crate::mandates::{grant, outsider, revoke};
use crate::owed::{accept, commit, line};
use crate::persons::Council;
use crate::room::{Room, cast, check_in, submit};

async fn suspend(room: &Room, reason: &str) {
    let request = SuspendMeetingRequest {
        name: room.meeting.clone(),
        reason: reason.to_owned(),
        ..Default::default()
    };
    room.secretary.procedure().suspend_meeting(request).await.unwrap();
}

async fn resume(room: &Room) {
    let request = ResumeMeetingRequest {
        name: room.meeting.clone(),
        ..Default::default()
    };
    room.secretary.procedure().resume_meeting(request).await.unwrap();
}

fn section<'a>(text: &'a str, title: &str) -> &'a str {
    let begin = text
        .find(&format!("、{title}\n"))
        .unwrap_or_else(|| panic!("no {title} in {text}"));
    let rest = &text[begin..];
    &rest[..rest.find("\n\n## ").unwrap_or(rest.len())]
}

#[tokio::test]
async fn the_minutes_tell_who_came_for_whom_who_was_invited_what_interrupted_and_what_was_promised() {
    let room = Room::noticed(3).await;
    let [first, second, third] = &room.units[..] else {
        panic!()
    };
    let (substitute, guest) = (outsider(&room.house), outsider(&room.house));
    for (party, name) in [
        (first, "张三"),
        (second, "李四"),
        (third, "王五"),
        (&substitute, "钱七"),
        (&guest, "孙代表"),
    ] {
        room.directory.name(party.principal.to_string(), name);
    }
    invite(&room.secretary, &room.meeting, delegate(&guest)).await.unwrap();
    grant(first, &room.meeting, &substitute).await.unwrap();
    let unused = grant(third, &room.meeting, &substitute).await.unwrap();
    revoke(third, &unused.name).await.unwrap();
    room.open().await.unwrap();
    let for_first = CheckInRequest {
        name: room.meeting.clone(),
        member: first.name(),
    };
    substitute.meetings().check_in(for_first).await.unwrap();
    check_in(&guest, &room.meeting).await.unwrap();
    for unit in [second, third] {
        check_in(unit, &room.meeting).await.unwrap();
    }
    room.wait(600);
    suspend(&room, "停电").await;
    room.wait(300);
    resume(&room).await;
    let motion = submit(second, &room.meeting, &room.item).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    for unit in [second, third] {
        cast(unit, &vote.name, Choice::Yes).await.unwrap();
    }
    let resolution = room.close_vote(&vote.name).await.unwrap().resolution;
    let lines = vec![line(&second.name(), "桥洞挂灯"), line(&third.name(), "清运垃圾")];
    let made = commit(&room.secretary, &resolution, lines).await.unwrap();
    accept(second, &made[0].name).await.unwrap();
    suspend(&room, "").await;
    room.close().await.unwrap();

    let text = room.draft_minutes().await.unwrap().text;
    let guests = section(&text, "列席人员");
    assert!(
        guests.contains("| 孙代表 | 人大代表 | 2026-03-09 15:00:00 | 2026-03-09 15:15:00"),
        "{guests}"
    );
    let sent = section(&text, "授权代表");
    assert!(
        sent.contains("| 驻区单位 1 | 钱七 | 单位在线授权 |") && sent.contains("| 到会\n"),
        "{sent}"
    );
    assert!(
        sent.contains("| 驻区单位 3 | 钱七 |") && sent.contains("| 未到会"),
        "{sent}"
    );
    let breaks = section(&text, "休会");
    assert!(
        breaks.contains("| 2026-03-09 15:10:00 | 2026-03-09 15:15:00 | 停电"),
        "{breaks}"
    );
    assert!(
        breaks.contains("| 2026-03-09 15:15:00 | 2026-03-09 15:15:00 |"),
        "closing ends it: {breaks}"
    );
    let promised = section(&text, "承诺事项");
    assert!(
        promised.contains("| 2026-1 号 | 驻区单位 2 | 牵头 | 桥洞挂灯 | 2026-03-20 | 已接受"),
        "{promised}"
    );
    assert!(
        promised.contains("| 驻区单位 3 | 牵头 | 清运垃圾 | 2026-03-20 | 待接受"),
        "{promised}"
    );
    assert!(!text.contains("、委托表决"), "nothing where nothing happened");
    let attendance = section(&text, "出席情况");
    assert!(
        attendance.contains("到会成员：3 名") && !attendance.contains("孙代表"),
        "{attendance}"
    );
}

#[tokio::test]
async fn the_minutes_tell_whose_vote_was_given_to_whom_and_what_became_of_it() {
    let (room, members) = Council::under("cn.residents-bodies.proxies", 4)
        .await
        .in_session(2)
        .await;
    let [holder, second, principal, comer] = &members[..] else {
        panic!()
    };
    for (party, name) in members.iter().zip(["张三", "李四", "王五", "赵六"]) {
        room.directory.name(party.principal.to_string(), name);
    }
    let give = async |by: &crate::harness::Party, proxy: Proxy| {
        let request = GrantProxyRequest {
            parent: room.meeting.clone(),
            proxy: Some(proxy),
            ..Default::default()
        };
        by.proxies().grant_proxy(request).await.unwrap();
    };
    let bound = Proxy {
        holder: holder.principal.to_string(),
        items: vec![ProxyItem {
            agenda_item: room.item.clone(),
            instruction: ProxyInstruction::For.into(),
        }],
        ..Default::default()
    };
    give(principal, bound).await;
    let free = Proxy {
        holder: second.principal.to_string(),
        ..Default::default()
    };
    give(comer, free).await;
    check_in(comer, &room.meeting).await.unwrap();
    room.close().await.unwrap();
    let text = room.draft_minutes().await.unwrap().text;
    let proxies = section(&text, "委托表决");
    assert!(proxies.contains("| 王五 | 张三 | 第 1 项 | 赞成 | 电子 |"), "{proxies}");
    assert!(
        proxies.contains("| 赵六 | 李四 | 全部议题 | 由受托人决定 | 电子 |") && proxies.contains("委托人到会，失效"),
        "{proxies}"
    );
    assert!(!text.contains("、列席人员") && !text.contains("、休会") && !text.contains("、承诺事项"));
}
