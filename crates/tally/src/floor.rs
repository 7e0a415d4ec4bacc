//! The floor that statute sets (法定底线): a community may write rules of its own, never weaker ones than the law's.
//!
//! Only what a law was read to say is checked; where it leaves something open, nothing is refused. Rules that ask for more
//! than the law pass.

use std::fmt;

use serde::Serialize;

use crate::fraction::{Comparison, Threshold};
use crate::pack::RulePack;
use crate::provisions::Provisions;
use crate::terms::{Asker, Base, BodyKind, CadenceUnit, MatterClass, Measure};
use crate::{Date, Place};

const CIVIL_CODE_IN_FORCE: Date = Date::known(2021, 1, 1);
const ORGANIC_LAW_REWRITTEN: Date = Date::known(2026, 1, 1);

const MORE_THAN_HALF: Threshold = Threshold::known(Comparison::MoreThan, 1, 2);
const HALF: Threshold = Threshold::known(Comparison::AtLeast, 1, 2);
const TWO_THIRDS: Threshold = Threshold::known(Comparison::AtLeast, 2, 3);
const THREE_QUARTERS: Threshold = Threshold::known(Comparison::AtLeast, 3, 4);
const ALL: Threshold = Threshold::known(Comparison::AtLeast, 1, 1);

const ARTICLE_278: &str = "Civil Code 278";
const ARTICLE_279: &str = "Civil Code 279";
const REGULATIONS: &str = "Property Management Regulations";
const ORGANIC_LAW: &str = "Organic Law of Urban Residents' Committees (until 2025)";

/// Cities whose own law says how an owners' committee meets: division, and article.
const CITIES: [(&str, &str); 3] = [
    ("310000000000", "Shanghai Residential Property Management Provisions 26"),
    ("110000000000", "Beijing Property Management Regulations 45"),
    ("330100000000", "Hangzhou Property Management Regulations 29"),
];
const GUIDELINES: &str = "Guidelines on Owners' Assemblies and Owners' Committees (2009)";

/// One number of a pack that a law forbids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Contradiction {
    /// The key of the pack, such as `participation_threshold.fraction`.
    pub key: String,
    /// What the pack says.
    pub found: String,
    /// What the law asks for.
    pub statute: String,
    /// The law (依据).
    pub source: String,
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            key,
            found,
            statute,
            source,
        } = self;
        write!(f, "{key}: {found}; {source} asks for {statute}")
    }
}

/// Every number of the pack that contradicts statute, by key; none if the pack may be used.
pub fn check(pack: &RulePack) -> Vec<Contradiction> {
    let mut floor = Floor {
        pack: pack.provisions(),
        found: Vec::new(),
    };
    floor.reserved_matters();
    for kind in &pack.provisions().body_kinds {
        match kind {
            BodyKind::OwnersAssembly => floor.owners_assembly(),
            BodyKind::OwnersCommitteeMeeting => floor.owners_committee(),
            BodyKind::ResidentsMeeting => floor.residents_meeting(),
            _ => {}
        }
    }
    floor.found.sort();
    floor.found.dedup();
    floor.found
}

struct Floor<'a> {
    pack: &'a Provisions,
    found: Vec<Contradiction>,
}

/// The least a law asks of a majority.
#[derive(Debug, Clone, Copy)]
struct Least {
    measure: Measure,
    base: Base,
    threshold: Threshold,
}

