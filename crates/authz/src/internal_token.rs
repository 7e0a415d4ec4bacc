use serde::{Deserialize, Serialize};
use yihe_kernel::{Error, Result, SharedClock, Timestamp};

use crate::signing::{Signer, check_times, unauthenticated};
use crate::{Caller, Capacity, Keys, Principal, Revision};

/// Name of the metadata entry that carries the internal token.
pub const INTERNAL_TOKEN: &str = "yihe-internal-token";

/// How long an internal token is good.
pub const INTERNAL_TOKEN_SECONDS: i64 = 60;

const ISSUER: &str = "yihe-node";

/// What the gateway, or a service calling another, vouches for in one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InternalClaims {
    /// Who calls.
    pub principal: Principal,
    /// For whom.
    pub capacity: Capacity,
    /// The RPC's path, `/package.Service/Method`; the token is good for no other.
    pub method: String,
    /// The service called, such as `meeting`.
    pub audience: String,
    /// The revision it was decided at; the service decides at one at least as new.
    pub revision: Revision,
    /// When it was decided; the token is good for [`INTERNAL_TOKEN_SECONDS`] from then.
    pub decided_at: Timestamp,
    /// The peer's address as the gateway saw it.
    pub address: Option<Box<str>>,
    /// When the caller's access token was issued; absent for services and for nobody known.
    pub token_issued_at: Option<Timestamp>,
}

impl InternalClaims {
    /// The principal in its capacity.
    #[must_use]
    pub fn caller(&self) -> Caller {
        Caller {
            principal: self.principal.clone(),
            capacity: self.capacity,
            address: self.address.clone(),
            token_issued_at: self.token_issued_at,
        }
    }

    /// Refuses what was decided too long ago, or in the future.
    pub(crate) fn check_age(&self, now: Timestamp) -> Result<()> {
        check_times(
            self.decided_at,
            self.decided_at.plus_seconds(INTERNAL_TOKEN_SECONDS),
            now,
        )
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    exp: i64,
    cap: String,
    method: String,
    rev: (u64, u64),
    decided_us: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    addr: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tok_us: Option<i64>,
}

/// Issues and verifies the tokens between the gateway and the services of one node.
#[derive(Clone)]
pub struct InternalTokens {
    signer: Signer,
    clock: SharedClock,
}

impl InternalTokens {
    /// Tokens of the node with these keys.
    #[must_use]
    pub fn new(keys: &Keys, clock: SharedClock) -> Self {
        Self {
            signer: Signer::new(ISSUER, keys.internal.clone()),
            clock,
        }
    }

    /// The token of one call.
    ///
    /// # Errors
    /// `INTERNAL` where signing fails.
    pub fn issue(&self, claims: &InternalClaims) -> Result<String> {
        self.signer.sign(&Claims {
            iss: self.signer.issuer().to_owned(),
            aud: claims.audience.clone(),
            sub: claims.principal.to_string(),
            exp: claims.decided_at.plus_seconds(INTERNAL_TOKEN_SECONDS).seconds(),
            cap: claims.capacity.to_string(),
            method: claims.method.clone(),
            rev: (claims.revision.directory, claims.revision.policy),
            decided_us: claims.decided_at.micros(),
            addr: claims.address.as_deref().map(str::to_owned),
            tok_us: claims.token_issued_at.map(Timestamp::micros),
        })
    }

    /// What a token says, if this node issued it for the service and it is good now.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` with a detail for any other text.
    pub fn verify(&self, token: &str, audience_service: &str) -> Result<InternalClaims> {
        let claims: Claims = self.signer.open(token, audience_service)?;
        let decided_at = Timestamp::from_micros(claims.decided_us);
        let malformed = |_| -> Error { unauthenticated("the token is malformed") };
        let claims = InternalClaims {
            principal: claims.sub.parse().map_err(malformed)?,
            capacity: claims.cap.parse().map_err(malformed)?,
            method: claims.method,
            audience: claims.aud,
            revision: Revision {
                directory: claims.rev.0,
                policy: claims.rev.1,
            },
            decided_at,
            address: claims.addr.map(Into::into),
            token_issued_at: claims.tok_us.map(Timestamp::from_micros),
        };
        // not by the token's own `exp`: what is good for longer was not made by us
        claims.check_age(self.clock.now())?;
        Ok(claims)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use yihe_kernel::{AdjustableClock, Clock, reasons};

    use super::*;
    use crate::sample::{organization, user};

    fn claims(now: Timestamp) -> InternalClaims {
        InternalClaims {
            principal: user(1),
            capacity: organization(2),
            method: "/yihe.meeting.v1.MeetingService/GetMeeting".to_owned(),
            audience: "meeting".to_owned(),
            revision: Revision {
                directory: u64::MAX,
                policy: 7,
            },
            decided_at: now,
            address: Some("192.0.2.1".into()),
            token_issued_at: Some(now.plus_seconds(-7)),
        }
    }

    #[test]
    fn claims_survive_the_round_trip_for_the_service_they_are_meant_for() {
        let clock = Arc::new(AdjustableClock::starting_at(
            "1999-01-01T00:00:00.000001Z".parse().unwrap(),
        ));
        let keys = Keys::ephemeral().unwrap();
        let tokens = InternalTokens::new(&keys, Arc::clone(&clock) as _);
        let claims = claims(clock.now());
        let token = tokens.issue(&claims).unwrap();
        assert_eq!(tokens.verify(&token, "meeting").unwrap(), claims);
        let refusal = tokens.verify(&token, "policy").unwrap_err();
        assert_eq!(refusal.metadata()["detail"], "the token is for another audience");
        let other = InternalTokens::new(&Keys::ephemeral().unwrap(), Arc::clone(&clock) as _);
        assert!(
            other
                .verify(&token, "meeting")
                .unwrap_err()
                .is(&reasons::UNAUTHENTICATED)
        );

        clock.set(claims.decided_at.plus_seconds(INTERNAL_TOKEN_SECONDS));
        assert_eq!(
            tokens.verify(&token, "meeting").unwrap_err().metadata()["detail"],
            "the token has expired"
        );
        clock.set(claims.decided_at.plus_seconds(-10));
        assert_eq!(
            tokens.verify(&token, "meeting").unwrap_err().metadata()["detail"],
            "the token is dated in the future"
        );
    }
}
