use std::fmt;
use std::sync::Arc;

use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use yihe_kernel::{Error, Result, Timestamp, reasons};

use crate::record_key::key_id;

// how far the clocks of two machines of one node may differ
const SKEW_SECONDS: i64 = 5;

/// An Ed25519 key pair, named by a hash of its public half.
pub struct SigningKey {
    pub(crate) kid: String,
    /// The public half, base64url without padding.
    pub(crate) public: String,
    pub(crate) encoding: EncodingKey,
    decoding: DecodingKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.kid)
    }
}

impl SigningKey {
    /// From PKCS#8 text; what is wrong with it otherwise.
    pub fn from_pem(pem: &[u8]) -> Result<Self, String> {
        let refuse = |error: jsonwebtoken::errors::Error| format!("not an Ed25519 key in PKCS#8 PEM ({error})");
        let encoding = EncodingKey::from_ed_pem(pem).map_err(refuse)?;
        let jwk = Jwk::from_encoding_key(&encoding, Algorithm::EdDSA).map_err(refuse)?;
        let AlgorithmParameters::OctetKeyPair(pair) = jwk.algorithm else {
            return Err("not an Ed25519 key".to_owned());
        };
        let decoding = DecodingKey::from_ed_components(&pair.x).map_err(refuse)?;
        Ok(Self {
            kid: key_id(&pair.x),
            public: pair.x,
            encoding,
            decoding,
        })
    }
}

/// Signs and opens the tokens of one issuer. The newest key signs, all verify.
#[derive(Clone)]
pub struct Signer {
    issuer: &'static str,
    ring: Arc<[SigningKey]>,
}

impl Signer {
    pub fn new(issuer: &'static str, ring: Arc<[SigningKey]>) -> Self {
        Self { issuer, ring }
    }

    pub fn issuer(&self) -> &'static str {
        self.issuer
    }

    pub fn sign(&self, claims: &impl Serialize) -> Result<String> {
        let key = self.ring.last().ok_or_else(|| Error::internal("no signing key"))?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(key.kid.clone());
        jsonwebtoken::encode(&header, claims, &key.encoding).map_err(Error::internal)
    }

    /// The claims of a token signed by this issuer for this audience. Its times are not looked at: the caller does, by the
    /// injected clock.
    pub fn open<T: DeserializeOwned>(&self, token: &str, audience: &str) -> Result<T> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| unauthenticated("the token is malformed"))?;
        let kid = header.kid.as_deref().unwrap_or_default();
        let key = self
            .ring
            .iter()
            .find(|key| key.kid == kid)
            .ok_or_else(|| unauthenticated("the token's key is not known"))?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.validate_exp = false;
        validation.set_issuer(&[self.issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        let data = jsonwebtoken::decode(token, &key.decoding, &validation).map_err(|error| {
            use jsonwebtoken::errors::ErrorKind;
            unauthenticated(match error.kind() {
                ErrorKind::InvalidIssuer => "the token has another issuer",
                ErrorKind::InvalidAudience => "the token is for another audience",
                ErrorKind::InvalidSignature => "the token's signature is wrong",
                ErrorKind::InvalidAlgorithm => "the token's algorithm is not EdDSA",
                _ => "the token is malformed",
            })
        })?;
        Ok(data.claims)
    }
}

/// Refuses a token outside `issued_at` to `expires_at`, the latter exclusive.
pub fn check_times(issued_at: Timestamp, expires_at: Timestamp, now: Timestamp) -> Result<()> {
    if issued_at > now.plus_seconds(SKEW_SECONDS) {
        return Err(unauthenticated("the token is dated in the future"));
    }
    if now >= expires_at {
        return Err(unauthenticated("the token has expired"));
    }
    Ok(())
}

pub fn unauthenticated(detail: &str) -> Error {
    Error::new(&reasons::UNAUTHENTICATED).with("detail", detail)
}
