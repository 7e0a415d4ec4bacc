//! The export of a vote, from which anybody recounts it.

use serde::{Deserialize, Serialize};

use crate::canonical;
use crate::error::TallyError;
use crate::outcome::Outcome;
use crate::owners::{RegisterUnit, UnitBallot, tally_units};
use crate::pack::RulePack;
use crate::packs::PackError;
use crate::parse::sha256_hex;
use crate::proxies::Proxy;
use crate::roster::{Ballot, Choice, Presence, Voter, VoterId};
use crate::tally::{number, tally_by_proxy, tally_secret};
use crate::terms::{CastingVote, MatterClass};

/// What was cast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum Ballots {
    /// By name.
    Open {
        /// One per voter who took part.
        ballots: Vec<Ballot>,
    },
    /// Secretly: the two lists have the same length and nothing else in common.
    Secret {
        /// Who took part.
        participants: Vec<VoterId>,
        /// What was cast.
        choices: Vec<Choice>,
    },
    /// By units of a register (业主大会); the roster of the sheet is then empty, for it follows from the units.
    Units {
        /// As frozen when the vote opened.
        units: Vec<RegisterUnit>,
        /// At most one of each person for each unit.
        ballots: Vec<UnitBallot>,
    },
}

/// A count sheet (计票单): everything a count depends on, the exact text of the pack among it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountSheet {
    /// The TOML text of the pack, as frozen in the meeting.
    pub pack: String,
    /// SHA-256 of that text, hexadecimal, as frozen in the meeting.
    pub pack_hash: String,
    /// What the vote is about.
    pub matter_class: MatterClass,
    /// As frozen when the vote opened.
    pub roster: Vec<Voter>,
    /// The session, if there was one.
    pub presence: Presence,
    /// What was cast.
    pub ballots: Ballots,
    /// The proxies in force for the item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proxies: Vec<Proxy>,
    /// The chair's decision of a tie, if there was one.
    pub casting_vote: Option<CastingVote>,
}

/// Why a sheet cannot be counted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// The bytes are not a count sheet.
    #[error("not a count sheet: {0}")]
    Json(String),
    /// The text of the pack is not the one whose hash was frozen.
    #[error("the text of the rule pack has SHA-256 {found}, the sheet says {stated}")]
    PackHash {
        /// What the sheet states.
        stated: String,
        /// What the text has.
        found: String,
    },
    /// The text of the pack is not a rule pack.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// There are two rosters, and nobody may choose between them.
    #[error("the sheet has a roster of {voters} beside its units")]
    RosterBesideUnits {
        /// Entries of the roster.
        voters: usize,
    },
    /// The vote cannot be counted.
    #[error(transparent)]
    Tally(#[from] TallyError),
}

impl CountSheet {
    /// Reads a sheet; unknown keys are refused, for they might be meant to matter.
    pub fn from_json(bytes: &[u8]) -> Result<Self, SheetError> {
        serde_json::from_slice(bytes).map_err(|e| SheetError::Json(e.to_string()))
    }

    /// The sheet as JSON: keys sorted, no white space, whole numbers only; lists keep their order.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        canonical::bytes(self)
    }

    /// Counts the sheet, by nothing but what is in it.
    pub fn count(&self) -> Result<Outcome, SheetError> {
        let found = sha256_hex(self.pack.as_bytes());
        if found != self.pack_hash {
            return Err(SheetError::PackHash {
                stated: self.pack_hash.clone(),
                found,
            });
        }
        let pack = RulePack::parse(&self.pack)?;
        let rules = pack.rules_for(self.matter_class)?;
        let outcome = match &self.ballots {
            Ballots::Open { ballots } => tally_by_proxy(rules, &self.roster, ballots, &self.proxies, &self.presence)?,
            Ballots::Units { .. } if !self.roster.is_empty() => {
                return Err(SheetError::RosterBesideUnits {
                    voters: self.roster.len(),
                });
            }
            Ballots::Units { units, ballots } => tally_units(rules, units, ballots, &self.proxies, &self.presence)?,
            Ballots::Secret { .. } if !self.proxies.is_empty() => {
                return Err(SheetError::Tally(TallyError::SecretByProxy {
                    proxies: number(self.proxies.len()),
                }));
            }
            Ballots::Secret { participants, choices } => {
                tally_secret(rules, &self.roster, participants, choices, &self.presence)?
            }
        };
        match self.casting_vote {
            Some(vote) => Ok(outcome.decide_tie(rules, vote)?),
            None => Ok(outcome),
        }
    }
}
