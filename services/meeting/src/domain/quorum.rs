use serde::{Deserialize, Serialize};
use yihe_kernel::{Error, Result, Timestamp};
use yihe_tally::{Finding, Language};

use super::{Frozen, Member, ProxyScope, Represented};
use crate::names::MeetingName;
use crate::reasons;

/// A quorum certificate: who counted at an instant, and whether that was enough. Kept as JSON with every vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quorum {
    /// Heads on the roster, without those recused.
    pub members: u64,
    /// Heads present, without those recused.
    pub present: u64,
    /// Whether the pack's quorum is met, or the pack asks for none.
    pub met: bool,
    /// The test with its numbers; absent where the pack asks for no quorum.
    pub finding: Option<Finding>,
    /// Those present, in order. The name in JSON is that of the time when only organizations met.
    #[serde(rename = "organizations")]
    pub attending: Vec<Member>,
    /// Those not present who count all the same, because the pack counts proxies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub represented: Vec<Member>,
    /// Those recused from the item voted on, who are in none of the numbers, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recused: Vec<Member>,
    /// When it was computed.
    pub computed_at: Timestamp,
}

impl Quorum {
    /// Certifies those present. Who is not on the roster does not count. Where the pack counts proxies, those count that are for
    /// every item: a member half represented is not half present. Those recused are to be left out of both by the caller.
    ///
    /// # Errors
    /// `INTERNAL` where the frozen pack cannot be applied to the frozen roster.
    pub fn certify<'a>(
        frozen: &Frozen,
        present: impl Iterator<Item = Member>,
        represented: impl Iterator<Item = Represented<'a>>,
        recused: &[Member],
        now: Timestamp,
    ) -> Result<Self> {
        if let Some(register) = &frozen.register {
            return Ok(Self::in_writing(register.heads, now));
        }
        let mut recused: Vec<_> = recused
            .iter()
            .copied()
            .filter(|one| frozen.roster.contains_key(one))
            .collect();
        recused.sort();
        recused.dedup();
        let mut attending: Vec<_> = present.filter(|member| frozen.roster.contains_key(member)).collect();
        attending.sort();
        attending.dedup();
        let counts = frozen.pack.provisions().proxies.counts_for_quorum;
        let mut represented: Vec<_> = represented
            .filter(|one| counts && matches!(one.proxy.scope, ProxyScope::All(_)))
            .map(|one| one.proxy.principal)
            .collect();
        represented.sort();
        represented.dedup();
        let heads = |member| frozen.roster.get(member).map_or(0, |entry| u64::from(entry.heads));
        let members = frozen
            .roster
            .keys()
            .filter(|member| !recused.contains(member))
            .map(heads)
            .sum();
        let present = attending.iter().chain(&represented).map(heads).sum();
        let nobody = members == 0 && !recused.is_empty();
        let finding = match nobody {
            true => None,
            false => yihe_tally::quorum(&frozen.pack, members, present).map_err(Error::internal)?,
        };
        let met = !nobody && finding.as_ref().is_none_or(|finding| finding.met);
        Ok(Self {
            members,
            present,
            met,
            finding,
            attending,
            represented,
            recused,
            computed_at: now,
        })
    }

    /// Of a vote in writing, which asks for no presence: whether enough took part is known when it closes.
    #[must_use]
    pub const fn in_writing(heads: u64, now: Timestamp) -> Self {
        Self {
            members: heads,
            present: 0,
            met: true,
            finding: None,
            attending: Vec::new(),
            represented: Vec::new(),
            recused: Vec::new(),
            computed_at: now,
        }
    }

    /// The test with its numbers in words.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        match (&self.finding, language) {
            (None, Language::En) if !self.met => "all members are recused".to_owned(),
            (None, Language::Zh) if !self.met => "成员均已回避".to_owned(),
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
