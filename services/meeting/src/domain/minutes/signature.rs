use serde::{Deserialize, Serialize};
use yihe_authz::{RecordSignature, RecordSigner};
use yihe_kernel::{Error, Result, Timestamp, UserId};

use crate::domain::Member;
use crate::domain::code::codes;
use crate::names::SignatureName;

use super::{Minutes, Version};

codes! {
    /// What became of one signature.
    SignatureState {
        /// Signed.
        Signed = "SIGNED",
        /// Declared not to sign.
        Refused = "REFUSED",
        /// The period ended without it.
        NotSigned = "NOT_SIGNED",
    }

    /// How a signature was given.
    SignatureMethod {
        /// On screen, by the person signed in.
        OnScreen = "ON_SCREEN",
        /// On paper; the seal was scanned.
        ScannedSeal = "SCANNED_SEAL",
    }
}

/// A member's signature under one version, or what stands in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Its name.
    pub name: SignatureName,
    /// The version.
    pub version: i32,
    /// SHA-256 of its text.
    pub sha256: String,
    /// Who signs.
    pub member: Member,
    /// What the member is called.
    pub display_name: String,
    /// What became of it.
    pub state: SignatureState,
    /// Who signed or refused; absent where nobody did and for signatures on paper.
    pub person: Option<UserId>,
    /// Full name of that person.
    pub person_name: String,
    /// The posts the person held.
    pub post: String,
    /// How it was given; absent where it was not.
    pub method: Option<SignatureMethod>,
    /// When.
    pub at: Timestamp,
    /// Why it was refused.
    pub reason: String,
    /// Who recorded it for the member.
    pub recorded_by: Option<UserId>,
    /// The scan.
    pub evidence: String,
    /// What the node put to it.
    pub countersigned: Countersignature,
}

/// What the node put to a statement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Countersignature {
    /// The algorithm.
    pub algorithm: String,
    /// Id of the key.
    pub key_id: String,
    /// The signature, base64url.
    pub signature: String,
}

impl From<RecordSignature> for Countersignature {
    fn from(made: RecordSignature) -> Self {
        Self {
            algorithm: made.algorithm.to_owned(),
            key_id: made.key_id,
            signature: made.signature,
        }
    }
}

/// What the node signs with a signature: one JSON object, keys in this order, no white space. Whoever verifies puts together the
/// same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureStatement {
    /// What this is: [`SIGNATURE_STATEMENT`].
    pub statement: String,
    /// The meeting.
    pub meeting: String,
    /// Name of the signature.
    pub signature: String,
    /// The version.
    pub version: i32,
    /// SHA-256 of its text.
    pub sha256: String,
    /// Who signs.
    pub member: String,
    /// What the member is called.
    pub display_name: String,
    /// What became of it.
    pub state: String,
    /// Who signed or refused; empty where nobody did.
    pub person: String,
    /// Full name of that person.
    pub person_name: String,
    /// The posts the person held.
    pub post: String,
    /// How it was given; empty where it was not.
    pub method: String,
    /// When, RFC 3339.
    pub at: String,
    /// Why it was refused.
    pub reason: String,
    /// Who recorded it for the member; empty where it did so itself.
    pub recorded_by: String,
    /// The scan; empty without one.
    pub evidence: String,
}

/// Says what a signature statement is, and in which form.
pub const SIGNATURE_STATEMENT: &str = "yihe.minutes.signature.1";

impl Signature {
    /// The statement that is countersigned.
    #[must_use]
    pub fn statement(&self) -> SignatureStatement {
        let user = |user: UserId| yihe_kernel::UserName { user }.to_string();
        SignatureStatement {
            statement: SIGNATURE_STATEMENT.to_owned(),
            meeting: self.name.meeting().to_string(),
            signature: self.name.to_string(),
            version: self.version,
            sha256: self.sha256.clone(),
            member: self.member.name(&self.name.community),
            display_name: self.display_name.clone(),
            state: self.state.code().to_owned(),
            person: self.person.map(user).unwrap_or_default(),
            person_name: self.person_name.clone(),
            post: self.post.clone(),
            method: self.method.map(SignatureMethod::code).unwrap_or_default().to_owned(),
            at: self.at.to_string(),
            reason: self.reason.clone(),
            recorded_by: self.recorded_by.map(user).unwrap_or_default(),
            evidence: self.evidence.clone(),
        }
    }

    /// Has the node countersign it.
    ///
    /// # Errors
    /// `INTERNAL` where the key does not sign.
    pub fn countersign(mut self, signer: &RecordSigner) -> Result<Self> {
        self.countersigned = countersign(signer, &self.statement())?;
        Ok(self)
    }
}

/// Has the node sign a statement.
///
/// # Errors
/// `INTERNAL` where the key does not sign.
pub fn countersign(signer: &RecordSigner, statement: &impl Serialize) -> Result<Countersignature> {
    let bytes = serde_json::to_vec(statement).map_err(Error::internal)?;
    Ok(signer.sign(&bytes)?.into())
}

/// What the node signs with a publication, in the same form as a [`SignatureStatement`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicationStatement {
    /// What this is: [`PUBLICATION_STATEMENT`].
    pub statement: String,
    /// The meeting.
    pub meeting: String,
    /// The version published.
    pub version: i32,
    /// SHA-256 of the text that was signed.
    pub sha256: String,
    /// SHA-256 of the text that is published.
    pub published_sha256: String,
    /// When, RFC 3339.
    pub at: String,
}

/// Says what a publication statement is, and in which form.
pub const PUBLICATION_STATEMENT: &str = "yihe.minutes.publication.1";

impl PublicationStatement {
    /// Of a version published at an instant.
    #[must_use]
    pub fn new(minutes: &Minutes, version: &Version, at: Timestamp) -> Self {
        Self {
            statement: PUBLICATION_STATEMENT.to_owned(),
            meeting: minutes.meeting.to_string(),
            version: version.version,
            sha256: version.drawn.full.sha256.clone(),
            published_sha256: version.drawn.published.sha256.clone(),
            at: at.to_string(),
        }
    }
}
