use yihe_kernel::{Error, Fields, Result};
use yihe_proto::ledger::v1 as pb;

use super::{Wire, code, instant, required_request_id};
use crate::domain::{Rate, Unit};
use yihe_retry::Retry;

const MOST: i64 = 1_000_000;

/// A rate to be published.
#[derive(Debug)]
pub struct NewRate {
    /// What is given.
    pub give_unit: Unit,
    /// How much of it.
    pub give: i64,
    /// What is received.
    pub receive_unit: Unit,
    /// How much of it.
    pub receive: i64,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::PublishRateRequest> for NewRate {
    type Error = Error;

    fn try_from(request: &pb::PublishRateRequest) -> Result<Self> {
        let rate = request.rate.clone().unwrap_or_default();
        let mut fields = Fields::new();
        required_request_id(&mut fields, &request.request_id);
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let give_unit = code::<Unit>(&mut fields, "rate.give_unit", rate.give_unit);
        let receive_unit = code::<Unit>(&mut fields, "rate.receive_unit", rate.receive_unit);
        if give_unit == Some(Unit::Fen) || receive_unit == Some(Unit::Fen) || give_unit == receive_unit {
            let (en, zh) = (
                "must be points for minutes or minutes for points",
                "须为服务分钟与积分互换",
            );
            fields.refuse("rate.receive_unit", en, zh);
        }
        for (field, amount) in [("rate.give", rate.give), ("rate.receive", rate.receive)] {
            if !(1..=MOST).contains(&amount) {
                fields.refuse(field, "must be 1 to 1,000,000", "须为 1 至 1000000");
            }
        }
        let units = fields.finish_with("rate.give_unit", give_unit.zip(receive_unit))?;
        Ok(Self {
            give_unit: units.0,
            give: rate.give,
            receive_unit: units.1,
            receive: rate.receive,
            retry,
        })
    }
}

/// A rate as it is told.
pub fn rate(rate: &Rate) -> pb::Rate {
    pb::Rate {
        name: rate.name.to_string(),
        give_unit: rate.give_unit.number(),
        give: rate.give,
        receive_unit: rate.receive_unit.number(),
        receive: rate.receive,
        create_time: instant(Some(rate.published_at)),
    }
}
