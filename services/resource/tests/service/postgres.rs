//! What two databases might read differently, once on PostgreSQL: the races, the waiting list, the series, a random history.

use yihe_proto::resource::v1::{Bookable, BookingRules};
use yihe_testkit::Postgres;

use crate::harness::House;
use crate::{approval, bookings, history, leaving, listings, residents, series, waiting};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn bookings_race_on_postgresql() {
    let server = Postgres::start().unwrap();
    let house = House::on_postgres(&server).await;
    bookings::two_at_once(&house).await;
    approval::two_pending(&house).await;
    waiting::first_come(&house).await;
    series::half_conflicting(&house).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claims_race_on_postgresql() {
    let server = Postgres::start().unwrap();
    let house = House::on_postgres(&server).await;
    listings::last_unit(&house).await;
    listings::many_at_once(&house).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_random_history_is_kept_on_postgresql() {
    let server = Postgres::start().unwrap();
    history::run(House::on_postgres(&server).await, 0x5eed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_member_leaves_on_postgresql() {
    let server = Postgres::start().unwrap();
    leaving::school_leaves(House::on_postgres(&server).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn residents_book_on_postgresql() {
    let server = Postgres::start().unwrap();
    let house = House::on_postgres(&server).await;
    residents::for_themselves(&house).await;
    residents::within_quotas(&house).await;
}

/// Whoever goes past the service meets the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_database_itself_refuses_what_would_take_one_place_twice() {
    let server = Postgres::start().unwrap();
    let house = House::on_postgres(&server).await;
    let (center, school) = (house.center(), house.unit("学校"));
    let (from, until) = ("2026-03-03T19:00", "2026-03-03T21:00");
    let alone = center.hall(1, BookingRules::default()).await;
    let shared = center.hall(2, BookingRules::default()).await;
    for hall in [&alone, &shared] {
        school.book(hall, from, until).await.unwrap();
    }
    let house_of = |hall: &Bookable| hall.name.rsplit('/').next().unwrap().to_owned();
    let twice = |hall: &Bookable| {
        let statement = format!(
            "INSERT INTO booking SELECT community, gen_random_uuid(), bookable, owner, booker, booker_display_name, starts_at, ends_at, \
             quantity, purpose, state, expires_at, occupies_from + 1, occupies_until, external_ref, series, note, created_at, version, \
             project, alone FROM booking WHERE bookable = '{}'",
            house_of(hall)
        );
        house.straight(statement)
    };
    let refused = twice(&alone).await.unwrap_err().to_string();
    assert!(refused.contains("booking_alone"), "{refused}");
    twice(&shared).await.unwrap();
}
