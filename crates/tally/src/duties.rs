//! The sections a pack may leave out: groups, seconding, objections, escalation, meetings out of turn. What holds then is
//! law, or a default of this platform and its source says so.

use crate::fraction::{Comparison, Threshold};
use crate::provisions::{Ask, Disclosure, Escalation, GroupRule, Objection, Seconding, SpecialMeeting};
use crate::reader::{Read, Section};
use crate::sections::{LONGEST_PERIOD_DAYS, period, threshold, title, unit};
use crate::terms::{Asker, BodyKind, DayUnit};

const DEFAULT: &str = "default of this platform";

/// Objections may be raised as long as the display lasts, unless the pack says otherwise.
pub fn objection(root: &Section<'_>, disclosure: &Disclosure) -> Read<Objection> {
    let Some(section) = root.optional_section("objection")? else {
        return Ok(Objection {
            days: disclosure.days,
            unit: disclosure.unit,
            answer_days: 3,
            source: format!("{DEFAULT}; as long as the display lasts"),
        });
    };
    let objection = Objection {
        days: period(&section, "days")?,
        unit: unit(&section)?,
        answer_days: period(&section, "answer_days")?,
        source: section.text("source")?,
    };
    section.finish()?;
    Ok(objection)
}

pub fn escalation(root: &Section<'_>) -> Read<Escalation> {
    let Some(section) = root.optional_section("escalation")? else {
        return Ok(Escalation {
            secretary_after_days: 7,
            unit: DayUnit::Calendar,
            source: DEFAULT.to_owned(),
        });
    };
    let escalation = Escalation {
        // no period would send it to secretary and street at the same instant
        secretary_after_days: section.number("secretary_after_days", 1, LONGEST_PERIOD_DAYS)?,
        unit: unit(&section)?,
        source: section.text("source")?,
    };
    section.finish()?;
    Ok(escalation)
}

pub fn seconding(root: &Section<'_>) -> Read<Seconding> {
    let Some(section) = root.optional_section("seconding")? else {
        return Ok(Seconding {
            seconders: 0,
            amendments: false,
            source: DEFAULT.to_owned(),
        });
    };
    let seconding = Seconding {
        seconders: section.number("seconders", 0, 100)?,
        amendments: section.flag_or("amendments", false)?,
        source: section.text("source")?,
    };
    section.finish()?;
    Ok(seconding)
}

/// Owners have their right to an assembly by law, whether a pack repeats it or not.
pub fn special_meeting(root: &Section<'_>, kinds: &[BodyKind]) -> Read<Option<SpecialMeeting>> {
    let Some(section) = root.optional_section("special_meeting")? else {
        if !kinds.contains(&BodyKind::OwnersAssembly) {
            return Ok(None);
        }
        return Ok(Some(SpecialMeeting {
            asks: vec![Ask {
                by: Asker::Owners,
                threshold: Threshold::known(Comparison::AtLeast, 20, 100),
            }],
            within_days: None,
            source: "Property Management Regulations 13".to_owned(),
        }));
    };
    let ask = |section: Section<'_>| {
        let ask = Ask {
            by: section.parsed("by")?,
            threshold: threshold(&section)?,
        };
        section.finish()?;
        Ok(ask)
    };
    let asks: Vec<Ask> = section
        .listed_sections("asks")?
        .into_iter()
        .map(ask)
        .collect::<Read<_>>()?;
    if asks.is_empty() {
        return Err(section.problem("asks", "is empty"));
    }
    let special = SpecialMeeting {
        asks,
        within_days: section.optional_number("within_days", 1, LONGEST_PERIOD_DAYS)?,
        source: section.text("source")?,
    };
    section.finish()?;
    Ok(Some(special))
}

pub fn groups(root: &Section<'_>) -> Read<Vec<GroupRule>> {
    let read = |section: Section<'_>| {
        let rule = GroupRule {
            id: group_id(&section)?,
            title: section.section("title").and_then(|s| title(&s))?,
            base: section.parsed("base")?,
            threshold: threshold(&section)?,
            source: section.text("source")?,
        };
        section.finish()?;
        Ok(rule)
    };
    let groups: Vec<GroupRule> = root
        .listed_sections("groups")?
        .into_iter()
        .map(read)
        .collect::<Read<_>>()?;
    match groups
        .iter()
        .enumerate()
        .find(|(i, group)| groups[..*i].iter().any(|g| g.id == group.id))
    {
        Some((i, group)) => Err(root.problem(&format!("groups[{i}].id"), format!("names {} twice", group.id))),
        None => Ok(groups),
    }
}

fn group_id(section: &Section<'_>) -> Read<String> {
    let id = section.text("id")?;
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if id.len() > 64 || !id.split('_').all(word) {
        return Err(section.problem("id", format!("{id:?} is not capital words joined by _, 64 at most")));
    }
    Ok(id)
}
