use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// HMAC-SHA256 of `parts` under the store's secret; the label keeps uses apart, lengths keep parts apart.
pub(crate) fn keyed_hash(secret: &[u8; 32], label: &str, parts: &[&[u8]]) -> Vec<u8> {
    // HMAC pads short keys with zeros to the block
    let mut key = [0; 64];
    key[..32].copy_from_slice(secret);
    let mut mac = Hmac::<Sha256>::new(&key.into());
    mac.update(label.as_bytes());
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}
