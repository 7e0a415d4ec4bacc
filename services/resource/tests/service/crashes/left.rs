use std::collections::BTreeMap;

use yihe_proto::resource::v1::*;
use yihe_testkit::crash::{Phases, Said};

use super::work::{Act, Made, World, key, parse};
use crate::harness::{PARENT, reason, told};

/// What a folder must hold, and what was wrong with it.
#[derive(Default)]
pub struct Left {
    /// Everything that was ever asked for, and whether its next step was.
    made: BTreeMap<u64, bool>,
    pub requests: usize,
    pub phases: Phases,
    pub wrong: Vec<String>,
}

impl Left {
    /// Looks at everything after a restart. What was open is asked for again, so that it is there once.
    pub async fn check(&mut self, world: &World, said: &Said) {
        // what is made now can be told from what was there, and no hold has run out
        world.house.clock.advance_seconds(60);
        self.requests += said.asked.len();
        if said.open().next().is_none() {
            self.phases.hit("", Phases::BETWEEN);
        }
        let mut asked: Vec<(u64, usize)> = said.asked.iter().filter_map(|key| parse(key)).collect();
        asked.sort_unstable();
        let mut names: BTreeMap<u64, String> = BTreeMap::new();
        for (number, place) in asked {
            let answer = said.answered.get(&key(number, place));
            let was_there = match place {
                0 => {
                    let made = self.begin_again(world, number).await;
                    if answer.is_some_and(|name| !name.is_empty() && *name != made.name) {
                        let twice = format!("{number} is there twice: {answer:?}, {}", made.name);
                        self.wrong.push(twice);
                    }
                    names.insert(number, made.name);
                    self.made.insert(number, false);
                    made.is_old
                }
                _ => {
                    self.made.insert(number, true);
                    self.end_again(world, number, &names[&number]).await
                }
            };
            let act = Act::of(number)[place].code();
            match (answer, was_there) {
                (Some(_), true) => {}
                (Some(_), false) => self
                    .wrong
                    .push(format!("{number}, {act}, was acknowledged and is lost")),
                (None, true) => self.phases.hit(act, Phases::BEFORE_REPLY),
                (None, false) => self.phases.hit(act, Phases::BEFORE_COMMIT),
            }
        }
        self.compare(world).await;
    }

    async fn begin_again(&mut self, world: &World, number: u64) -> Made {
        let made = world.begin(number).await.unwrap();
        let again = world.begin(number).await.unwrap();
        if again.name != made.name {
            self.wrong.push(format!("{number} asked twice is there twice"));
        }
        made
    }

    async fn end_again(&mut self, world: &World, number: u64, name: &str) -> bool {
        let ended = match world.has_ended(number, name).await {
            Ok(ended) => ended,
            Err(wrong) => {
                self.wrong.push(wrong);
                return true;
            }
        };
        if !ended {
            world.end(number, name).await.unwrap();
        }
        let again = reason(world.end(number, name).await);
        if !["BOOKING_STATE", "CLAIM_STATE"].contains(&again.as_str()) {
            self.wrong.push(format!("{number} was ended twice: {again}"));
        }
        ended
    }

    /// How often each act was asked for.
    fn count(&self, act: Act) -> i64 {
        let counted = self.made.iter().filter(|(number, ended)| {
            let acts = Act::of(**number);
            acts[0] == act || (**ended && acts.get(1) == Some(&act))
        });
        i64::try_from(counted.count()).unwrap()
    }

    /// Everything that was asked for is there once and whole, nothing else is, and the events tell the same.
    async fn compare(&mut self, world: &World) {
        let mut found: BTreeMap<u64, usize> = BTreeMap::new();
        for booking in bookings(world).await {
            *found.entry(booking.purpose.parse().unwrap()).or_default() += 1;
        }
        for number in self.made.keys() {
            let wanted = match Act::of(*number)[0] {
                Act::Book | Act::Hold => 1,
                Act::Series => 3,
                _ => 0,
            };
            let is = found.remove(number).unwrap_or_default();
            if is != wanted {
                self.wrong.push(format!("{number} has {is} bookings, not {wanted}"));
            }
        }
        if !found.is_empty() {
            self.wrong.push(format!("nobody asked for {found:?}"));
        }
        let request = GetNeedRequest {
            name: world.need.clone(),
        };
        let need = told(world.center.needs().get_need(request)).await.unwrap();
        let events = world.house.started.feed.after(0, u64::from(u32::MAX)).await.unwrap();
        let told = |kind: &str| {
            let of_kind = events.iter().filter(|event| event.kind.ends_with(kind));
            i64::try_from(of_kind.count()).unwrap()
        };
        let count = |act| self.count(act);
        let booked = count(Act::Book) + 3 * count(Act::Series) + count(Act::Confirm);
        let sums = [
            ("committed", count(Act::Accept), need.committed_quantity),
            ("bookings told of", booked, told(".BookingMade")),
            ("holds told of", count(Act::Hold), told(".BookingHeld")),
            ("cancellations told of", count(Act::Cancel), told(".BookingCancelled")),
            ("claims told of", count(Act::Claim), told(".ClaimProposed")),
            ("acceptances told of", count(Act::Accept), told(".ClaimAccepted")),
            ("projects told of", count(Act::Project), told(".ProjectCreated")),
        ];
        for (what, wanted, is) in sums {
            if wanted != is {
                self.wrong.push(format!("{what}: {is}, not {wanted}"));
            }
        }
    }
}

async fn bookings(world: &World) -> Vec<Booking> {
    let mut request = ListBookingsRequest {
        parent: PARENT.to_owned(),
        page_size: 1_000,
        ..Default::default()
    };
    let mut found = Vec::new();
    loop {
        let page = told(world.center.bookings().list_bookings(request.clone()))
            .await
            .unwrap();
        found.extend(page.bookings);
        if page.next_page_token.is_empty() {
            return found;
        }
        request.page_token = page.next_page_token;
    }
}
