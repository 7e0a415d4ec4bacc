//! Verifying an export: by nothing but what is in it, and a key.

use serde::Serialize;
use yihe_authz::{RECORD_ALGORITHM, RecordKey};
use yihe_tally::{CountSheet, Language, Outcome};

use super::bundle::{Bundle, BundledVersion, BundledVote, FORMAT};
use super::{Countersignature, PUBLICATION_STATEMENT, SIGNATURE_STATEMENT};
use crate::domain::sha256_hex;

const BODY_DIGEST: &str = "正文 SHA-256：";
const COUNT_DIGEST: &str = "- 计票结果 SHA-256：";
const SHEET_DIGEST: &str = "- 计票单 SHA-256：";

/// The first thing that is wrong with an export.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is no export of minutes.
    #[error("not an export of minutes: {0}")]
    NotAnExport(String),
    /// A version is not what it says.
    #[error("text of version {version}: {detail}")]
    Text {
        /// The version.
        version: i32,
        /// What is wrong.
        detail: String,
    },
    /// A key is not what it says, or not the one asked for.
    #[error("key: {0}")]
    Key(String),
    /// A signature is not what it says.
    #[error("signature of {who} under version {version}: {detail}")]
    Signature {
        /// Whose.
        who: String,
        /// The version.
        version: i32,
        /// What is wrong.
        detail: String,
    },
    /// The publication is not what it says.
    #[error("publication: {0}")]
    Publication(String),
    /// A vote is not what it says.
    #[error("vote {vote}: {detail}")]
    Vote {
        /// Name of the vote.
        vote: String,
        /// What is wrong.
        detail: String,
    },
    /// Something else was changed, left out or added.
    #[error("seal: {0}")]
    Seal(String),
}

impl Fault {
    /// The exit code of the command line.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::NotAnExport(_) => 3,
            Self::Text { .. } => 4,
            Self::Key(_) => 5,
            Self::Signature { .. } => 6,
            Self::Publication(_) => 7,
            Self::Vote { .. } => 8,
            Self::Seal(_) => 9,
        }
    }
}

/// What was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Name of the meeting.
    pub meeting: String,
    /// The current version.
    pub version: i32,
    /// SHA-256 of its text.
    pub sha256: String,
    /// What became of each signature due under it: name and state.
    pub signatures: Vec<(String, String)>,
    /// How many signatures under earlier versions are void.
    pub void: usize,
    /// Each vote with its recount in a sentence.
    pub votes: Vec<(String, String)>,
    /// Whether it is published.
    pub published: bool,
    /// Id of the key that sealed it.
    pub key_id: String,
    /// Whether the key was given; else the one contained in the file was trusted.
    pub key_given: bool,
}

/// Verifies an export. Without a key, the ones it contains are trusted: then anybody could have made it, and only the key's id,
/// compared by other means, tells who.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(bytes: &[u8], given: Option<&RecordKey>) -> Result<Verified, Fault> {
    let bundle: Bundle = serde_json::from_slice(bytes).map_err(|error| Fault::NotAnExport(error.to_string()))?;
    if bundle.format != FORMAT {
        return Err(Fault::NotAnExport(format!(
            "its format is {:?}, not {FORMAT:?}",
            bundle.format
        )));
    }
    let current = texts(&bundle)?;
    let ring = Ring::new(&bundle, given)?;
    signatures(&bundle, &ring)?;
    publication(&bundle, current, &ring)?;
    let votes = votes(&bundle, current)?;
    let sealed = Bundle {
        seal: Countersignature::default(),
        ..bundle.clone()
    };
    ring.check(&sealed, &bundle.seal)
        .map_err(|detail| Fault::Seal(format!("{detail}: something was changed, left out or added")))?;
    let (now, void): (Vec<_>, Vec<_>) = bundle
        .signatures
        .iter()
        .map(|signature| &signature.statement)
        .partition(|statement| statement.version == bundle.current);
    Ok(Verified {
        meeting: bundle.meeting.clone(),
        version: bundle.current,
        sha256: current.sha256.clone(),
        signatures: now
            .into_iter()
            .map(|statement| (statement.display_name.clone(), statement.state.clone()))
            .collect(),
        void: void.len(),
        votes,
        published: bundle.publication.is_some(),
        key_id: bundle.seal.key_id.clone(),
        key_given: given.is_some(),
    })
}

