//! From the TOML text of a pack to its provisions, naming every section that is wrong by its key.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};
use toml::Table;

use crate::fraction::Threshold;
use crate::pack::{
    Cadence, Disclosure, MajorityRule, Notice, ParticipationRule, Provisions, Proxies, QuorumRule, Reading, RulePack,
    Signing, Title,
};
use crate::packs::PackError;
use crate::reader::{Read, Section};
use crate::terms::{Electorate, MatterClass, Measure, NonResponse};

/// Longest text of a pack, in bytes. Packs of a community arrive from outside and are copied into each meeting.
const LONGEST_PACK: usize = 64 * 1024;
const LONGEST_PERIOD_DAYS: u32 = 366;

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

struct Problems(Vec<KeyProblem>);

impl Problems {
    fn keep<T>(&mut self, read: Read<T>) -> Option<T> {
        read.map_err(|problem| self.0.push(problem)).ok()
    }
}

fn provisions(root: &Section<'_>) -> Result<Provisions, Vec<KeyProblem>> {
    let mut problems = Problems(Vec::new());
    let id = problems.keep(id(root));
    let effective_from = problems.keep(root.parsed("effective_from"));
    let effective_until = problems.keep(root.optional("effective_until"));
    let title = problems.keep(root.section("title").and_then(|s| title(&s)));
    let body_kinds = problems.keep(root.codes("body_kinds"));
    let place = problems.keep(root.parsed("place"));
    let notice = problems.keep(root.section("notice").and_then(|s| notice(&s)));
    let presence_quorum = problems.keep(optional(root, "presence_quorum", presence_quorum));
    let participation_threshold = problems.keep(optional(root, "participation_threshold", participation));
    let majority = majorities(root, &mut problems);
    let proxies = problems.keep(root.section("proxies").and_then(|s| proxies(&s)));
    let ballots = problems.keep(root.section("ballots").and_then(|s| ballots(&s)));
    let chair = problems.keep(root.section("chair").and_then(|s| chair(&s)));
    let signing = problems.keep(root.section("signing").and_then(|s| signing(&s)));
    let disclosure = problems.keep(root.section("disclosure").and_then(|s| disclosure(&s)));
    let cadence = problems.keep(optional(root, "cadence", cadence));
    let readings = problems.keep(readings(root));
    problems.keep(root.finish());

    let (
        (Some(id), Some(effective_from), Some(effective_until), Some(title), Some(body_kinds), Some(place)),
        (Some(notice), Some(presence_quorum), Some(participation_threshold), Some(proxies)),
        (Some((change_ballot, non_response, ballots_source)), Some((chair_casting_vote, chair_source))),
        (Some(signing), Some(disclosure), Some(cadence), Some(readings)),
    ) = (
        (id, effective_from, effective_until, title, body_kinds, place),
        (notice, presence_quorum, participation_threshold, proxies),
        (ballots, chair),
        (signing, disclosure, cadence, readings),
    )
    else {
        return Err(problems.0);
    };
    let provisions = Provisions {
        id,
        effective_from,
        effective_until,
        title,
        body_kinds,
        place,
        notice,
        presence_quorum,
        participation_threshold,
        majority,
        proxies,
        change_ballot,
        non_response,
        ballots_source,
        chair_casting_vote,
        chair_source,
        signing,
        disclosure,
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

fn optional<T>(root: &Section<'_>, key: &'static str, read: fn(&Section<'_>) -> Read<T>) -> Read<Option<T>> {
    root.optional_section(key)?.map(|section| read(&section)).transpose()
}

fn id(root: &Section<'_>) -> Read<String> {
    let id = root.text("id")?;
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if id.len() > 64 || !id.split(['.', '-']).all(word) {
        return Err(root.problem(
            "id",
            format!("{id:?} is not lower-case words joined by . and -, 64 at most"),
        ));
    }
    Ok(id)
}

fn title(section: &Section<'_>) -> Read<Title> {
    let title = Title {
        zh: section.text("zh")?,
        en: section.text("en")?,
    };
    section.finish()?;
    Ok(title)
}

fn threshold(section: &Section<'_>) -> Read<Threshold> {
    let threshold = Threshold {
        comparison: section.parsed("comparison")?,
        fraction: section.parsed("fraction")?,
    };
    if threshold.unreachable() {
        return Err(section.problem("fraction", "more than the whole is never reached"));
    }
    Ok(threshold)
}

fn notice(section: &Section<'_>) -> Read<Notice> {
    let notice = Notice {
        days: section.number("days", 0, LONGEST_PERIOD_DAYS)?,
        unit: section.parsed("unit")?,
        waiver_allowed: section.flag("waiver_allowed")?,
        source: section.text("source")?,
    };
    section.finish()?;
    Ok(notice)
}

fn presence_quorum(section: &Section<'_>) -> Read<QuorumRule> {
    let rule = QuorumRule {
        threshold: threshold(section)?,
        source: section.text("source")?,
    };
    section.finish()?;
    Ok(rule)
}

fn participation(section: &Section<'_>) -> Read<ParticipationRule> {
    let rule = ParticipationRule {
        measure: section.parsed("measure")?,
        threshold: threshold(section)?,
        matter_classes: section.codes("matter_classes")?,
        source: section.text("source")?,
    };
    section.finish()?;
    Ok(rule)
}

fn majorities(root: &Section<'_>, problems: &mut Problems) -> BTreeMap<MatterClass, MajorityRule> {
    let Some(sections) = problems.keep(root.named_sections("majority")) else {
        return BTreeMap::new();
    };
    if sections.is_empty() {
        problems.0.push(root.problem("majority", "is empty"));
    }
    let mut majorities = BTreeMap::new();
    for (name, section) in sections {
        let class = name
            .parse::<MatterClass>()
            .map_err(|e| root.problem(&format!("majority.{name}"), e.to_string()));
        let rule = problems.keep(majority(&section));
        if let (Some(class), Some(rule)) = (problems.keep(class), rule) {
            majorities.insert(class, rule);
        }
    }
    majorities
}

fn majority(section: &Section<'_>) -> Read<MajorityRule> {
    let rule = MajorityRule {
        measure: section.parsed("measure")?,
        base: section.parsed("base")?,
        threshold: threshold(section)?,
        electorate: section.parsed_or("electorate", Electorate::Members)?,
        ratified_by: section.optional("ratified_by")?,
        source: section.text("source")?,
    };
    section.finish()?;
    Ok(rule)
}

fn proxies(section: &Section<'_>) -> Read<Proxies> {
    let proxies = Proxies {
        allowed: section.flag("allowed")?,
        limit: section.optional_number("limit", 1, 100_000)?,
        counts_for_quorum: section.flag_or("counts_for_quorum", false)?,
        source: section.text("source")?,
    };
    if !proxies.allowed && (proxies.limit.is_some() || proxies.counts_for_quorum) {
        let key = if proxies.limit.is_some() {
            "limit"
        } else {
            "counts_for_quorum"
        };
        return Err(section.problem(key, "has no meaning where proxies are not allowed"));
    }
    section.finish()?;
    Ok(proxies)
}

fn ballots(section: &Section<'_>) -> Read<(bool, NonResponse, String)> {
    let ballots = (
        section.flag_or("change_allowed", false)?,
        section.parsed_or("non_response", NonResponse::NotCounted)?,
        section.text("source")?,
    );
    section.finish()?;
    Ok(ballots)
}

fn chair(section: &Section<'_>) -> Read<(bool, String)> {
    let chair = (section.flag_or("casting_vote", false)?, section.text("source")?);
    section.finish()?;
    Ok(chair)
}

fn signing(section: &Section<'_>) -> Read<Signing> {
    let signing = Signing {
        days: section.number("days", 0, LONGEST_PERIOD_DAYS)?,
        source: section.text("source")?,
    };
    section.finish()?;
    Ok(signing)
}

fn disclosure(section: &Section<'_>) -> Read<Disclosure> {
    let disclosure = Disclosure {
        within_days: section.number("within_days", 0, LONGEST_PERIOD_DAYS)?,
        days: section.number("days", 0, LONGEST_PERIOD_DAYS)?,
        source: section.text("source")?,
    };
    section.finish()?;
    Ok(disclosure)
}

fn cadence(section: &Section<'_>) -> Read<Cadence> {
    let cadence = Cadence {
        every: section.number("every", 1, 120)?,
        unit: section.parsed("unit")?,
        source: section.text("source")?,
    };
    section.finish()?;
    Ok(cadence)
}

fn readings(root: &Section<'_>) -> Read<Vec<Reading>> {
    let read = |section: Section<'_>| {
        let reading = Reading {
            text: section.text("text")?,
            source: section.text("source")?,
        };
        section.finish()?;
        Ok(reading)
    };
    root.listed_sections("readings")?.into_iter().map(read).collect()
}
