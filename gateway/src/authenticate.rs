use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use yihe_authz::{AccessClaims, AccessTokens};
use yihe_kernel::{Error, Result, SharedClock, reasons};

const REMEMBERED_FOR: Duration = Duration::from_secs(900);

/// Finds out who calls. Tokens seen before are known by their hash until they expire: a signature takes fifty times as long.
pub struct Authenticator {
    tokens: AccessTokens,
    clock: SharedClock,
    verified: Cache<[u8; 32], Arc<AccessClaims>>,
}

impl Authenticator {
    pub fn new(tokens: AccessTokens, clock: SharedClock, remembered: u64) -> Self {
        let verified = Cache::builder()
            .max_capacity(remembered)
            .time_to_live(REMEMBERED_FOR)
            .build();
        Self {
            tokens,
            clock,
            verified,
        }
    }

    /// What the caller's access token says. `before_verifying` is asked before the costly part.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` without one good token; whatever `before_verifying` refuses.
    pub fn authenticate(
        &self,
        headers: &HeaderMap,
        before_verifying: impl FnOnce() -> Result<()>,
    ) -> Result<Arc<AccessClaims>> {
        let token = bearer(headers)?;
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        if let Some(claims) = self.verified.get(&hash) {
            if self.clock.now() < claims.expires_at {
                return Ok(claims);
            }
            return Err(unauthenticated("the token has expired"));
        }
        before_verifying()?;
        let claims = Arc::new(self.tokens.verify(token)?);
        self.verified.insert(hash, Arc::clone(&claims));
        Ok(claims)
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values
        .next()
        .ok_or_else(|| unauthenticated("there is no authorization header"))?;
    if values.next().is_some() {
        return Err(unauthenticated("there are two authorization headers"));
    }
    let text = value
        .to_str()
        .map_err(|_| unauthenticated("the authorization header is not text"))?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(unauthenticated(
            "the authorization header is not of the form `Bearer <token>`",
        )),
    }
}

fn unauthenticated(detail: &str) -> Error {
    Error::new(&reasons::UNAUTHENTICATED).with("detail", detail)
}
