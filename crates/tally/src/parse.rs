//! From the TOML text of a pack to its provisions, naming every section that is wrong by its key.

use serde::Serialize;
use sha2::{Digest, Sha256};
use toml::Table;

use crate::duties::{escalation, groups, objection, seconding, special_meeting};
use crate::pack::RulePack;
use crate::packs::PackError;
use crate::provisions::Provisions;
use crate::reader::{Read, Section};
use crate::sections::{
    ballots, cadence, chair, disclosure, id, majorities, notice, optional, participation, presence_quorum, proxies,
    readings, representation, signing, title,
};
use crate::terms::{BodyKind, Measure};

/// Longest text of a pack, in bytes. Packs of a community arrive from outside and are copied into each meeting.
const LONGEST_PACK: usize = 64 * 1024;

/// One key of a pack and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, thiserror::Error)]
#[error("{key}: {reason}")]
pub struct KeyProblem {
    /// The path of the key, such as `majority.RESOURCE_SHARING.fraction`.
    pub key: String,
    /// What is wrong, as a message.
    pub reason: String,
}

impl RulePack {
    /// Reads and checks a pack. The text is kept exactly; of each section in error the first bad key is named.
    pub fn parse(text: &str) -> Result<Self, PackError> {
        if text.len() > LONGEST_PACK {
            return Err(PackError::TooLong {
                bytes: text.len(),
                most: LONGEST_PACK,
            });
        }
        let table: Table = text.parse().map_err(|e: toml::de::Error| PackError::Syntax {
            line: e.span().map_or(1, |span| {
                1 + text.bytes().take(span.start).filter(|b| *b == b'\n').count()
            }),
            reason: e.message().to_owned(),
        })?;
        let provisions = provisions(&Section::root(&table)).map_err(|problems| PackError::Invalid { problems })?;
        Ok(Self {
            text: text.to_owned(),
            hash: sha256_hex(text.as_bytes()),
            provisions,
        })
    }
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) struct Problems(pub Vec<KeyProblem>);

impl Problems {
    pub fn keep<T>(&mut self, read: Read<T>) -> Option<T> {
        read.map_err(|problem| self.0.push(problem)).ok()
    }
}

fn provisions(root: &Section<'_>) -> Result<Provisions, Vec<KeyProblem>> {
    let mut problems = Problems(Vec::new());
    let id = problems.keep(id(root));
    let effective_from = problems.keep(root.parsed("effective_from"));
    let effective_until = problems.keep(root.optional("effective_until"));
    let verified = problems.keep(root.flag_or("verified", true));
    let chosen_by_name = problems.keep(root.flag_or("chosen_by_name", false));
    let title = problems.keep(root.section("title").and_then(|s| title(&s)));
    let body_kinds = problems.keep(root.codes("body_kinds"));
    let place = problems.keep(root.parsed("place"));
    let notice = problems.keep(root.section("notice").and_then(|s| notice(&s)));
    let presence_quorum = problems.keep(optional(root, "presence_quorum", presence_quorum));
    let participation_threshold = problems.keep(optional(root, "participation_threshold", participation));
    let majority = majorities(root, &mut problems);
    let groups = problems.keep(groups(root));
    let seconding = problems.keep(seconding(root));
    let proxies = problems.keep(root.section("proxies").and_then(|s| proxies(&s)));
    let representation = problems.keep(representation(root));
    let ballots = problems.keep(root.section("ballots").and_then(|s| ballots(&s)));
    let chair = problems.keep(root.section("chair").and_then(|s| chair(&s)));
    let signing = problems.keep(root.section("signing").and_then(|s| signing(&s)));
    let disclosure = problems.keep(root.section("disclosure").and_then(|s| disclosure(&s)));
    let objection = problems.keep(match &disclosure {
        Some(disclosure) => objection(root, disclosure).map(Some),
        // already a problem of its own
        None => root.optional_section("objection").map(|_| None),
    });
    let escalation = problems.keep(escalation(root));
    let kinds = body_kinds.as_deref().unwrap_or_default();
    let special_meeting = problems.keep(special_meeting(root, kinds));
    let cadence = problems.keep(optional(root, "cadence", cadence));
    let readings = problems.keep(readings(root));
    problems.keep(root.finish());

    let (
        (Some(id), Some(effective_from), Some(effective_until), Some(title), Some(body_kinds), Some(place)),
        (Some(notice), Some(presence_quorum), Some(participation_threshold), Some(proxies), Some(representation)),
        (Some((change_ballot, non_response, ballots_source)), Some((chair_casting_vote, chair_source))),
        (Some(signing), Some(disclosure), Some(Some(objection)), Some(escalation), Some(special_meeting)),
        (Some(verified), Some(chosen_by_name), Some(groups), Some(seconding), Some(cadence), Some(readings)),
    ) = (
        (id, effective_from, effective_until, title, body_kinds, place),
        (
            notice,
            presence_quorum,
            participation_threshold,
            proxies,
            representation,
        ),
        (ballots, chair),
        (signing, disclosure, objection, escalation, special_meeting),
        (verified, chosen_by_name, groups, seconding, cadence, readings),
    )
    else {
        return Err(problems.0);
    };
    let provisions = Provisions {
        id,
        effective_from,
        effective_until,
        verified,
        chosen_by_name,
        title,
        body_kinds,
        place,
        notice,
        presence_quorum,
        participation_threshold,
        majority,
        groups,
        seconding,
        proxies,
        representation,
        change_ballot,
        non_response,
        ballots_source,
        chair_casting_vote,
        chair_source,
        signing,
        disclosure,
        objection,
        escalation,
        special_meeting,
        cadence,
        readings,
    };
    agree(&provisions, root, &mut problems);
    if problems.0.is_empty() {
        Ok(provisions)
    } else {
        Err(problems.0)
    }
}

