//! Presence, certified before and during a session.

use crate::error::TallyError;
use crate::finding::{Finding, Test};
use crate::pack::RulePack;
use crate::provisions::QuorumRule;
use crate::terms::{Base, Measure};

/// Tests the presence of `present` of `members_total` heads, both without those recused for the item. `None` where the
/// pack has no quorum of presence.
pub fn quorum(pack: &RulePack, members_total: u64, present: u64) -> Result<Option<Finding>, TallyError> {
    if members_total == 0 {
        return Err(TallyError::EmptyRoster);
    }
    if present > members_total {
        return Err(TallyError::MorePresentThanMembers {
            present,
            members: members_total,
        });
    }
    let rule = pack.provisions().presence_quorum.as_ref();
    Ok(rule.map(|rule| certify(rule, members_total, present)))
}

pub(crate) fn certify(rule: &QuorumRule, members_total: u64, present: u64) -> Finding {
    let rule = (rule.threshold, rule.source.as_str());
    Finding::new(
        Test::PresenceQuorum,
        Measure::Heads,
        Base::AllMembers,
        present,
        members_total,
        rule,
    )
}
