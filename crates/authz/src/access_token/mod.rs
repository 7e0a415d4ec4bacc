#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use yihe_kernel::{CommunityId, Error, Result, SharedClock, Timestamp};

use crate::signing::{Signer, check_times, unauthenticated};
use crate::{Keys, Principal};

const ISSUER: &str = "yihe";
const AUDIENCE: &str = "yihe";

/// Issues and verifies the tokens that people and API clients present as `authorization: Bearer …`.
#[derive(Clone)]
pub struct AccessTokens {
    signer: Signer,
    clock: SharedClock,
}

/// What a verified access token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// A person, an API client or the operator.
    pub principal: Principal,
    /// The community of an API client.
    pub community: Option<CommunityId>,
    /// When it was issued, to the microsecond, so that a cut-off an instant before counts.
    pub issued_at: Timestamp,
    /// The first instant at which it is no longer good.
    pub expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    iat: i64,
    exp: i64,
    iat_us: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    community: Option<String>,
}

impl AccessTokens {
    /// Tokens of the node with these keys.
    #[must_use]
    pub fn new(keys: &Keys, clock: SharedClock) -> Self {
        Self {
            signer: Signer::new(ISSUER, keys.access.clone()),
            clock,
        }
    }

    /// A token for a person, the operator, or an API client in its community, good for `ttl_seconds`; and when it expires.
    ///
    /// # Errors
    /// `INTERNAL` for a principal of another sort or where signing fails.
    pub fn issue(
        &self,
        principal: &Principal,
        community: Option<&CommunityId>,
        ttl_seconds: i64,
    ) -> Result<(String, Timestamp)> {
        if !bears_tokens(principal) {
            return Err(Error::internal(format!("{principal} bears no access token")));
        }
        let now = self.clock.now();
        let expires_at = Timestamp::from_seconds(now.seconds().saturating_add(ttl_seconds));
        let token = self.signer.sign(&Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: principal.to_string(),
            iat: now.seconds(),
            exp: expires_at.seconds(),
            iat_us: now.micros(),
            community: community.map(ToString::to_string),
        })?;
        Ok((token, expires_at))
    }

    /// What a token says, if this node issued it and it is good now.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` with a detail for any other text.
    pub fn verify(&self, token: &str) -> Result<AccessClaims> {
        let claims: Claims = self.signer.open(token, AUDIENCE)?;
        let principal = claims.sub.parse().ok().filter(bears_tokens);
        let community = claims.community.as_deref().map(str::parse).transpose();
        let (Some(principal), Ok(community)) = (principal, community) else {
            return Err(unauthenticated("the token is malformed"));
        };
        let issued_at = Timestamp::from_micros(claims.iat_us);
        let expires_at = Timestamp::from_seconds(claims.exp);
        check_times(issued_at, expires_at, self.clock.now())?;
        Ok(AccessClaims {
            principal,
            community,
            issued_at,
            expires_at,
        })
    }
}

fn bears_tokens(principal: &Principal) -> bool {
    matches!(
        principal,
        Principal::User(_) | Principal::Client(_) | Principal::Operator
    )
}
