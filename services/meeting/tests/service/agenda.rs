use tonic::Code;
use yihe_proto::meeting::v1::*;

use crate::harness::{fields, reason};
use crate::room::{Room, propose};

#[tokio::test]
async fn the_agenda_keeps_its_order_and_closes_with_the_notice() {
    let room = Room::draft(2).await;
    let second = propose(&room.units[1], &room.meeting, "第二项", MatterClass::Coordination)
        .await
        .unwrap();
    assert_eq!(
        (second.position, second.proposer_display_name.as_str()),
        (2, "驻区单位 2")
    );
    let list = ListAgendaItemsRequest {
        parent: room.meeting.clone(),
        page_size: 1,
        ..Default::default()
    };
    let first = room.units[0]
        .agenda()
        .list_agenda_items(list.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(first.agenda_items[0].name, room.item);
    let list = ListAgendaItemsRequest {
        page_token: first.next_page_token,
        ..list
    };
    let rest = room.units[0]
        .agenda()
        .list_agenda_items(list)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (rest.agenda_items[0].name.as_str(), rest.next_page_token.as_str()),
        (second.name.as_str(), "")
    );

    let withdraw = WithdrawAgendaItemRequest {
        name: second.name.clone(),
        ..Default::default()
    };
    let refused = room.units[0].agenda().withdraw_agenda_item(withdraw.clone()).await;
    assert_eq!(
        refused.unwrap_err().code(),
        Code::PermissionDenied,
        "only the proposer may"
    );
    let gone = room.units[1]
        .agenda()
        .withdraw_agenda_item(withdraw.clone())
        .await
        .unwrap()
        .into_inner();
    assert!(gone.withdraw_time.is_some());
    assert_eq!(
        reason(room.units[1].agenda().withdraw_agenda_item(withdraw.clone()).await),
        "AGENDA_ITEM_WITHDRAWN"
    );
    let notice = room.serve().await.unwrap();
    assert_eq!(notice.agenda.len(), 1);
    assert_eq!(
        reason(room.units[1].agenda().withdraw_agenda_item(withdraw).await),
        "MEETING_STATE"
    );
    assert_eq!(
        reason(propose(&room.units[0], &room.meeting, "太晚", MatterClass::Election).await),
        "MEETING_STATE"
    );
    let get = GetAgendaItemRequest { name: second.name };
    assert!(
        !room.units[0]
            .agenda()
            .get_agenda_item(get)
            .await
            .unwrap()
            .into_inner()
            .noticed
    );
}

#[tokio::test]
async fn every_bad_field_of_an_item_is_named() {
    let room = Room::draft(1).await;
    let item = AgendaItem {
        title: "x".repeat(201),
        description: "\u{202e}".to_owned(),
        ..Default::default()
    };
    let request = CreateAgendaItemRequest {
        parent: room.meeting.clone(),
        agenda_item: Some(item),
        request_id: "1".to_owned(),
    };
    let refused = room.units[0].agenda().create_agenda_item(request).await;
    let named = [
        "request_id",
        "agenda_item.title",
        "agenda_item.description",
        "agenda_item.kind",
        "agenda_item.matter_class",
    ];
    assert_eq!(fields(&refused), named);
}
