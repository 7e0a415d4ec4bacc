//! One test of a count with its numbers.

use serde::{Deserialize, Serialize};

use crate::code::codes;
use crate::fraction::Threshold;
use crate::provisions::Title;
use crate::terms::{Base, Measure};

codes! {
    /// What is tested.
    Test {
        /// Enough members are present.
        PresenceQuorum = "PRESENCE_QUORUM",
        /// Enough members take part.
        Participation = "PARTICIPATION",
        /// Enough are in favour.
        Majority = "MAJORITY",
    }
}

/// The group of voters a test is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingGroup {
    /// As in the pack.
    pub id: String,
    /// Names to show, as in the pack.
    pub title: Title,
}

/// A test, the numbers it was made with, and whether they pass: enough for a reader to redo it by hand.
/// [`Finding::sentence`] says it in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What is tested.
    pub test: Test,
    /// Heads or area, never both: those are two findings.
    pub measure: Measure,
    /// What `of` stands for.
    pub base: Base,
    /// Present, participating or in favour; heads, or 0.01 m².
    pub counted: u64,
    /// The whole, in the same unit.
    pub of: u64,
    /// What the share is compared with.
    pub threshold: Threshold,
    /// Whether the share passes. A share of nothing never does.
    pub met: bool,
    /// The legal source of the test, from the pack.
    pub source: String,
    /// The group whose voters alone are in both numbers; absent where all are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<FindingGroup>,
}

impl Finding {
    pub(crate) fn new(
        test: Test,
        measure: Measure,
        base: Base,
        counted: u64,
        of: u64,
        rule: (Threshold, &str),
    ) -> Self {
        let (threshold, source) = rule;
        Self {
            test,
            measure,
            base,
            counted,
            of,
            threshold,
            met: threshold.met(counted, of),
            source: source.to_owned(),
            group: None,
        }
    }

    pub(crate) fn of_group(self, id: &str, title: &Title) -> Self {
        Self {
            group: Some(FindingGroup {
                id: id.to_owned(),
                title: title.clone(),
            }),
            ..self
        }
    }

    /// Whether one more or one less would decide: a strict half, and exactly half in favour.
    pub(crate) fn is_exactly_half(&self) -> bool {
        !self.met && self.of > 0 && self.threshold.fraction.is_half() && self.counted * 2 == self.of
    }
}