impl Floor<'_> {
    fn note(&mut self, key: impl Into<String>, found: impl Into<String>, statute: impl Into<String>, law: &str) {
        self.found.push(Contradiction {
            key: key.into(),
            found: found.into(),
            statute: statute.into(),
            source: law.to_owned(),
        });
    }

    fn is_for(&self, kind: BodyKind) -> bool {
        self.pack.body_kinds.contains(&kind)
    }

    /// What the law reserves to owners or residents, another body can only put before them.
    fn reserved_matters(&mut self) {
        for (class, rule) in &self.pack.majority {
            let (owner, law) = match class {
                MatterClass::OwnersOrdinary | MatterClass::OwnersSpecial => (BodyKind::OwnersAssembly, ARTICLE_278),
                MatterClass::OwnersChangeOfUse => (BodyKind::OwnersAssembly, ARTICLE_279),
                MatterClass::ResidentsReserved => (BodyKind::ResidentsMeeting, ORGANIC_LAW),
                _ => continue,
            };
            if !self.is_for(owner) && rule.ratified_by != Some(owner) {
                self.note(
                    format!("majority.{class}.ratified_by"),
                    "the body decides by itself",
                    format!("ratification by {owner}"),
                    law,
                );
            }
        }
    }

    fn owners_assembly(&mut self) {
        if self
            .pack
            .effective_until
            .is_some_and(|until| until < CIVIL_CODE_IN_FORCE)
        {
            return;
        }
        let notice = &self.pack.notice;
        if notice.days < 15 {
            let found = format!("{} days", notice.days);
            self.note("notice.days", found, "15 days", &format!("{REGULATIONS} 14"));
        }
        if notice.waiver_allowed {
            self.note(
                "notice.waiver_allowed",
                "true",
                "15 days for every owner",
                &format!("{REGULATIONS} 14"),
            );
        }
        for (class, threshold) in [
            (MatterClass::OwnersOrdinary, MORE_THAN_HALF),
            (MatterClass::OwnersSpecial, THREE_QUARTERS),
        ] {
            if self.pack.majority.contains_key(&class) {
                self.participation(class);
                self.majority(
                    class,
                    Least::new(Measure::Both, Base::Participating, threshold),
                    ARTICLE_278,
                );
            }
        }
        let consent = Least::new(Measure::Heads, Base::AllMembers, ALL);
        self.majority(MatterClass::OwnersChangeOfUse, consent, ARTICLE_279);
        if !self.pack.proxies.allowed {
            self.note(
                "proxies.allowed",
                "false",
                "proxies to be allowed",
                &format!("{REGULATIONS} 12"),
            );
        }
        self.special_meeting(&[(Asker::Owners, 20, 100)], &format!("{REGULATIONS} 13"));
    }

    fn owners_committee(&mut self) {
        let city = CITIES.iter().find(|(division, _)| {
            let division: Option<Place> = division.parse().ok();
            division.is_some_and(|division| division.covers(&self.pack.place))
        });
        let (law, threshold) = match city {
            Some((_, law)) => ((*law).to_owned(), MORE_THAN_HALF),
            None => (format!("{GUIDELINES} 38"), HALF),
        };
        self.quorum(MORE_THAN_HALF, &law);
        self.majorities(Least::new(Measure::Heads, Base::AllMembers, threshold), &law);
        if self.pack.proxies.allowed {
            self.note("proxies.allowed", "true", "members to vote in person", &law);
        }
        let law = city.map_or_else(|| format!("{GUIDELINES} 39"), |(_, law)| (*law).to_owned());
        if self.pack.disclosure.within_days > 3 {
            let found = format!("{} days", self.pack.disclosure.within_days);
            self.note("disclosure.within_days", found, "publication within 3 days", &law);
        }
        if let Some((_, law)) = city {
            self.two_monthly(law);
        }
        let law = city.map_or_else(|| format!("{GUIDELINES} 37"), |(_, law)| (*law).to_owned());
        self.special_meeting(&[(Asker::Members, 1, 3)], &law);
    }

    /// The law rewritten with effect from 2026 has not been read yet, so it refuses nothing.
    fn residents_meeting(&mut self) {
        if self.pack.effective_from >= ORGANIC_LAW_REWRITTEN {
            return;
        }
        self.quorum(MORE_THAN_HALF, ORGANIC_LAW);
        self.majorities(Least::new(Measure::Heads, Base::Present, MORE_THAN_HALF), ORGANIC_LAW);
        let asks = [
            (Asker::Residents, 1, 5),
            (Asker::Households, 1, 5),
            (Asker::ResidentGroups, 1, 3),
        ];
        self.special_meeting(&asks, ORGANIC_LAW);
    }

    fn quorum(&mut self, least: Threshold, law: &str) {
        let found = match &self.pack.presence_quorum {
            Some(rule) if rule.threshold.is_no_weaker_than(least) => return,
            Some(rule) => rule.threshold.to_string(),
            None => "none".to_owned(),
        };
        self.note(
            "presence_quorum.fraction",
            found,
            format!("{least} of the members"),
            law,
        );
    }

    fn participation(&mut self, class: MatterClass) {
        let statute = format!("{TWO_THIRDS} of all, by area and by heads");
        let rule = self.pack.participation_threshold.as_ref();
        let Some(rule) = rule.filter(|rule| rule.matter_classes.contains(&class)) else {
            let found = format!("{class} is missing");
            return self.note("participation_threshold.matter_classes", found, statute, ARTICLE_278);
        };
        let (measure, threshold) = (rule.measure, rule.threshold);
        if measure != Measure::Both {
            self.note(
                "participation_threshold.measure",
                measure.code(),
                statute.clone(),
                ARTICLE_278,
            );
        }
        if !threshold.is_no_weaker_than(TWO_THIRDS) {
            self.note(
                "participation_threshold.fraction",
                threshold.to_string(),
                statute,
                ARTICLE_278,
            );
        }
    }

    fn majorities(&mut self, least: Least, law: &str) {
        for class in self.pack.majority.keys() {
            self.majority(*class, least, law);
        }
    }

    fn majority(&mut self, class: MatterClass, least: Least, law: &str) {
        let Some(rule) = self.pack.majority.get(&class) else {
            return;
        };
        let statute = least.to_string();
        if least.measure == Measure::Both && rule.measure != Measure::Both
            || least.measure == Measure::Heads && rule.measure == Measure::Area
        {
            let key = format!("majority.{class}.measure");
            self.note(key, rule.measure.code(), statute.clone(), law);
        }
        if breadth(rule.base) < breadth(least.base) {
            self.note(format!("majority.{class}.base"), rule.base.code(), statute.clone(), law);
        }
        if !rule.threshold.is_no_weaker_than(least.threshold) {
            let found = rule.threshold.to_string();
            self.note(format!("majority.{class}.fraction"), found, statute, law);
        }
    }

    fn two_monthly(&mut self, law: &str) {
        let found = match &self.pack.cadence {
            Some(cadence) if cadence.unit == CadenceUnit::Week && cadence.every <= 8 => return,
            Some(cadence) if cadence.unit == CadenceUnit::Month && cadence.every <= 2 => return,
            Some(cadence) => format!("every {} {}", cadence.every, cadence.unit),
            None => "none".to_owned(),
        };
        self.note("cadence.every", found, "a meeting every two months", law);
    }

    /// So many of each of them have to be enough.
    fn special_meeting(&mut self, askers: &[(Asker, u64, u64)], law: &str) {
        for (by, part, of) in askers {
            let asks = self.pack.special_meeting.iter().flat_map(|special| &special.asks);
            let mut of_these = asks.filter(|ask| ask.by == *by).peekable();
            let found = match of_these.peek() {
                None => format!("{by} may not ask"),
                Some(ask) => format!("{by} {}", ask.threshold),
            };
            if !of_these.any(|ask| ask.threshold.met(*part, *of)) {
                let statute = format!("a meeting when {part}/{of} of them ask");
                self.note("special_meeting.asks", found, statute, law);
            }
        }
    }
}

impl Least {
    const fn new(measure: Measure, base: Base, threshold: Threshold) -> Self {
        Self {
            measure,
            base,
            threshold,
        }
    }
}

impl fmt::Display for Least {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = match self.base {
            Base::AllMembers => "all members",
            Base::Present => "those present",
            Base::Participating => "those who take part",
        };
        let measure = match self.measure {
            Measure::Heads => "heads",
            Measure::Area => "area",
            Measure::Both => "area and by heads",
        };
        write!(f, "{} of {base}, by {measure}", self.threshold)
    }
}

/// A share of more people is harder to reach.
const fn breadth(base: Base) -> u8 {
    match base {
        Base::Participating => 0,
        Base::Present => 1,
        Base::AllMembers => 2,
    }
}
