use std::sync::{Arc, Mutex};

use tonic::service::Routes;
use tonic::{Request, Response, Status, async_trait};
use yihe_authz::{InternalTokens, Keys};
use yihe_kernel::SystemClock;
use yihe_proto::directory::v1::calendar_service_server::{CalendarService, CalendarServiceServer};
use yihe_proto::directory::v1::{GetCalendarsResponse, ImportedCalendar};
use yihe_server::Link;
use yihe_tally::{Date, DayUnit, plus_days};

use super::*;

/// The year after the last one that is shipped, with one free day and one weekend day that is worked.
const YEAR_2027: &str = r#"{
    "year": 2027,
    "papers": ["https://www.gov.cn/zhengce/2027"],
    "days": [
        {"name": "元旦", "date": "2027-01-01", "isOffDay": true},
        {"name": "元旦", "date": "2027-01-03", "isOffDay": false}
    ]
}"#;

/// A directory into which calendars are imported, and how often it was asked.
#[derive(Clone, Default)]
struct Double(Arc<Mutex<(Vec<ImportedCalendar>, u32)>>);

#[async_trait]
impl CalendarService for Double {
    async fn get_calendars(
        &self,
        request: Request<GetCalendarsRequest>,
    ) -> Result<Response<GetCalendarsResponse>, Status> {
        assert!(request.into_inner().years.is_empty());
        let mut told = self.0.lock().unwrap();
        told.1 += 1;
        Ok(Response::new(GetCalendarsResponse {
            calendars: told.0.clone(),
        }))
    }
}

fn calendars(directory: &Double) -> Calendars {
    let clock: yihe_kernel::SharedClock = Arc::new(SystemClock);
    let tokens = InternalTokens::new(&Keys::ephemeral().unwrap(), Arc::clone(&clock));
    let link = Link::Local(Routes::new(CalendarServiceServer::new(directory.clone())));
    Calendars::new(ServiceLink::new(link, tokens, "meeting", clock)).unwrap()
}

#[tokio::test]
async fn an_imported_year_makes_periods_possible_that_were_unknown_before() {
    let directory = Double::default();
    let calendars = calendars(&directory);
    let at = |second: i64| {
        "2026-12-28T01:00:00Z"
            .parse::<Timestamp>()
            .unwrap()
            .plus_seconds(second)
    };
    let first: Date = "2026-12-28".parse().unwrap();
    let three_days_on = |calendar: &Calendar| plus_days(first, 3, DayUnit::Working, calendar);
    let before = calendars.at(at(0)).await.unwrap();
    let missing = three_days_on(&before).unwrap_err().to_string();
    assert!(missing.contains("2027"), "{missing}");

    let imported = ImportedCalendar {
        year: 2027,
        content: YEAR_2027.as_bytes().to_vec(),
    };
    directory.0.lock().unwrap().0.push(imported);
    let still = calendars.at(at(59)).await.unwrap();
    assert!(three_days_on(&still).is_err(), "what was told is good for a minute");
    let after = calendars.at(at(60)).await.unwrap();
    assert_eq!(three_days_on(&after).unwrap().to_string(), "2026-12-31");
    let over_new_year = plus_days(first, 4, DayUnit::Working, &after).unwrap();
    assert_eq!(over_new_year.to_string(), "2027-01-03", "a Sunday that is worked");
    calendars.at(at(60)).await.unwrap();
    assert_eq!(directory.0.lock().unwrap().1, 2, "asked once a minute at most");
    calendars.at(at(0)).await.unwrap();
    assert_eq!(directory.0.lock().unwrap().1, 3, "a clock set back asks anew");
}

#[tokio::test]
async fn what_is_no_calendar_is_not_taken_for_one() {
    let directory = Double::default();
    directory.0.lock().unwrap().0.push(ImportedCalendar {
        year: 2027,
        content: b"{}".to_vec(),
    });
    let refused = calendars(&directory).at("2026-12-28T01:00:00Z".parse().unwrap()).await;
    assert!(refused.unwrap_err().is(&yihe_kernel::reasons::INTERNAL));
}
