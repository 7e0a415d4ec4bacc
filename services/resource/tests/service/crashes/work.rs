use tonic::Status;
use uuid::Uuid;
use yihe_kernel::{Clock, Timestamp};
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::resource::v1::*;
use yihe_testkit::crash::{Asked, Made, Place, World};

use super::left::compare;
use crate::harness::{House, PARENT, Party, reason, told};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Book,
    Hold,
    /// Three bookings or none.
    Series,
    Claim,
    Project,
    Confirm,
    Cancel,
    Accept,
}

impl Act {
    /// What a number stands for.
    pub fn of(number: u64) -> &'static [Self] {
        match number % 8 {
            0 | 1 => &[Self::Book],
            2 => &[Self::Hold],
            3 => &[Self::Hold, Self::Confirm],
            4 => &[Self::Book, Self::Cancel],
            5 => &[Self::Series],
            6 => &[Self::Claim, Self::Accept],
            _ => &[Self::Project],
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Book => "booking",
            Self::Hold => "hold",
            Self::Series => "series",
            Self::Claim => "claim",
            Self::Project => "project",
            Self::Confirm => "confirmation",
            Self::Cancel => "cancellation",
            Self::Accept => "acceptance",
        }
    }
}

/// A house in which everything that is asked for can be done.
pub struct Scene {
    pub house: House,
    pub center: Party,
    pub school: Party,
    pub hall: Bookable,
    pub need: String,
    /// What was made after it was not made by an earlier process.
    since: Timestamp,
}

fn party(house: &House, place: u128) -> Party {
    let id = |place: u128| Uuid::from_u128(0x0190_a5b4_7e1e_7c3a_9b3e_0000_0000_0000 | place);
    let ids = (id(place).into(), id(place + 100).into());
    let kind = OrganizationKind::ResidentUnit;
    house.known(ids, kind, "RESIDENT_UNIT/STAFF", "单位")
}

impl World for Scene {
    type Act = Act;
    const RUN: u64 = 400;
    const ENDED: &'static [&'static str] = &["BOOKING_STATE", "CLAIM_STATE"];

    fn acts(number: u64) -> &'static [Act] {
        Act::of(number)
    }

    fn code(act: Act) -> &'static str {
        act.code()
    }

    async fn set_up(place: &Place) {
        let house = House::at(place).await;
        let center = party(&house, 1);
        center.hall(1, BookingRules::default()).await;
        let request = CreateNeedRequest {
            parent: PARENT.to_owned(),
            need: Some(Need {
                category: "people.volunteers".to_owned(),
                title: "文明劝导志愿者".to_owned(),
                quantity: 1_000_000,
                unit: QuantityUnit::Hour.into(),
                ..Need::default()
            }),
            request_id: String::new(),
        };
        told(center.needs().create_need(request)).await.unwrap();
    }

    async fn again(place: &Place) -> Self {
        let house = House::at(place).await;
        let (center, school) = (party(&house, 1), party(&house, 2));
        let request = ListBookablesRequest {
            parent: PARENT.to_owned(),
            ..ListBookablesRequest::default()
        };
        let mut halls = told(center.bookables().list_bookables(request)).await.unwrap();
        let request = ListNeedsRequest {
            parent: PARENT.to_owned(),
            ..ListNeedsRequest::default()
        };
        let mut needs = told(center.needs().list_needs(request)).await.unwrap();
        Self {
            center,
            school,
            hall: halls.bookables.remove(0),
            need: needs.needs.remove(0).name,
            since: house.clock.now().plus_seconds(30),
            house,
        }
    }

    fn wait(&self) {
        // no hold has run out
        self.house.clock.advance_seconds(60);
    }

    async fn begin(&self, number: u64) -> Made {
        self.make(number).await.unwrap()
    }

    async fn end(&self, number: u64, name: &str) -> Result<(), String> {
        let taken = self.step(number, name).await;
        taken.map_err(|refused| reason::<()>(Err(refused)))
    }

    async fn has_ended(&self, number: u64, name: &str) -> Result<bool, String> {
        let name = name.to_owned();
        let step = Act::of(number)[1];
        let state = match step {
            Act::Accept => {
                let found = told(self.center.claims().get_claim(GetClaimRequest { name })).await;
                found.unwrap().state().as_str_name()
            }
            _ => {
                let found = told(self.school.bookings().get_booking(GetBookingRequest { name })).await;
                found.unwrap().state().as_str_name()
            }
        };
        match (step, state) {
            (Act::Confirm, "BOOKING_STATE_HELD")
            | (Act::Cancel, "BOOKING_STATE_CONFIRMED")
            | (Act::Accept, "CLAIM_STATE_PROPOSED") => Ok(false),
            (Act::Confirm, "BOOKING_STATE_CONFIRMED")
            | (Act::Cancel, "BOOKING_STATE_CANCELLED")
            | (Act::Accept, "CLAIM_STATE_ACCEPTED") => Ok(true),
            _ => Err(format!("{number} was to end by {step:?} and is {state}")),
        }
    }

    async fn compare(&self, asked: &Asked<Act>) -> Vec<String> {
        compare(self, asked).await
    }
}

