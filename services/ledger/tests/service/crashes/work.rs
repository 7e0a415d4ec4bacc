use tonic::Status;
use uuid::Uuid;
use yihe_kernel::{Clock, Timestamp};
use yihe_proto::ledger::v1::*;
use yihe_testkit::crash::{Asked, Made, Place, World};

use super::left::compare;
use crate::funds::{contribute, fund};
use crate::harness::{COMMUNITY, House, Party, reason, transfer};

pub const POINTS_AT_FIRST: i64 = 1_000_000_000;
pub const STOCK_AT_FIRST: i64 = 1_000_000;
pub const FEN_AT_FIRST: i64 = 3_000_000_007;
pub const HELD: i64 = 5;
pub const PRICE: i64 = 3;
pub const SPENT: i64 = 11;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Two linked transfers.
    Pay,
    Hold,
    Post,
    Void,
    Redeem,
    Fulfil,
    Cancel,
    /// An expense of a fund.
    Spend,
}

impl Act {
    /// What a number stands for.
    pub fn of(number: u64) -> &'static [Self] {
        match number % 8 {
            0 | 1 => &[Self::Pay],
            2 => &[Self::Hold],
            3 => &[Self::Hold, Self::Post],
            4 => &[Self::Hold, Self::Void],
            5 => &[Self::Redeem, Self::Fulfil],
            6 => &[Self::Redeem, Self::Cancel],
            _ => &[Self::Spend],
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Pay => "linked transfers",
            Self::Hold => "hold",
            Self::Post => "post",
            Self::Void => "void",
            Self::Redeem => "redemption",
            Self::Fulfil => "fulfilment",
            Self::Cancel => "cancellation",
            Self::Spend => "expense",
        }
    }
}

/// A house in which everything that is asked for can be done.
pub struct Scene {
    pub house: House,
    pub secretary: Party,
    pub giver: Party,
    pub taker: Party,
    pub shop: Party,
    /// Of the giver, the taker, and of a third who is only paid.
    pub accounts: Vec<String>,
    pub good: String,
    pub fund: Fund,
    /// What was made after it was not made by an earlier process.
    since: Timestamp,
}

fn id(place: u128) -> Uuid {
    Uuid::from_u128(0x0190_a5b4_7e1e_7c3a_9b3e_0000_0000_0000 | place)
}

fn resident(house: &House, place: u128) -> Party {
    house.party(&format!("users/{}", id(place)), "self", "COMPOUND/OWNER")
}

fn shop(house: &House) -> Party {
    let organization = format!("organizations/{}", id(5));
    house.party(&format!("users/{}", id(4)), &organization, "RESIDENT_UNIT/STAFF")
}

fn voucher() -> String {
    format!("{COMMUNITY}/files/{}", id(6))
}