fn texts(bundle: &Bundle) -> Result<&BundledVersion, Fault> {
    for (expected, version) in (1..).zip(&bundle.versions) {
        let fault = |detail: String| Fault::Text {
            version: version.version,
            detail,
        };
        if version.version != expected {
            return Err(fault(format!("version {expected} is missing")));
        }
        let found = sha256_hex(version.text.as_bytes());
        if found != version.sha256 {
            return Err(fault(format!(
                "its SHA-256 is {found}, the file states {}",
                version.sha256
            )));
        }
        headed(&bundle.meeting, version).map_err(fault)?;
    }
    let newest = bundle
        .versions
        .last()
        .filter(|version| version.version == bundle.current);
    newest.ok_or_else(|| Fault::Text {
        version: bundle.current,
        detail: "the current version is missing".to_owned(),
    })
}

/// Whether the head of a text speaks of this meeting, this version and this body.
fn headed(meeting: &str, version: &BundledVersion) -> Result<(), String> {
    let Some((head, body)) = version.text.split_once("\n\n") else {
        return Err("it has no head".to_owned());
    };
    let body = format!("\n{body}");
    for line in [
        format!("会议：{meeting}"),
        format!("版本：第 {} 版", version.version),
        format!("{BODY_DIGEST}{}", sha256_hex(body.as_bytes())),
    ] {
        if !head.lines().any(|found| found == line) {
            return Err(format!("its head does not say {line:?}"));
        }
    }
    Ok(())
}

/// The keys that are trusted.
struct Ring(Vec<RecordKey>, bool);

impl Ring {
    fn new(bundle: &Bundle, given: Option<&RecordKey>) -> Result<Self, Fault> {
        let mut contained = Vec::new();
        for key in &bundle.keys {
            let read = RecordKey::from_text(&key.public)
                .ok_or_else(|| Fault::Key(format!("{} is not an Ed25519 public key", key.key_id)))?;
            if read.id() != key.key_id || key.algorithm != RECORD_ALGORITHM {
                return Err(Fault::Key(format!("the key called {} is {}", key.key_id, read.id())));
            }
            contained.push(read);
        }
        match given {
            Some(given) if !contained.contains(given) => Err(Fault::Key(format!(
                "the file was not made with the key given, {}",
                given.id()
            ))),
            Some(given) => Ok(Self(vec![given.clone()], true)),
            None if contained.is_empty() => Err(Fault::Key("the file contains none".to_owned())),
            None => Ok(Self(contained, false)),
        }
    }

    fn check(&self, statement: &impl Serialize, made: &Countersignature) -> Result<(), String> {
        if made.algorithm != RECORD_ALGORITHM {
            return Err(format!("the algorithm {:?} is not known", made.algorithm));
        }
        let Some(key) = self.0.iter().find(|key| key.id() == made.key_id) else {
            let trusted = if self.1 { "the key given" } else { "a key of the file" };
            return Err(format!("it was signed with {}, which is not {trusted}", made.key_id));
        };
        let bytes = serde_json::to_vec(statement).map_err(|error| error.to_string())?;
        if key.verifies(&bytes, &made.signature) {
            Ok(())
        } else {
            Err("the node's countersignature does not fit".to_owned())
        }
    }
}

fn signatures(bundle: &Bundle, ring: &Ring) -> Result<(), Fault> {
    for signature in &bundle.signatures {
        let statement = &signature.statement;
        let fault = |detail: String| Fault::Signature {
            who: statement.display_name.clone(),
            version: statement.version,
            detail,
        };
        ring.check(statement, &signature.countersignature).map_err(fault)?;
        let signed = bundle
            .versions
            .iter()
            .find(|version| version.version == statement.version);
        let fits = statement.statement == SIGNATURE_STATEMENT
            && statement.meeting == bundle.meeting
            && signed.is_some_and(|version| version.sha256 == statement.sha256);
        if !fits {
            return Err(fault("it is under another text".to_owned()));
        }
    }
    Ok(())
}

