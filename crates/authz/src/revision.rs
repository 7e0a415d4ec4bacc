use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use yihe_kernel::{CommunityId, Error, Result};
use yihe_proto::policy::v1 as pb;

use crate::{Keys, Scope, reasons};

/// How new a community's authority is: one sequence of the directory, one of the policies. Only compared component by component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Revision {
    /// The directory's sequence for the community.
    pub directory: u64,
    /// The policies' sequence for the community.
    pub policy: u64,
}

impl Revision {
    /// Whether it is at least as new as `other` in both.
    #[must_use]
    pub const fn covers(self, other: Self) -> bool {
        self.directory >= other.directory && self.policy >= other.policy
    }

    /// The least revision that covers both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            directory: self.directory.max(other.directory),
            policy: self.policy.max(other.policy),
        }
    }

    /// The wire form.
    #[must_use]
    pub const fn to_proto(self) -> pb::Revision {
        pb::Revision {
            directory_sequence: self.directory,
            policy_sequence: self.policy,
        }
    }

    /// From the wire; absent means the oldest.
    #[must_use]
    pub fn from_proto(wire: Option<&pb::Revision>) -> Self {
        wire.map_or_else(Self::default, |wire| Self {
            directory: wire.directory_sequence,
            policy: wire.policy_sequence,
        })
    }
}

/// Makes and reads the opaque revision tokens of a node. A token says of which community or region it is; nobody else can make
/// one.
#[derive(Clone)]
pub struct RevisionTokens {
    key: [u8; 32],
}

/// What sort of place, and its code, filled up with spaces.
const PLACE: usize = 1 + 12;
const PAYLOAD: usize = PLACE + 16;
const TAG: usize = 16;

impl RevisionTokens {
    /// Tokens of the node with these keys.
    #[must_use]
    pub fn new(keys: &Keys) -> Self {
        Self {
            key: keys.derive("revision tokens"),
        }
    }

    /// The token of a community's revision.
    #[must_use]
    pub fn mint(&self, community: &CommunityId, revision: Revision) -> String {
        self.mint_at(&Scope::Community(community.clone()), revision)
    }

    /// The token of the revision of a community or region.
    #[must_use]
    pub fn mint_at(&self, scope: &Scope, revision: Revision) -> String {
        let (sort, code) = match scope {
            Scope::Community(community) => ('c', community.as_str()),
            Scope::Region(region) => ('r', region.as_str()),
        };
        let mut bytes = Vec::with_capacity(PAYLOAD + TAG);
        bytes.extend_from_slice(format!("{sort}{code:<12}").as_bytes());
        bytes.extend_from_slice(&revision.directory.to_be_bytes());
        bytes.extend_from_slice(&revision.policy.to_be_bytes());
        if let Some(mac) = self.mac(&bytes) {
            bytes.extend_from_slice(&mac.finalize().into_bytes()[..TAG]);
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a token says.
    ///
    /// # Errors
    /// `REVISION_INVALID` for a text that this node did not mint.
    pub fn read(&self, token: &str) -> Result<(Scope, Revision)> {
        self.open(token).ok_or_else(|| Error::new(&reasons::REVISION_INVALID))
    }

    fn open(&self, token: &str) -> Option<(Scope, Revision)> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (payload, tag) = bytes.split_at_checked(PAYLOAD)?;
        if tag.len() != TAG {
            return None;
        }
        self.mac(payload)?.verify_truncated_left(tag).ok()?;
        let (place, sequences) = payload.split_at_checked(PLACE)?;
        let (directory, policy) = sequences.split_at_checked(8)?;
        let revision = Revision {
            directory: u64::from_be_bytes(directory.try_into().ok()?),
            policy: u64::from_be_bytes(policy.try_into().ok()?),
        };
        let (sort, code) = std::str::from_utf8(place).ok()?.split_at_checked(1)?;
        let scope = match sort {
            "c" => Scope::Community(code.parse().ok()?),
            "r" => Scope::Region(code.trim_end().parse().ok()?),
            _ => return None,
        };
        Some((scope, revision))
    }

    fn mac(&self, payload: &[u8]) -> Option<Hmac<Sha256>> {
        Some(Hmac::<Sha256>::new_from_slice(&self.key).ok()?.chain_update(payload))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_compare_by_component() {
        let (a, b) = (
            Revision {
                directory: 3,
                policy: 1,
            },
            Revision {
                directory: 2,
                policy: 2,
            },
        );
        assert!(!a.covers(b) && !b.covers(a));
        assert!(a.join(b).covers(a) && a.join(b).covers(b));
        assert_eq!(
            a.join(b),
            Revision {
                directory: 3,
                policy: 2
            }
        );
    }

    #[test]
    fn only_minted_tokens_are_read() {
        let (keys, other) = (Keys::ephemeral().unwrap(), Keys::ephemeral().unwrap());
        let tokens = RevisionTokens::new(&keys);
        let community: CommunityId = "440309002021".parse().unwrap();
        let revision = Revision {
            directory: 7,
            policy: u64::MAX,
        };
        let token = tokens.mint(&community, revision);
        assert_eq!(tokens.read(&token).unwrap(), (Scope::Community(community), revision));
        // a region is never taken for the community of the same code
        for code in ["44", "440309002", "440309002021"] {
            let region = Scope::Region(code.parse().unwrap());
            assert_eq!(
                tokens.read(&tokens.mint_at(&region, revision)).unwrap(),
                (region, revision)
            );
        }
        assert!(
            RevisionTokens::new(&other)
                .read(&token)
                .unwrap_err()
                .is(&reasons::REVISION_INVALID)
        );

        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for index in 0..bytes.len() {
            let mut forged = bytes.clone();
            forged[index] ^= 1;
            assert!(
                tokens.read(&URL_SAFE_NO_PAD.encode(forged)).is_err(),
                "byte {index} is not covered"
            );
        }
        for cut in 0..bytes.len() {
            assert!(tokens.read(&URL_SAFE_NO_PAD.encode(&bytes[..cut])).is_err());
        }
        assert!(tokens.read("").is_err() && tokens.read("§").is_err() && tokens.read(&format!("{token}AAAA")).is_err());
    }
}
