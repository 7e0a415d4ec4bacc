use serde::{Deserialize, Serialize};
use yihe_kernel::{Error, FileName, Result, Timestamp, UserId};

use super::code::codes;
use super::{Choice, Frozen, Meeting, Member, Room, Step};
use crate::names::{AgendaItemId, ProxyName};
use crate::reasons;

codes! {
    /// What the holder of a proxy is bound to.
    ProxyInstruction {
        /// The holder decides.
        Free = "FREE",
        /// In favour.
        For = "FOR",
        /// Against.
        Against = "AGAINST",
    }

    /// How a proxy was given.
    ProxyForm {
        /// On paper, recorded by the clerk.
        Written = "WRITTEN",
        /// By the principal itself.
        Electronic = "ELECTRONIC",
    }
}

impl ProxyInstruction {
    /// Whether a ballot keeps to it.
    #[must_use]
    pub const fn permits(self, choice: Choice) -> bool {
        match self {
            Self::Free => true,
            Self::For => matches!(choice, Choice::Yes),
            Self::Against => matches!(choice, Choice::No),
        }
    }
}

/// What a proxy is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProxyScope {
    /// Every item of the agenda.
    All(ProxyInstruction),
    /// Some of them, each with its instruction.
    Items(Vec<(AgendaItemId, ProxyInstruction)>),
}

/// How a scope is stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    all: Option<String>,
    items: Vec<(uuid::Uuid, String)>,
}

impl ProxyScope {
    /// The instruction for an item; `None` where the proxy is not for it.
    #[must_use]
    pub fn instruction(&self, item: AgendaItemId) -> Option<ProxyInstruction> {
        match self {
            Self::All(instruction) => Some(*instruction),
            Self::Items(items) => {
                let found = items.iter().find(|(known, _)| *known == item);
                found.map(|(_, instruction)| *instruction)
            }
        }
    }

    fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Items(items), other) | (other, Self::Items(items)) => {
                items.iter().any(|(item, _)| other.instruction(*item).is_some())
            }
            (Self::All(_), Self::All(_)) => true,
        }
    }

    /// As JSON.
    ///
    /// # Errors
    /// `INTERNAL`, which does not happen.
    pub fn to_json(&self) -> Result<String> {
        let stored = match self {
            Self::All(instruction) => Stored {
                all: Some(instruction.code().to_owned()),
                items: Vec::new(),
            },
            Self::Items(items) => Stored {
                all: None,
                items: items
                    .iter()
                    .map(|(item, instruction)| (item.uuid(), instruction.code().to_owned()))
                    .collect(),
            },
        };
        serde_json::to_string(&stored).map_err(Error::internal)
    }

    /// From JSON; `None` for what no version wrote.
    #[must_use]
    pub fn from_json(json: &str) -> Option<Self> {
        let stored: Stored = serde_json::from_str(json).ok()?;
        match stored.all {
            Some(instruction) => Some(Self::All(ProxyInstruction::from_code(&instruction)?)),
            None => {
                let item = |(item, instruction): (uuid::Uuid, String)| {
                    Some((item.into(), ProxyInstruction::from_code(&instruction)?))
                };
                Some(Self::Items(stored.items.into_iter().map(item).collect::<Option<_>>()?))
            }
        }
    }
}

/// A vote given to somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Its name.
    pub name: ProxyName,
    /// Whose vote.
    pub principal: Member,
    /// Who casts it.
    pub holder: Member,
    /// For which items, and how.
    pub scope: ProxyScope,
    /// How it was given.
    pub form: ProxyForm,
    /// The first instant it is no longer good for.
    pub expires_at: Option<Timestamp>,
    /// The paper.
    pub evidence: Option<FileName>,
    /// When it was given or recorded.
    pub granted_at: Timestamp,
    /// Who recorded it.
    pub recorded_by: Option<UserId>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it became void because the principal came.
    pub voided_at: Option<Timestamp>,
}

impl Proxy {
    /// Whether it is good at an instant.
    #[must_use]
    pub fn in_force(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.voided_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }

    /// Refuses one that has ended.
    ///
    /// # Errors
    /// `PROXY_ENDED`.
    pub fn expect_in_force(&self, now: Timestamp) -> Result<()> {
        if self.in_force(now) {
            return Ok(());
        }
        Err(Error::new(&reasons::PROXY_ENDED).with("name", &self.name))
    }