fn publication(bundle: &Bundle, current: &BundledVersion, ring: &Ring) -> Result<(), Fault> {
    let Some(publication) = &bundle.publication else {
        return Ok(());
    };
    let statement = &publication.statement;
    ring.check(statement, &publication.countersignature)
        .map_err(Fault::Publication)?;
    let found = sha256_hex(publication.text.as_bytes());
    if found != statement.published_sha256 {
        return Err(Fault::Publication(format!(
            "the text published has SHA-256 {found}, stated is {}",
            statement.published_sha256
        )));
    }
    let fits = statement.statement == PUBLICATION_STATEMENT
        && statement.meeting == bundle.meeting
        && statement.version == current.version
        && statement.sha256 == current.sha256;
    if fits {
        Ok(())
    } else {
        Err(Fault::Publication("it is of another text".to_owned()))
    }
}

fn votes(bundle: &Bundle, current: &BundledVersion) -> Result<Vec<(String, String)>, Fault> {
    let stated = |mark: &'static str| current.text.lines().filter_map(move |line| line.strip_prefix(mark));
    let expected: Vec<_> = stated(COUNT_DIGEST).zip(stated(SHEET_DIGEST)).collect();
    let mut told: Vec<_> = expected.clone();
    told.sort_unstable();
    let mut recounted = Vec::new();
    let mut found = Vec::new();
    for vote in &bundle.votes {
        let (sentence, digests) = recount(vote)?;
        let pair = (digests.0.as_str(), digests.1.as_str());
        if !told.contains(&pair) {
            return Err(Fault::Vote {
                vote: vote.vote.clone(),
                detail: "the minutes tell of another count sheet or another count".to_owned(),
            });
        }
        found.push(digests);
        recounted.push((vote.vote.clone(), sentence));
    }
    found.sort_unstable();
    let all = told
        .iter()
        .copied()
        .eq(found.iter().map(|digests| (digests.0.as_str(), digests.1.as_str())));
    if !all {
        return Err(Fault::Vote {
            vote: bundle.meeting.clone(),
            detail: format!(
                "the minutes tell of {} counts, the file has {}",
                told.len(),
                found.len()
            ),
        });
    }
    Ok(recounted)
}

/// Counts a sheet anew: the count must come out byte for byte. Gives it in a sentence, and the digests of count and sheet.
fn recount(vote: &BundledVote) -> Result<(String, (String, String)), Fault> {
    let fault = |detail: String| Fault::Vote {
        vote: vote.vote.clone(),
        detail,
    };
    if let (Some(sheet), "") = (&vote.withheld_sha256, vote.sheet.as_str()) {
        let stated: Outcome = serde_json::from_str(&vote.outcome).map_err(|error| fault(error.to_string()))?;
        let sentence = format!(
            "{}（计票单涉及业主选票，未随附，未重新计票）",
            stated.sentence(Language::Zh)
        );
        return Ok((sentence, (sha256_hex(vote.outcome.as_bytes()), sheet.clone())));
    }
    let sheet = CountSheet::from_json(vote.sheet.as_bytes()).map_err(|error| fault(error.to_string()))?;
    let outcome = sheet.count().map_err(|error| fault(error.to_string()))?;
    let bytes = outcome.canonical_bytes().map_err(|error| fault(error.to_string()))?;
    if bytes != vote.outcome.as_bytes() {
        return Err(fault(format!(
            "the recount comes to {}, which is not what is stated",
            outcome.sentence(Language::En)
        )));
    }
    let digests = (sha256_hex(&bytes), sha256_hex(vote.sheet.as_bytes()));
    Ok((outcome.sentence(Language::Zh), digests))
}