impl World for Scene {
    type Act = Act;
    const RUN: u64 = 4000;
    const ENDED: &'static [&'static str] = &["HOLD_ENDED"];

    fn acts(number: u64) -> &'static [Act] {
        Act::of(number)
    }

    fn code(act: Act) -> &'static str {
        act.code()
    }

    async fn set_up(place: &Place) {
        let house = House::at(place).await;
        let secretary = house.secretary();
        for number in 1..=3 {
            let account = resident(&house, number).open(&house, Unit::Points).await.unwrap();
            if number == 1 {
                secretary.issue(&house, &account.name, POINTS_AT_FIRST).await.unwrap();
            }
        }
        let shop = shop(&house);
        let request = CreateGoodRequest {
            parent: COMMUNITY.to_owned(),
            good: Some(Good {
                title: "a bottle of oil".to_owned(),
                unit: Unit::Points.into(),
                price: PRICE,
                stock: STOCK_AT_FIRST,
                ..Good::default()
            }),
            request_id: house.id(),
        };
        shop.goods().create_good(request).await.unwrap();
        let fund = fund(&house, &shop, AttributionRule::ProRata, FEN_AT_FIRST).await;
        for (number, amount) in [(1, 2_000_000_000), (2, 1_000_000_000), (3, 7)] {
            let contributor = resident(&house, number);
            contribute(&house, &contributor, &fund.name, (&contributor, amount, ""))
                .await
                .unwrap();
        }
    }

    async fn again(place: &Place) -> Self {
        let house = House::at(place).await;
        house.files.keep(&voucher());
        let (giver, taker, shop) = (resident(&house, 1), resident(&house, 2), shop(&house));
        let mut accounts = Vec::new();
        for party in [&giver, &taker, &resident(&house, 3)] {
            let request = ListAccountsRequest {
                parent: COMMUNITY.to_owned(),
                ..ListAccountsRequest::default()
            };
            let listed = party.accounts().list_accounts(request).await.unwrap().into_inner();
            accounts.push(listed.accounts[0].name.clone());
        }
        let goods = ListGoodsRequest {
            parent: COMMUNITY.to_owned(),
            ..ListGoodsRequest::default()
        };
        let goods = shop.goods().list_goods(goods).await.unwrap().into_inner().goods;
        let funds = ListFundsRequest {
            parent: COMMUNITY.to_owned(),
            ..ListFundsRequest::default()
        };
        let mut funds = shop.funds().list_funds(funds).await.unwrap().into_inner().funds;
        Self {
            secretary: house.secretary(),
            giver,
            taker,
            shop,
            accounts,
            good: goods[0].name.clone(),
            fund: funds.remove(0),
            since: house.clock.now().plus_seconds(1800),
            house,
        }
    }

    fn wait(&self) {
        self.house.clock.advance_seconds(3600);
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
        let end = Act::of(number)[1];
        let state = match end {
            Act::Post | Act::Void => {
                let request = GetTransferRequest { name };
                let found = self.giver.transfers().get_transfer(request).await;
                found.unwrap().into_inner().state().as_str_name()
            }
            _ => {
                let request = GetRedemptionRequest { name };
                let found = self.giver.goods().get_redemption(request).await;
                found.unwrap().into_inner().state().as_str_name()
            }
        };
        match (end, state) {
            (_, "TRANSFER_STATE_PENDING" | "REDEMPTION_STATE_RESERVED") => Ok(false),
            (Act::Post, "TRANSFER_STATE_POSTED")
            | (Act::Void, "TRANSFER_STATE_VOIDED")
            | (Act::Fulfil, "REDEMPTION_STATE_FULFILLED")
            | (Act::Cancel, "REDEMPTION_STATE_CANCELLED") => Ok(true),
            _ => Err(format!("{number} was to end by {end:?} and is {state}")),
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
        let (name, create_time) = match Act::of(number)[0] {
            Act::Redeem => {
                let request = RedeemGoodRequest {
                    good: self.good.clone(),
                    quantity: 1,
                    request_id,
                };
                let made = self.giver.goods().redeem_good(request).await?.into_inner();
                (made.name, made.create_time)
            }
            Act::Spend => {
                let expense = Expense {
                    amount: SPENT,
                    purpose: format!("lamp {number}"),
                    payee: "the lamp shop".to_owned(),
                    voucher: voucher(),
                    ..Expense::default()
                };
                let request = RecordExpenseRequest {
                    fund: self.fund.name.clone(),
                    expense: Some(expense),
                    request_id,
                };
                let made = self.shop.funds().record_expense(request).await?.into_inner();
                (made.name, made.create_time)
            }
            act => {
                let request = CreateTransfersRequest {
                    parent: COMMUNITY.to_owned(),
                    transfers: self.transfers(act == Act::Hold),
                    request_id,
                    validate_only: false,
                };
                let made = self.giver.transfers().create_transfers(request).await?.into_inner();
                let first = made.transfers.into_iter().next().unwrap();
                (first.name, first.create_time)
            }
        };
        let is_old = create_time.is_some_and(|at| at.seconds < self.since.seconds());
        Ok(Made { name, is_old })
    }

    /// Ends what was made.
    async fn step(&self, number: u64, name: &str) -> Result<(), Status> {
        let name = name.to_owned();
        match Act::of(number)[1] {
            Act::Post => self.giver.post(&name, 0).await.map(|_| ()),
            Act::Void => self.taker.void(&name).await.map(|_| ()),
            Act::Fulfil => {
                let request = FulfilRedemptionRequest { name };
                self.shop.goods().fulfil_redemption(request).await.map(|_| ())
            }
            _ => {
                let request = CancelRedemptionRequest { name };
                self.giver.goods().cancel_redemption(request).await.map(|_| ())
            }
        }
    }

    fn transfers(&self, hold: bool) -> Vec<Transfer> {
        let to = |place: usize, amount| transfer(&self.accounts[0], &self.accounts[place], Unit::Points, amount);
        match hold {
            true => vec![Transfer {
                // the same instant in every process
                expire_time: Some(
                    "2026-12-01T00:00:00Z"
                        .parse::<yihe_kernel::Timestamp>()
                        .unwrap()
                        .to_proto(),
                ),
                ..to(1, HELD)
            }],
            false => vec![to(1, 1), to(2, 1)],
        }
    }
}
