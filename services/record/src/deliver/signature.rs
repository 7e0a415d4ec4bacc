//! The headers of Standard Webhooks.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use yihe_authz::Keys;

use crate::names::WebhookName;

/// A secret of a webhook. It is found anew from the node's secret whenever it is needed, and lies nowhere.
pub struct Secret([u8; 32]);

impl Secret {
    /// The secret of a webhook in one of its versions.
    pub fn of(keys: &Keys, name: &WebhookName, version: i64) -> Self {
        Self(keys.derive(&format!("webhook {name} {version}")))
    }

    /// As its keeper is told it.
    pub fn text(&self) -> String {
        format!("whsec_{}", STANDARD.encode(self.0))
    }

    fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let tag = Hmac::<Sha256>::new_from_slice(&self.0).map(|mac| {
            let mac = mac.chain_update(format!("{id}.{timestamp}.")).chain_update(body);
            mac.finalize().into_bytes()
        });
        // an HMAC takes keys of every length
        format!("v1,{}", tag.map(|tag| STANDARD.encode(tag)).unwrap_or_default())
    }
}

/// `webhook-signature`: one signature for each secret, with spaces between.
pub fn header(secrets: &[Secret], id: &str, timestamp: i64, body: &[u8]) -> String {
    let signatures: Vec<String> = secrets.iter().map(|secret| secret.sign(id, timestamp, body)).collect();
    signatures.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed apart, with `openssl dgst -sha256 -mac HMAC`.
    #[test]
    fn a_signature_is_as_others_compute_it() {
        let secret = Secret([7; 32]);
        let header = header(&[secret], "msg_1", 1_772_413_200, b"{\"a\":1}");
        assert_eq!(header, "v1,+j/VVr36O5Bp3ZScVgq/tAR/XmXwoSNtbWICrlRLVO8=");
    }

    #[test]
    fn each_webhook_and_each_version_has_its_own_secret() {
        let keys = Keys::ephemeral().unwrap();
        let name = |id: &str| -> WebhookName { format!("communities/440309002021/webhooks/{id}").parse().unwrap() };
        let (one, two) = (
            name("0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f"),
            name("0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e60"),
        );
        let text = |name: &WebhookName, version| Secret::of(&keys, name, version).text();
        assert_eq!(text(&one, 1), text(&one, 1));
        assert_ne!(text(&one, 1), text(&one, 2));
        assert_ne!(text(&one, 1), text(&two, 1));
        assert!(text(&one, 1).starts_with("whsec_") && text(&one, 1).len() == 50);
    }
}