    /// Refuses a ballot against the instruction.
    ///
    /// # Errors
    /// `PROXY_INSTRUCTION`.
    pub fn expect_follows(&self, item: AgendaItemId, choice: Choice) -> Result<()> {
        match self.scope.instruction(item) {
            Some(instruction) if !instruction.permits(choice) => Err(Error::new(&reasons::PROXY_INSTRUCTION)
                .with("principal", self.principal.name(&self.name.community))
                .with("instruction", instruction.code())),
            _ => Ok(()),
        }
    }

    /// Whether it can be given, as things stand in the room.
    ///
    /// # Errors
    /// `MEETING_STATE`, `PROXY_NOT_ALLOWED`, `NOT_ON_ROSTER`, `PROXY_OF_ONESELF`, `PROXY_EXPIRY`, `PROXY_PRINCIPAL_PRESENT`,
    /// `PROXY_EXISTS`, `PROXY_LIMIT`.
    pub fn expect_grantable(&self, meeting: &Meeting, frozen: &Frozen, room: &Room, now: Timestamp) -> Result<()> {
        meeting.expect(Step::Proxy)?;
        let rules = &frozen.pack.provisions().proxies;
        if !rules.allowed {
            return Err(Error::new(&reasons::PROXY_NOT_ALLOWED)
                .with("rule_pack", frozen.pack.id())
                .with("source", &rules.source));
        }
        frozen.entry(self.principal)?;
        frozen.entry(self.holder)?;
        let community = &self.name.community;
        if self.principal == self.holder {
            return Err(Error::new(&reasons::PROXY_OF_ONESELF).with("member", self.holder.name(community)));
        }
        if self.expires_at.is_some_and(|end| end <= now) {
            return Err(Error::new(&reasons::PROXY_EXPIRY).with("now", now));
        }
        if room.present().any(|presence| presence.member == self.principal) {
            let principal = self.principal.name(community);
            return Err(Error::new(&reasons::PROXY_PRINCIPAL_PRESENT).with("member", principal));
        }
        let standing = || room.1.iter().filter(|proxy| proxy.in_force(now));
        let clash = standing().find(|proxy| proxy.principal == self.principal && proxy.scope.overlaps(&self.scope));
        if let Some(clash) = clash {
            return Err(Error::new(&reasons::PROXY_EXISTS)
                .with("principal", self.principal.name(community))
                .with("name", &clash.name));
        }
        let mut principals: Vec<_> = standing()
            .filter(|proxy| proxy.holder == self.holder && proxy.principal != self.principal)
            .map(|proxy| proxy.principal)
            .collect();
        principals.sort();
        principals.dedup();
        let held = u32::try_from(principals.len()).unwrap_or(u32::MAX);
        if let Some(limit) = rules.limit.filter(|limit| held >= *limit) {
            return Err(Error::new(&reasons::PROXY_LIMIT)
                .with("holder", self.holder.name(community))
                .with("limit", limit)
                .with("source", &rules.source));
        }
        Ok(())
    }

    /// Revokes it.
    ///
    /// # Errors
    /// `MEETING_STATE`, `PROXY_ENDED`.
    pub fn revoke(mut self, meeting: &Meeting, now: Timestamp) -> Result<Self> {
        meeting.expect(Step::Proxy)?;
        self.expect_in_force(now)?;
        self.revoked_at = Some(now);
        Ok(self)
    }
}

/// A proxy whose holder is in the room while its principal is not.
#[derive(Debug, Clone, Copy)]
pub struct Represented<'a> {
    /// The proxy.
    pub proxy: &'a Proxy,
    /// The person who casts for the holder.
    pub caster: UserId,
}

impl Room {
    /// The proxies that stand now: in force, with the holder present and the principal not.
    pub fn represented(&self, now: Timestamp) -> impl Iterator<Item = Represented<'_>> {
        self.1.iter().filter_map(move |proxy| {
            let here = |member: Member| self.present().find(|presence| presence.member == member);
            let caster = here(proxy.holder)?.representative;
            let stands = proxy.in_force(now) && here(proxy.principal).is_none();
            stands.then_some(Represented { proxy, caster })
        })
    }
}
