//! The sections every pack has, one by one.

use std::collections::BTreeMap;

use crate::fraction::Threshold;
use crate::parse::Problems;
use crate::provisions::{
    Cadence, Disclosure, MajorityRule, Notice, ParticipationRule, Proxies, QuorumRule, Reading, Representation,
    Signing, Title,
};
use crate::reader::{Read, Section};
use crate::terms::{DayUnit, Electorate, MatterClass, NonResponse};

pub const LONGEST_PERIOD_DAYS: u32 = 366;
pub fn optional<T>(root: &Section<'_>, key: &'static str, read: fn(&Section<'_>) -> Read<T>) -> Read<Option<T>> {
    root.optional_section(key)?.map(|section| read(&section)).transpose()
}

pub fn id(root: &Section<'_>) -> Read<String> {
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

pub fn title(section: &Section<'_>) -> Read<Title> {
    let title = Title {
        zh: section.text("zh")?,
        en: section.text("en")?,
    };
    section.finish()?;
    Ok(title)
}

pub fn threshold(section: &Section<'_>) -> Read<Threshold> {
    let threshold = Threshold {
        comparison: section.parsed("comparison")?,
        fraction: section.parsed("fraction")?,
    };
    if threshold.unreachable() {
        return Err(section.problem("fraction", "more than the whole is never reached"));
    }
    Ok(threshold)
}

pub fn notice(section: &Section<'_>) -> Read<Notice> {
    let notice = Notice {
        days: period(section, "days")?,
        unit: section.parsed("unit")?,
        waiver_allowed: section.flag("waiver_allowed")?,
        source: section.text("source")?,
    };
    section.finish()?;
    Ok(notice)
}

pub fn presence_quorum(section: &Section<'_>) -> Read<QuorumRule> {
    let rule = QuorumRule {
        threshold: threshold(section)?,
        source: section.text("source")?,
    };
    section.finish()?;
    Ok(rule)
}

pub fn participation(section: &Section<'_>) -> Read<ParticipationRule> {
    let rule = ParticipationRule {
        measure: section.parsed("measure")?,
        threshold: threshold(section)?,
        matter_classes: section.codes("matter_classes")?,
        source: section.text("source")?,
    };
    section.finish()?;
    Ok(rule)
}

/// A pack without a majority has to say that its body takes no votes: a forgotten section must not look like it.
pub fn majorities(root: &Section<'_>, problems: &mut Problems) -> BTreeMap<MatterClass, MajorityRule> {
    let votes = problems.keep(root.flag_or("votes", true)).unwrap_or(true);
    let sections = match problems.keep(root.optional_section("majority")) {
        Some(None) if !votes => return BTreeMap::new(),
        Some(Some(_)) if !votes => {
            problems
                .0
                .push(root.problem("majority", "has no meaning where votes is false"));
            return BTreeMap::new();
        }
        Some(_) => problems.keep(root.named_sections("majority")),
        None => None,
    };
    let Some(sections) = sections else {
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

pub fn proxies(section: &Section<'_>) -> Read<Proxies> {
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

/// Where a pack says nothing, a person represents one organization: else one person could cast two ballots by changing hats.
pub fn representation(root: &Section<'_>) -> Read<Representation> {
    let Some(section) = root.optional_section("representation")? else {
        return Ok(Representation {
            organizations_per_person: 1,
            source: "default of this platform".to_owned(),
        });
    };
    let representation = Representation {
        organizations_per_person: section.number("organizations_per_person", 1, 10)?,
        source: section.text("source")?,
    };
    section.finish()?;
    Ok(representation)
}

pub fn ballots(section: &Section<'_>) -> Read<(bool, NonResponse, String)> {
    let ballots = (
        section.flag_or("change_allowed", false)?,
        section.parsed_or("non_response", NonResponse::NotCounted)?,
        section.text("source")?,
    );
    section.finish()?;
    Ok(ballots)
}

pub fn chair(section: &Section<'_>) -> Read<(bool, String)> {
    let chair = (section.flag_or("casting_vote", false)?, section.text("source")?);
    section.finish()?;
    Ok(chair)
}

pub fn signing(section: &Section<'_>) -> Read<Signing> {
    let signing = Signing {
        days: period(section, "days")?,
        unit: unit(section)?,
        source: section.text("source")?,
    };
    section.finish()?;
    Ok(signing)
}

pub fn disclosure(section: &Section<'_>) -> Read<Disclosure> {
    let disclosure = Disclosure {
        within_days: period(section, "within_days")?,
        days: period(section, "days")?,
        unit: unit(section)?,
        result_days: section.optional_number("result_days", 0, LONGEST_PERIOD_DAYS)?,
        source: section.text("source")?,
    };
    section.finish()?;
    Ok(disclosure)
}

pub fn period(section: &Section<'_>, key: &'static str) -> Read<u32> {
    section.number(key, 0, LONGEST_PERIOD_DAYS)
}

pub fn unit(section: &Section<'_>) -> Read<DayUnit> {
    section.parsed_or("unit", DayUnit::Calendar)
}

pub fn cadence(section: &Section<'_>) -> Read<Cadence> {
    let cadence = Cadence {
        every: section.number("every", 1, 120)?,
        unit: section.parsed("unit")?,
        source: section.text("source")?,
    };
    section.finish()?;
    Ok(cadence)
}

pub fn readings(root: &Section<'_>) -> Read<Vec<Reading>> {
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
