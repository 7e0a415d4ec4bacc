//! Random histories of many actors at once, compared with a model after each round: what was acknowledged is there as it was last
//! acknowledged, nothing else is, and no instant has more taken than there is.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tonic::Status;
use yihe_kernel::Timestamp;
use yihe_proto::resource::v1::*;

use crate::harness::{House, PARENT, Party, asking, booking, told};

const ACTORS: u64 = 16;
const ROUNDS: u64 = 6;
const STEPS: usize = 8;

/// What somebody was told last of a booking.
type Told = BTreeMap<String, Booking>;

struct Scene {
    center: Party,
    halls: Vec<Bookable>,
}

fn version(booking: &Booking) -> i64 {
    booking.etag.parse().unwrap()
}

fn note(known: &mut Told, booking: Booking) {
    let newer = known
        .get(&booking.name)
        .is_none_or(|before| version(before) < version(&booking));
    if newer {
        known.insert(booking.name.clone(), booking);
    }
}

fn expect_honest(status: &Status) {
    let reason = crate::harness::reason::<()>(Err(status.clone()));
    let honest = [
        "BOOKING_FULL",
        "BOOKING_STATE",
        "BOOKING_HOLD_EXPIRED",
        "BOOKING_QUOTA_EXCEEDED",
        "BOOKING_IN_PAST",
        "CHECK_IN_CLOSED",
        "NO_SHOW_TOO_EARLY",
        "PERMISSION_DENIED",
    ];
    assert!(honest.contains(&reason.as_str()), "{reason}: {status:?}");
}

/// One actor's part of a round.
async fn act(scene: &Scene, actor: &Party, mut random: StdRng, known: &Told) -> Told {
    let (mut told, mut own) = (Told::new(), Vec::new());
    for _ in 0..STEPS {
        let hall = &scene.halls[random.random_range(0..scene.halls.len())];
        let answer = match random.random_range(0..10) {
            0..6 => {
                let begin = random.random_range(10..20);
                let length = random.random_range(1..4);
                let (from, until) = (
                    format!("2026-03-03T{begin}:00"),
                    format!("2026-03-03T{}:30", begin + length),
                );
                let request = CreateBookingRequest {
                    hold_minutes: [0, 0, 5, 30][random.random_range(0..4)],
                    wait_if_full: random.random_bool(0.3),
                    ..asking(hall, booking(&from, &until, random.random_range(1..=2)))
                };
                actor.ask(request).await
            }
            step => {
                let anybodys: Vec<&Booking> = known.values().chain(&own).collect();
                if anybodys.is_empty() {
                    continue;
                }
                let target = anybodys[random.random_range(0..anybodys.len())];
                match step {
                    6 => actor.confirm(target).await,
                    7 => scene.center.approve(target).await,
                    8 => actor.cancel(target).await,
                    _ => scene.center.cancel(target).await,
                }
            }
        };
        match answer {
            Ok(booking) => {
                own.push(booking.clone());
                note(&mut told, booking);
            }
            Err(status) => expect_honest(&status),
        }
    }
    told
}

async fn all(scene: &Scene) -> Vec<Booking> {
    let mut request = ListBookingsRequest {
        parent: PARENT.to_owned(),
        page_size: 100,
        ..Default::default()
    };
    let mut found = Vec::new();
    loop {
        let page = told(scene.center.bookings().list_bookings(request.clone()))
            .await
            .unwrap();
        found.extend(page.bookings);
        if page.next_page_token.is_empty() {
            return found;
        }
        request.page_token = page.next_page_token;
    }
}

/// By asking at every instant at which something begins: the model knows nothing of sweeps and indexes.
fn expect_capacity(hall: &Bookable, bookings: &[Booking]) {
    let rules = hall.rules.clone().unwrap();
    let instant = |wire: &Option<prost_types::Timestamp>| Timestamp::from_proto(&wire.unwrap()).unwrap();
    let taking: Vec<_> = bookings
        .iter()
        .filter(|booking| booking.bookable == hall.name)
        .filter(|booking| {
            use BookingState::{CheckedIn, Confirmed, Held};
            [Held, Confirmed, CheckedIn].contains(&booking.state())
        })
        .map(|booking| {
            let from = instant(&booking.start_time).plus_seconds(i64::from(rules.buffer_before_minutes) * -60);
            let until = instant(&booking.end_time).plus_seconds(i64::from(rules.buffer_after_minutes) * 60);
            (from, until, booking.quantity)
        })
        .collect();
    for (begin, _, _) in &taking {
        let there = taking.iter().filter(|(from, until, _)| from <= begin && begin < until);
        let taken: i64 = there.map(|(_, _, quantity)| quantity).sum();
        assert!(
            taken <= hall.capacity,
            "{taken} of {} are taken at {begin}",
            hall.capacity
        );
    }
}

/// What somebody was told holds, or time has changed it.
fn expect_told(told: &Booking, found: &Booking) {
    use BookingState::{Confirmed, Expired, Held, PendingApproval, Waiting};
    if version(found) == version(told) && told.state() == found.state() {
        return;
    }
    let passed = matches!(
        (told.state(), found.state()),
        // what is told to have expired may not have been swept yet
        (Held | PendingApproval | Waiting | Expired, Expired) | (Waiting, Confirmed | PendingApproval)
    );
    assert!(passed, "told {told:?}, found {found:?}");
}

pub async fn run(house: House, seed: u64) {
    let center = house.center();
    let buffered = BookingRules {
        buffer_before_minutes: 10,
        buffer_after_minutes: 20,
        ..BookingRules::default()
    };
    let approved = BookingRules {
        approval_required: true,
        ..BookingRules::default()
    };
    let bound = BookingRules {
        quota: Some(Quota {
            minutes: 600,
            period: QuotaPeriod::Day.into(),
        }),
        ..BookingRules::default()
    };
    let halls = vec![
        center.hall(2, buffered).await,
        center.hall(3, approved).await,
        center.hall(5, bound).await,
    ];
    let scene = Scene { center, halls };
    let actors: Vec<Party> = (0..ACTORS).map(|number| house.unit(&format!("单位{number}"))).collect();
    let mut known = Told::new();
    for round in 0..ROUNDS {
        let acting = actors.iter().zip(0..).map(|(actor, number)| {
            let random = StdRng::seed_from_u64(seed ^ (round << 32) ^ number);
            act(&scene, actor, random, &known)
        });
        let told = futures::future::join_all(acting).await;
        for booking in told.into_iter().flat_map(Told::into_values) {
            note(&mut known, booking);
        }
        let found = all(&scene).await;
        assert_eq!(found.len(), known.len(), "seed {seed:#x}: lost or unacknowledged");
        for booking in &found {
            let last = known.get(&booking.name);
            expect_told(
                last.unwrap_or_else(|| panic!("nobody was told of {booking:?}")),
                booking,
            );
        }
        for hall in &scene.halls {
            expect_capacity(hall, &found);
        }
        for booking in found {
            known.insert(booking.name.clone(), booking);
        }
        // some holds run out between the rounds
        house.clock.advance_seconds(400);
    }
    assert!(known.len() > 100, "seed {seed:#x}: only {} bookings", known.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_and_nothing_is_taken_twice() {
    for seed in [1, 0xbe12, 0xca11] {
        run(House::new().await, seed).await;
    }
}
