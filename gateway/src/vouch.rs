use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use moka::sync::Cache;
use yihe_authz::{Capacity, InternalClaims, InternalTokens, Method, Principal, Revision};
use yihe_kernel::{Error, Result, Timestamp};

const REUSE_SECONDS: i64 = 20;
const REMEMBERED: u64 = 200_000;

/// What the gateway vouches for: two calls that agree in all of this get the same token for a while, because signing takes
/// longer than the rest of an average call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Vouched {
    pub principal: Principal,
    pub capacity: Capacity,
    pub method: &'static str,
    pub revision: Revision,
    pub address: Option<Arc<str>>,
    pub token_issued_at: Option<Timestamp>,
}

/// Makes internal tokens and reuses each for up to 20 of its 60 seconds.
pub struct Voucher {
    tokens: InternalTokens,
    issued: Cache<Vouched, (HeaderValue, Timestamp)>,
}

impl Voucher {
    pub fn new(tokens: InternalTokens) -> Self {
        let ttl = Duration::from_secs(REUSE_SECONDS.unsigned_abs());
        Self {
            tokens,
            issued: Cache::builder().max_capacity(REMEMBERED).time_to_live(ttl).build(),
        }
    }

    /// The token for one call.
    ///
    /// # Errors
    /// Signing fails.
    pub fn vouch(&self, vouched: Vouched, method: &'static Method, now: Timestamp) -> Result<HeaderValue> {
        if let Some((token, at)) = self.issued.get(&vouched)
            && at <= now
            && now < at.plus_seconds(REUSE_SECONDS)
        {
            return Ok(token);
        }
        let token = self.tokens.issue(&InternalClaims {
            principal: vouched.principal.clone(),
            capacity: vouched.capacity,
            method: method.path.clone(),
            audience: method.service.clone(),
            revision: vouched.revision,
            decided_at: now,
            address: vouched.address.as_deref().map(Into::into),
            token_issued_at: vouched.token_issued_at,
        })?;
        let token = HeaderValue::try_from(token).map_err(Error::internal)?;
        self.issued.insert(vouched, (token.clone(), now));
        Ok(token)
    }
}
