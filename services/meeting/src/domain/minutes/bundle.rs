//! The export of minutes: one file by which they are verified without the node that made them.

use serde::{Deserialize, Serialize};
use yihe_authz::{RECORD_ALGORITHM, RecordSigner};
use yihe_kernel::{Error, Result, Timestamp};

use super::{Countersignature, Minutes, PublicationStatement, Signature, SignatureStatement, Version, countersign};

/// Says that a file is an export of minutes, and in which form.
pub const FORMAT: &str = "yihe.minutes.1";

/// The file. Unknown keys are refused: they might be meant to matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// [`FORMAT`].
    pub format: String,
    /// Name of the meeting.
    pub meeting: String,
    /// Number of the current version.
    pub current: i32,
    /// All versions, from 1.
    pub versions: Vec<BundledVersion>,
    /// All signatures, those of earlier versions, which are void, among them.
    pub signatures: Vec<BundledSignature>,
    /// The publication; absent before.
    pub publication: Option<BundledPublication>,
    /// Every vote that was counted.
    pub votes: Vec<BundledVote>,
    /// The node's public keys.
    pub keys: Vec<BundledKey>,
    /// What the node put to all of this: over the same JSON without white space, and with this seal empty.
    pub seal: Countersignature,
}

/// One version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundledVersion {
    /// Number, from 1.
    pub version: i32,
    /// The canonical text.
    pub text: String,
    /// SHA-256 of the text.
    pub sha256: String,
    /// When it was made, RFC 3339.
    pub created_at: String,
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundledSignature {
    /// What was signed.
    pub statement: SignatureStatement,
    /// What the node put to it.
    pub countersignature: Countersignature,
}

/// What is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundledPublication {
    /// What was published.
    pub statement: PublicationStatement,
    /// The text.
    pub text: String,
    /// What the node put to it.
    pub countersignature: Countersignature,
}

/// One vote that was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundledVote {
    /// Name of the vote.
    pub vote: String,
    /// The count sheet, from which anybody recounts; empty where it is withheld.
    pub sheet: String,
    /// SHA-256 of a sheet that is withheld, because it tells how owners voted for their flats and the file was made for somebody
    /// who may not read it; absent otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld_sha256: Option<String>,
    /// The count in its canonical form.
    pub outcome: String,
}

/// One public key of the node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundledKey {
    /// The algorithm.
    pub algorithm: String,
    /// Its id, computed from itself.
    pub key_id: String,
    /// 32 bytes, base64url.
    pub public: String,
}

impl Bundle {
    /// Puts the file together and has the node seal it.
    ///
    /// # Errors
    /// `INTERNAL` where the key does not sign.
    pub fn seal(
        minutes: &Minutes,
        versions: &[Version],
        signatures: &[Signature],
        publication: Option<Countersignature>,
        votes: Vec<BundledVote>,
        signer: &RecordSigner,
    ) -> Result<Self> {
        let current = versions.iter().find(|version| version.version == minutes.version);
        let published = current.zip(minutes.published_at).zip(publication);
        let keys = signer.public_keys().into_iter().map(|key| BundledKey {
            algorithm: RECORD_ALGORITHM.to_owned(),
            key_id: key.id(),
            public: key.text().to_owned(),
        });
        let mut bundle = Self {
            format: FORMAT.to_owned(),
            meeting: minutes.meeting.to_string(),
            current: minutes.version,
            versions: versions.iter().map(BundledVersion::of).collect(),
            signatures: signatures.iter().map(BundledSignature::of).collect(),
            publication: published.map(|((version, at), made)| BundledPublication::of(minutes, version, at, made)),
            votes,
            keys: keys.collect(),
            seal: Countersignature::default(),
        };
        bundle.seal = countersign(signer, &bundle)?;
        Ok(bundle)
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// None that a healthy machine gives.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(Error::internal)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

impl BundledVersion {
    fn of(version: &Version) -> Self {
        Self {
            version: version.version,
            text: version.drawn.full.text.clone(),
            sha256: version.drawn.full.sha256.clone(),
            created_at: version.created_at.to_string(),
        }
    }
}

impl BundledSignature {
    fn of(signature: &Signature) -> Self {
        Self {
            statement: signature.statement(),
            countersignature: signature.countersigned.clone(),
        }
    }
}

impl BundledPublication {
    fn of(minutes: &Minutes, version: &Version, at: Timestamp, made: Countersignature) -> Self {
        Self {
            statement: PublicationStatement::new(minutes, version, at),
            text: version.drawn.published.text.clone(),
            countersignature: made,
        }
    }
}
