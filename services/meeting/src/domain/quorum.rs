use serde::{Deserialize, Serialize};
use yihe_kernel::{Error, Result, Timestamp};
use yihe_tally::{Finding, Language};

use super::{Frozen, Member};
use crate::names::MeetingName;
use crate::reasons;

/// A quorum certificate: who counted at an instant, and whether that was enough. Kept as JSON with every vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quorum {
    /// Heads on the roster.
    pub members: u64,
    /// Heads present.
    pub present: u64,
    /// Whether the pack's quorum is met, or the pack asks for none.
    pub met: bool,
    /// The test with its numbers; absent where the pack asks for no quorum.
    pub finding: Option<Finding>,
    /// Those present, in order. The name in JSON is that of the time when only organizations met.
    #[serde(rename = "organizations")]
    pub attending: Vec<Member>,
    /// When it was computed.
    pub computed_at: Timestamp,
}

impl Quorum {
    /// Certifies those present. Who is not on the roster does not count.
    ///
    /// # Errors
    /// `INTERNAL` where the frozen pack cannot be applied to the frozen roster.
    pub fn certify(frozen: &Frozen, present: impl Iterator<Item = Member>, now: Timestamp) -> Result<Self> {
        let mut attending: Vec<_> = present.filter(|member| frozen.roster.contains_key(member)).collect();
        attending.sort();
        attending.dedup();
        let heads = |member| frozen.roster.get(member).map_or(0, |entry| u64::from(entry.heads));
        let members = frozen.roster.keys().map(heads).sum();
        let present = attending.iter().map(heads).sum();
        let finding = yihe_tally::quorum(&frozen.pack, members, present).map_err(Error::internal)?;
        let met = finding.as_ref().is_none_or(|finding| finding.met);
        Ok(Self {
            members,
            present,
            met,
            finding,
            attending,
            computed_at: now,
        })
    }

    /// The test with its numbers in words.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        match (&self.finding, language) {
            (Some(finding), language) => finding.sentence(language),
            (None, Language::En) => format!(
                "present {} of {} members; the rules ask for no quorum",
                self.present, self.members
            ),
            (None, Language::Zh) => format!("到会 {} 名，成员 {} 名，规则不要求法定人数", self.present, self.members),
        }
    }

    /// The refusal to decide without it.
    #[must_use]
    pub fn refusal(&self, meeting: &MeetingName) -> Error {
        Error::new(&reasons::MEETING_NOT_QUORATE)
            .with("name", meeting)
            .with("test", self.sentence(Language::En))
            .with("test_zh", self.sentence(Language::Zh))
    }
}
