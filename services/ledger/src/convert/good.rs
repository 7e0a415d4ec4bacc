use yihe_kernel::{Error, Fields, OrganizationName, Result, Timestamp, UserName};
use yihe_proto::ledger::v1 as pb;

use super::{Wire, code, instant, required_request_id};
use crate::domain::{Good, Hold, Redemption, RedemptionState, Unit};
use yihe_retry::Retry;

const MOST_PRICE: i64 = 1_000_000_000;
const MOST_STOCK: i64 = 1_000_000;

/// A good to be put up.
#[derive(Debug)]
pub struct NewGood {
    /// What it is.
    pub title: String,
    /// What it costs is counted in.
    pub unit: Unit,
    /// What one costs.
    pub price: i64,
    /// How many there are.
    pub stock: i64,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::CreateGoodRequest> for NewGood {
    type Error = Error;

    fn try_from(request: &pb::CreateGoodRequest) -> Result<Self> {
        let good = request.good.clone().unwrap_or_default();
        let mut fields = Fields::new();
        required_request_id(&mut fields, &request.request_id);
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let title = fields.line("good.title", &good.title, 1..=200);
        let unit = code::<Unit>(&mut fields, "good.unit", good.unit);
        if unit == Some(Unit::Fen) {
            fields.refuse("good.unit", "must be minutes or points", "须为服务分钟或积分");
        }
        if !(1..=MOST_PRICE).contains(&good.price) {
            fields.refuse("good.price", "must be 1 to 1,000,000,000", "须为 1 至 1000000000");
        }
        if !(0..=MOST_STOCK).contains(&good.stock) {
            fields.refuse("good.stock", "must be 0 to 1,000,000", "须为 0 至 1000000");
        }
        let unit = fields.finish_with("good.unit", unit)?;
        Ok(Self {
            title,
            unit,
            price: good.price,
            stock: good.stock,
            retry,
        })
    }
}

/// A good as it is told.
pub fn good(good: Good) -> pb::Good {
    let organization = OrganizationName {
        organization: good.organization,
    };
    pb::Good {
        name: good.name.to_string(),
        organization: organization.to_string(),
        organization_display_name: good.organization_display_name,
        title: good.title,
        unit: good.unit.number(),
        price: good.price,
        stock: good.stock,
        create_time: instant(Some(good.created_at)),
        retire_time: instant(good.retired_at),
    }
}

/// A redemption as it is told.
pub fn redemption(redemption: &Redemption, hold: &Hold, now: Timestamp) -> pb::Redemption {
    pb::Redemption {
        name: redemption.name.to_string(),
        good: redemption.good.to_string(),
        user: UserName { user: redemption.user }.to_string(),
        quantity: redemption.quantity,
        price: hold.transfer.amount,
        unit: hold.transfer.unit.number(),
        state: RedemptionState::of(hold, now).number(),
        transfer: hold.transfer.name.to_string(),
        create_time: instant(Some(hold.transfer.made_at)),
        expire_time: instant(hold.transfer.expires_at),
    }
}
