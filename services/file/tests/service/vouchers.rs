//! Files of objects that the ledger keeps: it says who may read and who may add.

use tonic::Status;
use yihe_proto::file::v1::{File, GetFileRequest, ListFilesRequest, RetireFileRequest};

use crate::harness::{COMMITTEE, COMMUNITY, Files, House, ORGANIZATION, OTHER_ORGANIZATION, declare, messages, reason};

fn object(collection: &str) -> String {
    format!("{COMMUNITY}/{collection}/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e80")
}

async fn upload(files: &mut Files, object: &str) -> Result<File, Status> {
    let upload = messages(declare(object, b"receipt"), b"receipt");
    Ok(files.upload_file(futures::stream::iter(upload)).await?.into_inner())
}

async fn get(files: &mut Files, name: &str) -> Result<File, Status> {
    let request = GetFileRequest { name: name.to_owned() };
    Ok(files.get_file(request).await?.into_inner())
}

async fn list(files: &mut Files, object: &str) -> Result<usize, Status> {
    let request = ListFilesRequest {
        owner_object: object.to_owned(),
        ..ListFilesRequest::default()
    };
    Ok(files.list_files(request).await?.into_inner().files.len())
}

#[tokio::test]
async fn whoever_may_read_an_object_of_the_ledger_may_read_its_vouchers_and_no_more() {
    let house = House::new().await;
    let fund = object("funds");
    house.ledger.tell(&fund, true);
    let (mut keeper, mut unit) = (house.files_of(ORGANIZATION), house.files_of(OTHER_ORGANIZATION));
    let voucher = upload(&mut keeper, &fund).await.unwrap();
    assert_eq!(get(&mut unit, &voucher.name).await.unwrap(), voucher);
    assert_eq!(list(&mut unit, &fund).await.unwrap(), 1);
    assert_eq!(reason(upload(&mut unit, &fund).await), "PERMISSION_DENIED");
    let retire = RetireFileRequest {
        name: voucher.name.clone(),
    };
    assert_eq!(reason(unit.retire_file(retire.clone()).await), "PERMISSION_DENIED");
    keeper.retire_file(retire).await.unwrap();
    assert_eq!(list(&mut unit, &fund).await.unwrap(), 0);
}

#[tokio::test]
async fn whoever_may_not_read_an_object_of_the_ledger_learns_nothing_of_its_vouchers() {
    let house = House::new().await;
    let account = object("accounts");
    house.ledger.tell(&account, false);
    let voucher = upload(&mut house.files_of(ORGANIZATION), &account).await.unwrap().name;
    let mut unit = house.files_of(OTHER_ORGANIZATION);
    assert_eq!(reason(get(&mut unit, &voucher).await), "PERMISSION_DENIED");
    assert_eq!(reason(list(&mut unit, &account).await), "PERMISSION_DENIED");
    // whoever may read the files of every object it can see does not see this one
    let mut committee = house.files_of(COMMITTEE);
    assert_eq!(reason(get(&mut committee, &voucher).await), "RESOURCE_NOT_FOUND");
    assert_eq!(reason(list(&mut committee, &account).await), "RESOURCE_NOT_FOUND");
    let missing = object("goods");
    assert_eq!(reason(list(&mut committee, &missing).await), "RESOURCE_NOT_FOUND");
    assert_eq!(
        reason(upload(&mut house.files_of(ORGANIZATION), &missing).await),
        "PERMISSION_DENIED"
    );
}