/// What each section may say alone can still contradict another one.
fn agree(pack: &Provisions, root: &Section<'_>, problems: &mut Problems) {
    if let Some(until) = pack.effective_until.filter(|until| *until < pack.effective_from) {
        let reason = format!("{until} lies before effective_from {}", pack.effective_from);
        problems.0.push(root.problem("effective_until", reason));
    }
    if let Some(rule) = &pack.participation_threshold {
        for class in rule
            .matter_classes
            .iter()
            .filter(|class| !pack.majority.contains_key(class))
        {
            let reason = format!("{class} has no majority in this pack");
            problems
                .0
                .push(root.problem("participation_threshold.matter_classes", reason));
        }
    }
    let of_persons = |kind: &BodyKind| {
        !matches!(
            kind,
            BodyKind::JointConference | BodyKind::OnSite | BodyKind::PartyBriefing
        )
    };
    if let Some(kind) = pack.body_kinds.iter().find(|kind| of_persons(kind))
        && pack.representation.organizations_per_person > 1
    {
        let reason = format!("has no meaning for {kind}, whose members stand for themselves");
        problems
            .0
            .push(root.problem("representation.organizations_per_person", reason));
    }
    if pack.chair_casting_vote && !pack.groups.is_empty() {
        let reason = "cannot break a tie where groups decide along with the whole";
        problems.0.push(root.problem("chair.casting_vote", reason));
    }
    if pack.majority.is_empty() && !pack.groups.is_empty() {
        problems
            .0
            .push(root.problem("groups", "have no meaning where no votes are taken"));
    }
    for (class, rule) in &pack.majority {
        // a tie that a chair can break is one of heads; nobody's casting vote weighs square metres
        if pack.chair_casting_vote && rule.measure != Measure::Heads {
            let reason = format!("cannot break a tie of majority.{class}, which is not by heads alone");
            problems.0.push(root.problem("chair.casting_vote", reason));
        }
        if let Some(kind) = rule.ratified_by.filter(|kind| pack.body_kinds.contains(kind)) {
            let reason = format!("{kind} cannot ratify its own decision");
            problems
                .0
                .push(root.problem(&format!("majority.{class}.ratified_by"), reason));
        }
    }
}
