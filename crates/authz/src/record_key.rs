//! What the node puts its name to for ever: records that others verify without it. A key of its own, so that it can be handed
//! on, kept and published apart from the keys that open doors.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::{sign, verify};
use jsonwebtoken::{Algorithm, DecodingKey};
use sha2::{Digest, Sha256};
use yihe_kernel::{Error, Result};

use crate::signing::SigningKey;

/// The algorithm that signs records; stands beside every signature, so that another can follow it.
pub const RECORD_ALGORITHM: &str = "Ed25519";

/// What the node put to some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSignature {
    /// The algorithm: [`RECORD_ALGORITHM`].
    pub algorithm: &'static str,
    /// Id of the key: the beginning of the SHA-256 of its public half.
    pub key_id: String,
    /// The signature, base64url without padding.
    pub signature: String,
}

/// Signs records with the newest key of the ring.
#[derive(Clone)]
pub struct RecordSigner {
    ring: Arc<[SigningKey]>,
}

impl fmt::Debug for RecordSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordSigner").field("ring", &self.ring).finish()
    }
}

impl RecordSigner {
    pub(crate) fn new(ring: Arc<[SigningKey]>) -> Self {
        Self { ring }
    }

    /// Signs bytes.
    ///
    /// # Errors
    /// `INTERNAL` where the key does not sign.
    pub fn sign(&self, bytes: &[u8]) -> Result<RecordSignature> {
        let key = self.ring.last().ok_or_else(|| Error::internal("no record key"))?;
        let signature = sign(bytes, &key.encoding, Algorithm::EdDSA).map_err(Error::internal)?;
        Ok(RecordSignature {
            algorithm: RECORD_ALGORITHM,
            key_id: key.kid.clone(),
            signature,
        })
    }

    /// All public keys, oldest first.
    #[must_use]
    pub fn public_keys(&self) -> Vec<RecordKey> {
        let public = |key: &SigningKey| RecordKey::from_text(&key.public);
        self.ring.iter().filter_map(public).collect()
    }
}

/// The public half of a key for records.
#[derive(Clone)]
pub struct RecordKey {
    text: String,
    decoding: DecodingKey,
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordKey({})", self.text)
    }
}

impl PartialEq for RecordKey {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl RecordKey {
    /// From its text: 32 bytes in base64url without padding. `None` where it is something else.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        if bytes.len() != 32 {
            return None;
        }
        Some(Self {
            decoding: DecodingKey::from_ed_components(text).ok()?,
            text: text.to_owned(),
        })
    }

    /// Its text: 32 bytes in base64url without padding.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its id, computed from itself.
    #[must_use]
    pub fn id(&self) -> String {
        key_id(&self.text)
    }

    /// Whether the signature is this key's over these bytes.
    #[must_use]
    pub fn verifies(&self, bytes: &[u8], signature: &str) -> bool {
        verify(signature, bytes, &self.decoding, Algorithm::EdDSA).unwrap_or(false)
    }
}

pub(crate) fn key_id(public: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(public.as_bytes())[..9])
}

#[cfg(test)]
mod tests {
    use crate::Keys;

    #[test]
    fn a_signature_is_good_for_its_bytes_and_key_alone() {
        let (signer, other) = (Keys::ephemeral().unwrap().record(), Keys::ephemeral().unwrap().record());
        let made = signer.sign(b"text").unwrap();
        let key = signer.public_keys().pop().unwrap();
        assert_eq!((made.algorithm, &made.key_id), ("Ed25519", &key.id()));
        assert!(key.verifies(b"text", &made.signature));
        assert!(!key.verifies(b"test", &made.signature));
        assert!(!key.verifies(b"text", "AAAA"));
        assert!(!other.public_keys().pop().unwrap().verifies(b"text", &made.signature));
    }

    #[test]
    fn a_public_key_is_read_back_from_its_text() {
        let key = Keys::ephemeral().unwrap().record().public_keys().pop().unwrap();
        assert_eq!(super::RecordKey::from_text(key.text()), Some(key));
        for text in [
            "",
            "AAAA",
            "not base64!",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert_eq!(super::RecordKey::from_text(text), None, "{text}");
        }
    }
}