impl Scene {
    /// The same request whenever it is asked for.
    async fn make(&self, number: u64) -> Result<Made, Status> {
        let request_id = Uuid::from_u128(0x0190_a5b4_7e1e_7c3a_8000_0000_0000_0000 | u128::from(number)).to_string();
        let act = Act::of(number)[0];
        let (name, create_time) = match act {
            Act::Series => {
                let request = CreateBookingSeriesRequest {
                    parent: self.hall.name.clone(),
                    booking: Some(slot(number)),
                    // a year apart, where nobody else books
                    recurrence: "FREQ=MONTHLY;INTERVAL=12;COUNT=3".to_owned(),
                    request_id,
                    ..CreateBookingSeriesRequest::default()
                };
                let made = told(self.school.bookings().create_booking_series(request)).await?;
                let first = made.bookings.into_iter().next().unwrap();
                (first.name, first.create_time)
            }
            Act::Claim => {
                let request = ClaimNeedRequest {
                    name: self.need.clone(),
                    claim: Some(Claim {
                        quantity: 1,
                        note: number.to_string(),
                        ..Claim::default()
                    }),
                    request_id,
                };
                let made = told(self.school.claims().claim_need(request)).await?;
                (made.name, made.create_time)
            }
            Act::Project => {
                let request = CreateProjectRequest {
                    parent: PARENT.to_owned(),
                    project: Some(Project {
                        title: number.to_string(),
                        ..Project::default()
                    }),
                    request_id,
                };
                let made = told(self.school.projects().create_project(request)).await?;
                (made.name, made.create_time)
            }
            _ => {
                let request = CreateBookingRequest {
                    parent: self.hall.name.clone(),
                    booking: Some(slot(number)),
                    hold_minutes: if act == Act::Hold { 30 } else { 0 },
                    request_id,
                    ..CreateBookingRequest::default()
                };
                let made = self.school.ask(request).await?;
                (made.name, made.create_time)
            }
        };
        let is_old = create_time.is_some_and(|at| at.seconds < self.since.seconds());
        Ok(Made { name, is_old })
    }

    /// Takes the next step with what was made.
    async fn step(&self, number: u64, name: &str) -> Result<(), Status> {
        let name = name.to_owned();
        match Act::of(number)[1] {
            Act::Confirm => {
                let request = ConfirmBookingRequest { name };
                told(self.school.bookings().confirm_booking(request)).await.map(|_| ())
            }
            Act::Cancel => {
                let request = CancelBookingRequest {
                    name,
                    reason: "另有安排".to_owned(),
                };
                told(self.school.bookings().cancel_booking(request)).await.map(|_| ())
            }
            _ => {
                let request = AcceptClaimRequest { name };
                told(self.center.claims().accept_claim(request)).await.map(|_| ())
            }
        }
    }
}

/// A quarter of an hour of its own for each number.
fn slot(number: u64) -> Booking {
    let first: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
    let from = first.plus_seconds(900 * i64::try_from(number).unwrap());
    Booking {
        start_time: Some(from.to_proto()),
        end_time: Some(from.plus_seconds(900).to_proto()),
        quantity: 1,
        purpose: number.to_string(),
        ..Booking::default()
    }
}
