//! Working days that the operator imports.

use std::sync::Arc;

use yihe_directory::import::{ImportError, import_calendar};
use yihe_directory::migrations;
use yihe_kernel::SystemClock;
use yihe_proto::directory::v1 as pb;
use yihe_store::{Backend, Store, StoreConfig};

use crate::node::{Node, Who};

const YEAR: &str = r#"{"year": 2027, "papers": ["p"], "days": [
    {"name": "元旦", "date": "2027-01-01", "isOffDay": true},
    {"name": "元旦", "date": "2027-01-02", "isOffDay": false}]}"#;

#[tokio::test]
async fn a_year_is_imported_told_to_the_meeting_service_and_replaced() {
    let node = Node::start().await;
    let backend = Backend::Sqlite { file: node.file() };
    let store = Store::open(&StoreConfig::new(backend, [7; 32]), migrations, Arc::new(SystemClock))
        .await
        .unwrap();
    let get = async |years: Vec<i32>| -> Vec<pb::ImportedCalendar> {
        let request = pb::GetCalendarsRequest { years };
        let told: pb::GetCalendarsResponse = node.call(&Who::service("meeting"), request).await.unwrap();
        told.calendars
    };
    assert!(get(Vec::new()).await.is_empty());
    let report = import_calendar(&store, YEAR.into()).await.unwrap();
    assert_eq!(
        (report.year, report.days, report.changed, report.known),
        (2027, 2, 2, false)
    );
    let told = get(vec![2026, 2027]).await;
    assert_eq!(
        (told.len(), told[0].year, told[0].content.as_slice()),
        (1, 2027, YEAR.as_bytes())
    );

    let other = YEAR.replace("\"isOffDay\": false", "\"isOffDay\": true");
    let report = import_calendar(&store, other.clone().into()).await.unwrap();
    assert_eq!((report.changed, report.known), (1, true));
    assert_eq!(import_calendar(&store, other.into()).await.unwrap().changed, 0);
    let broken = import_calendar(&store, b"{}".to_vec()).await.unwrap_err();
    assert!(matches!(broken, ImportError::Calendar(_)), "{broken}");
    assert_eq!(get(Vec::new()).await.len(), 1, "nothing was lost");
    let imported = node
        .events()
        .await
        .into_iter()
        .filter(|kind| kind == "CalendarImported");
    assert_eq!(imported.count(), 3);
    let request = pb::GetCalendarsRequest::default();
    for who in [Who::operator(), Who::service("policy")] {
        let refused = node.refused::<pb::GetCalendarsResponse, _>(&who, request.clone()).await;
        assert_eq!(refused, "PERMISSION_DENIED");
    }
}
