//! Proxies (委托): who votes for whom, and which of them count.

use serde::{Deserialize, Serialize};

use crate::error::{Faults, TallyError};
use crate::lookup::{Map, map_of};
use crate::outcome::Problem;
use crate::pack::Rules;
use crate::roster::VoterId;

/// One proxy, in force for the item that is voted on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proxy {
    /// Who gave it: a voter of the roster, or an owner of a unit.
    pub principal: VoterId,
    /// Who votes for the principal; need not have a vote of their own.
    pub holder: VoterId,
}

impl Proxy {
    /// A proxy of `principal` for `holder`.
    pub fn new(principal: impl Into<VoterId>, holder: impl Into<VoterId>) -> Self {
        Self {
            principal: principal.into(),
            holder: holder.into(),
        }
    }
}

/// What a proxy is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Force {
    /// There is none.
    Absent,
    /// There is one, and it does not count.
    Barred(Problem),
    /// It counts.
    Good,
}

/// What those concerned are, for proxies to be judged.
pub(crate) trait Persons {
    /// Whether somebody has a vote to give away.
    fn has_vote(&self, id: &VoterId) -> bool;
    /// Whether somebody is there in person.
    fn is_present(&self, id: &VoterId) -> bool;
    /// Whether somebody is recused for the item.
    fn is_recused(&self, id: &VoterId) -> bool;
}

/// The proxies of one vote, judged.
#[derive(Default)]
pub(crate) struct Delegations<'a> {
    by_principal: Map<&'a VoterId, (&'a VoterId, Force)>,
}

impl<'a> Delegations<'a> {
    /// A proxy is void when its principal is there. Of a holder who has more than the pack allows none counts: they were
    /// given by different people, and nobody but those could say which of them is to stand back.
    pub fn judge(rules: Rules<'_>, proxies: &'a [Proxy], persons: &impl Persons) -> Result<Self, TallyError> {
        if proxies.is_empty() {
            return Ok(Self::default());
        }
        let rule = &rules.pack().provisions().proxies;
        if !rule.allowed {
            return Err(TallyError::ProxiesNotAllowed {
                pack: rules.pack().id().to_owned(),
            });
        }
        let mut faults = Faults::default();
        let mut by_principal = map_of(proxies.len());
        let mut held: Map<&VoterId, u32> = Map::default();
        for Proxy { principal, holder } in proxies {
            let force = if persons.is_present(principal) {
                Force::Barred(Problem::ProxyVoid)
            } else if persons.is_recused(holder) {
                Force::Barred(Problem::ProxyRecused)
            } else {
                *held.entry(holder).or_default() += 1;
                Force::Good
            };
            let fault = if !persons.has_vote(principal) {
                Some(TallyError::UnknownPrincipal {
                    principal: principal.clone(),
                })
            } else if principal == holder {
                Some(TallyError::OwnProxy {
                    principal: principal.clone(),
                })
            } else if by_principal.insert(principal, (holder, force)).is_some() {
                Some(TallyError::DuplicateProxy {
                    principal: principal.clone(),
                })
            } else {
                None
            };
            if let Some(fault) = fault {
                faults.note(fault);
            }
        }
        faults.end()?;
        if let Some(limit) = rule.limit {
            for (holder, force) in by_principal.values_mut() {
                if *force == Force::Good && held.get(holder).is_some_and(|held| *held > limit) {
                    *force = Force::Barred(Problem::ProxyOverLimit);
                }
            }
        }
        Ok(Self { by_principal })
    }

    pub fn is_empty(&self) -> bool {
        self.by_principal.is_empty()
    }

    /// What the proxy of `principal` for `holder` is worth.
    pub fn force(&self, principal: &VoterId, holder: &VoterId) -> Force {
        match self.by_principal.get(principal) {
            Some((named, force)) if *named == holder => *force,
            _ => Force::Absent,
        }
    }

    /// Whether somebody stands for `principal`.
    pub fn represents(&self, principal: &VoterId) -> bool {
        matches!(self.by_principal.get(principal), Some((_, Force::Good)))
    }
}
