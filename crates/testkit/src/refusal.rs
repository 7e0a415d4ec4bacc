use std::collections::BTreeMap;

use anyhow::{Result, bail};
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// A refusal as a caller reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The gRPC code.
    pub code: Code,
    /// The stable reason of `ErrorInfo`; empty when there is none, which is a defect.
    pub reason: String,
    /// What fills the text.
    pub metadata: BTreeMap<String, String>,
    /// The English text.
    pub text: String,
    /// The text in the caller's language.
    pub localized: String,
}

impl From<&Status> for Refused {
    fn from(status: &Status) -> Self {
        let details = status.get_error_details();
        let info = details.error_info();
        Self {
            code: status.code(),
            reason: info.map(|info| info.reason.clone()).unwrap_or_default(),
            metadata: info
                .map(|info| info.metadata.clone().into_iter().collect())
                .unwrap_or_default(),
            text: status.message().to_owned(),
            localized: details
                .localized_message()
                .map(|message| message.message.clone())
                .unwrap_or_default(),
        }
    }
}

/// Demands that a call was refused with this reason.
///
/// # Errors
/// It was not refused, or for another reason.
pub fn refused<T: std::fmt::Debug>(answer: Result<T, Status>, reason: &str) -> Result<Refused> {
    match answer {
        Ok(answer) => bail!("should have been refused with {reason}, but was answered: {answer:?}"),
        Err(status) => {
            let refused = Refused::from(&status);
            if refused.reason != reason {
                bail!("should have been refused with {reason}, but was with {refused:?}");
            }
            Ok(refused)
        }
    }
}
