//! Papers of agenda items: part of the notice, or tabled later and told as such.

use tonic::Status;
use yihe_proto::meeting::v1::*;

use crate::harness::{PARENT, Party, fields, reason};
use crate::invited::{delegate, invite};
use crate::mandates::outsider;
use crate::room::Room;

fn file(room: &Room, owner_object: &str) -> String {
    let name = format!("{PARENT}/files/{}", room.ids.next::<uuid::Uuid>());
    room.kept.keep(&name, owner_object);
    name
}

async fn set(by: &Party, item: &str, files: Vec<String>, etag: &str) -> Result<AgendaItem, Status> {
    let request = SetAgendaPapersRequest {
        name: item.to_owned(),
        files,
        etag: etag.to_owned(),
    };
    Ok(by.papers().set_agenda_papers(request).await?.into_inner())
}

async fn table(by: &Party, item: &str, file: &str, etag: &str) -> Result<AgendaItem, Status> {
    let request = TableAgendaPaperRequest {
        name: item.to_owned(),
        file: file.to_owned(),
        etag: etag.to_owned(),
    };
    Ok(by.papers().table_agenda_paper(request).await?.into_inner())
}

fn listed(item: &AgendaItem) -> Vec<(&str, bool)> {
    let paper = |paper: &AgendaPaper| paper.table_time.is_some();
    item.papers.iter().map(|one| (one.file.as_str(), paper(one))).collect()
}

#[tokio::test]
async fn the_notice_holds_the_papers_and_later_ones_are_told_as_tabled_later() {
    let room = Room::draft(2).await;
    let guest = outsider(&room.house);
    invite(&room.secretary, &room.meeting, delegate(&guest)).await.unwrap();
    let (plan, map, late) = (
        file(&room, &room.item),
        file(&room, &room.item),
        file(&room, &room.item),
    );
    let item = set(&room.units[0], &room.item, vec![plan.clone(), map.clone()], "")
        .await
        .unwrap();
    assert_eq!(listed(&item), [(plan.as_str(), false), (map.as_str(), false)]);
    assert!(item.papers.iter().all(|paper| paper.sha256.len() == 64));
    assert_eq!(
        reason(table(&room.secretary, &room.item, &late, "").await),
        "MEETING_STATE"
    );
    let notice = room.serve().await.unwrap();
    assert_eq!(
        listed(&notice.agenda[0]),
        [(plan.as_str(), false), (map.as_str(), false)]
    );
    assert!(room.kept.is_retained(&plan) && room.kept.is_retained(&map) && !room.kept.is_retained(&late));
    assert_eq!(
        reason(set(&room.secretary, &room.item, Vec::new(), "").await),
        "MEETING_STATE",
        "frozen with the notice"
    );
    let tabled = table(&room.secretary, &room.item, &late, "").await.unwrap();
    assert_eq!(listed(&tabled)[2], (late.as_str(), true));
    assert!(room.kept.is_retained(&late));
    assert_eq!(
        reason(table(&room.secretary, &room.item, &plan, "").await),
        "PAPER_LISTED"
    );
    let get = GetAgendaItemRequest {
        name: room.item.clone(),
    };
    let seen = guest.agenda().get_agenda_item(get).await.unwrap().into_inner();
    assert_eq!(seen, tabled, "who is invited sees the papers");
}

#[tokio::test]
async fn papers_are_files_of_the_item_and_of_two_who_edit_one_is_told() {
    let room = Room::draft(2).await;
    let plan = file(&room, &room.item);
    let unknown = format!("{PARENT}/files/{}", room.ids.next::<uuid::Uuid>());
    let by = &room.units[0];
    assert_eq!(reason(set(by, &room.item, vec![unknown], "").await), "FILE_UNKNOWN");
    let elsewhere = file(&room, &room.meeting);
    assert_eq!(reason(set(by, &room.item, vec![elsewhere], "").await), "FILE_ELSEWHERE");
    assert_eq!(
        fields(&set(by, &room.item, vec![plan.clone(), plan.clone()], "").await),
        ["files"]
    );
    assert_eq!(
        reason(set(&room.units[1], &room.item, vec![plan.clone()], "").await),
        "PERMISSION_DENIED",
        "another's item"
    );
    let first = set(by, &room.item, vec![plan.clone()], "1").await.unwrap();
    assert_eq!(first.etag, "2");
    assert_eq!(
        reason(set(&room.secretary, &room.item, Vec::new(), "1").await),
        "ETAG_MISMATCH"
    );
    let withdraw = |etag: &str| WithdrawAgendaItemRequest {
        name: room.item.clone(),
        etag: etag.to_owned(),
    };
    assert_eq!(
        reason(by.agenda().withdraw_agenda_item(withdraw("1")).await),
        "ETAG_MISMATCH"
    );
    by.agenda().withdraw_agenda_item(withdraw("2")).await.unwrap();
    assert_eq!(
        reason(set(by, &room.item, Vec::new(), "").await),
        "AGENDA_ITEM_WITHDRAWN"
    );
}
