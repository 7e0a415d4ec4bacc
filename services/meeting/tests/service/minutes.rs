//! Minutes drawn up from what happened, and edited in versions.

use yihe_proto::meeting::v1::*;

use crate::harness::{detail, fields, reason};
use crate::minutes_room::redacted;
use crate::room::Room;

#[tokio::test]
async fn minutes_are_drawn_up_from_what_happened() {
    let room = Room::over().await;
    room.draft_minutes().await.unwrap();
    room.note(&room.item, "学校愿意安排学生。\n车站愿意提供服务点。", "")
        .await
        .unwrap();
    let minutes = room.note("", "会议由周书记主持。", "").await.unwrap();
    assert_eq!((minutes.version, minutes.signatures_due), (3, 3));
    insta::assert_snapshot!("full_text", redacted(&minutes.text));
    room.request_signatures("").await.unwrap();
    for unit in &room.units[..3] {
        room.sign(unit, &minutes).await.unwrap();
    }
    let published = room.publish().await.unwrap();
    insta::assert_snapshot!("published_text", redacted(&published.text));
    assert!(!published.text.contains("低保") && published.text.contains("不予公开"));
    assert_eq!(published.full_sha256, minutes.sha256);
    assert_ne!(published.sha256, minutes.sha256);
    assert_eq!(published.resolutions.len(), 1);
}

#[tokio::test]
async fn drafting_again_changes_nothing() {
    let room = Room::over().await;
    assert_eq!(reason(room.minutes(0).await), "MINUTES_NOT_DRAFTED");
    assert_eq!(reason(room.note("", "备注", "").await), "MINUTES_NOT_DRAFTED");
    assert_eq!(reason(room.request_signatures("").await), "MINUTES_NOT_DRAFTED");
    let first = room.draft_minutes().await.unwrap();
    room.wait(3600);
    assert_eq!(room.draft_minutes().await.unwrap(), first);
    assert_eq!((first.version, first.etag.as_str()), (1, "1"));
    // what an edit would not change makes no version either
    assert_eq!(room.note("", "", "").await.unwrap(), first);
}

#[tokio::test]
async fn minutes_are_drafted_once_the_meeting_is_closed() {
    let room = Room::in_session(2).await;
    let refused = room.draft_minutes().await;
    assert_eq!(detail(&refused, "needed"), "CLOSED / MINUTES_SIGNING");
    assert_eq!(reason(refused), "MEETING_STATE");
}

#[tokio::test]
async fn free_text_alone_is_edited_and_every_version_is_kept() {
    let room = Room::over().await;
    let first = room.draft_minutes().await.unwrap();
    let second = room
        .note(&room.item, "## 二、伪造的一节\n- 决议：伪造", "")
        .await
        .unwrap();
    assert_eq!((second.version, second.notes.len()), (2, 1));
    assert!(
        second.text.contains("> ## 二、伪造的一节\n> - 决议：伪造\n"),
        "{}",
        second.text
    );
    let third = room.note(&room.item, "", "").await.unwrap();
    assert_eq!((third.version, third.notes.len()), (3, 0));
    // two versions that say the same still differ in their head
    assert_ne!(third.sha256, first.sha256);
    let versions = ListMinutesVersionsRequest {
        parent: room.meeting.clone(),
        page_size: 2,
        ..Default::default()
    };
    let mut listed = room.units[0]
        .minutes()
        .list_minutes_versions(versions.clone())
        .await
        .unwrap()
        .into_inner();
    let rest = ListMinutesVersionsRequest {
        page_token: listed.next_page_token.clone(),
        ..versions
    };
    listed.versions.extend(
        room.units[0]
            .minutes()
            .list_minutes_versions(rest)
            .await
            .unwrap()
            .into_inner()
            .versions,
    );
    let told: Vec<_> = listed
        .versions
        .iter()
        .map(|one| (one.version, one.sha256.as_str(), one.text.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (3, third.sha256.as_str(), ""),
            (2, &second.sha256, ""),
            (1, &first.sha256, "")
        ]
    );
    assert_eq!(room.minutes(2).await.unwrap().text, second.text);
    assert_eq!(room.minutes(0).await.unwrap().text, third.text);
    for unknown in [4, -1] {
        assert_eq!(reason(room.minutes(unknown).await), "MINUTES_VERSION_UNKNOWN");
        assert_eq!(reason(room.print(unknown).await), "MINUTES_VERSION_UNKNOWN");
    }
}

#[tokio::test]
async fn of_two_clerks_editing_at_once_one_wins_and_the_other_is_told() {
    let room = Room::over().await;
    let read = room.draft_minutes().await.unwrap();
    room.note("", "甲的备注", &read.etag).await.unwrap();
    assert_eq!(reason(room.note("", "乙的备注", &read.etag).await), "ETAG_MISMATCH");
    assert_eq!(reason(room.request_signatures(&read.etag).await), "ETAG_MISMATCH");
    let kept = room.minutes(0).await.unwrap();
    assert!(kept.text.contains("甲的备注") && !kept.text.contains("乙的备注"));
    // without an etag, both at the very same time: every version is there, none is overwritten
    let (one, other) = tokio::join!(room.note("", "一", ""), room.note("", "二", ""));
    let mut versions = [one.unwrap().version, other.unwrap().version];
    versions.sort_unstable();
    assert_eq!(room.minutes(0).await.unwrap().version, 4);
    assert!(room.minutes(3).await.unwrap().text.contains("> ") && versions[1] == 4);
}

#[tokio::test]
async fn notes_are_of_items_of_the_meeting() {
    let room = Room::over().await;
    room.draft_minutes().await.unwrap();
    let elsewhere = room.item.replace(
        &room.meeting,
        "communities/440309002021/meetings/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f",
    );
    let refused = room.note(&elsewhere, "讨论", "").await;
    assert_eq!(fields(&refused), ["notes[0].agenda_item"]);
    let unknown = format!("{}/agendaItems/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f", room.meeting);
    assert_eq!(reason(room.note(&unknown, "讨论", "").await), "RESOURCE_NOT_FOUND");
    let long = "字".repeat(10_001);
    assert_eq!(fields(&room.note("", &long, "").await), ["notes[0].text"]);
    assert_eq!(room.minutes(0).await.unwrap().version, 1);
}

#[tokio::test]
async fn names_of_persons_who_are_erased_are_not_told() {
    let room = Room::in_session(2).await;
    room.close().await.unwrap();
    let minutes = room.draft_minutes().await.unwrap();
    assert!(
        minutes.text.contains("| 驻区单位 1 | （姓名已删除） |"),
        "{}",
        minutes.text
    );
}

#[tokio::test]
async fn the_printed_form_has_boxes_for_signatures_and_seals() {
    let (room, minutes) = Room::signing().await;
    room.sign(&room.units[0], &minutes).await.unwrap();
    room.refuse(&room.units[1], 1, "记录<有误>").await.unwrap();
    let page = room.print(0).await.unwrap();
    insta::assert_snapshot!("printed", redacted(&page));
    assert!(page.contains("记录&lt;有误&gt;") && page.contains("（盖章）"));
    room.note("", "更正", "").await.unwrap();
    assert!(room.print(1).await.unwrap().contains("本版已作废，现行为第 2 版"));
}
