//! The packs this program ships, and which one is in force where and when.
//!
//! **Adding a version.** The text under an id and date that were ever published is law for the meetings that used it,
//! so it never changes; `packs/packs.lock` holds the SHA-256 of each, and a test compares. To change a rule: copy the
//! file to `packs/<id>.<effective_from>.toml` with the new first day, edit the copy, add it to the list of embedded
//! texts below and one line `<id> <effective_from> <sha256>` to the lock file. Where two versions of one place and kind
//! are in force on a day, the one that took effect last is used; set `effective_until` only in a new file whose own
//! end is known.

use std::sync::LazyLock;

use crate::pack::RulePack;
use crate::parse::KeyProblem;
use crate::terms::BodyKind;
use crate::{Date, Place};

const EMBEDDED: &[&str] = &[
    include_str!("../packs/cn.beijing.owners-committee.2020-05-01.toml"),
    include_str!("../packs/cn.beijing.property-management-committee.2020-05-01.toml"),
    include_str!("../packs/cn.four-deliberations.2026-01-01.toml"),
    include_str!("../packs/cn.hangzhou.owners-committee.2022-03-01.toml"),
    include_str!("../packs/cn.joint-conference.default.2000-01-01.toml"),
    include_str!("../packs/cn.joint-conference.shared-representatives.2000-01-01.toml"),
    include_str!("../packs/cn.on-site.default.2000-01-01.toml"),
    include_str!("../packs/cn.owners-assembly.civil-code-278.2021-01-01.toml"),
    include_str!("../packs/cn.owners-assembly.regulations-12.2007-10-01.toml"),
    include_str!("../packs/cn.owners-committee.default.2010-01-01.toml"),
    include_str!("../packs/cn.party-briefing.default.2000-01-01.toml"),
    include_str!("../packs/cn.residents-bodies.default.2000-01-01.toml"),
    include_str!("../packs/cn.residents-bodies.proxies.2000-01-01.toml"),
    include_str!("../packs/cn.residents-meeting.organic-law.1990-01-01.toml"),
    include_str!("../packs/cn.residents-meeting.organic-law.2026-01-01.toml"),
    include_str!("../packs/cn.rules-of-order.2000-01-01.toml"),
    include_str!("../packs/cn.shanghai.owners-committee.2021-01-01.toml"),
];

static SHIPPED: LazyLock<Result<Vec<RulePack>, PackError>> =
    LazyLock::new(|| EMBEDDED.iter().map(|text| RulePack::parse(text)).collect());

/// Why a pack cannot be read, or none can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// The text is too long to be copied into every meeting.
    #[error("packs: {bytes} bytes are more than the {most} a pack may have")]
    TooLong {
        /// Length found.
        bytes: usize,
        /// Length allowed.
        most: usize,
    },
    /// The text is not TOML.
    #[error("packs: line {line}: {reason}")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// The TOML parser's own words.
        reason: String,
    },
    /// It is TOML, but keys are missing, unknown or wrong; never empty.
    #[error("packs: {}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Invalid {
        /// One problem per section in error.
        problems: Vec<KeyProblem>,
    },
    /// No pack says how such a body meets there on that day.
    #[error("no rule pack for {kind} is in force in {place} on {on}")]
    NoneInForce {
        /// Kind of body asked for.
        kind: BodyKind,
        /// Place asked for.
        place: Place,
        /// Day asked for.
        on: Date,
    },
    /// Two packs claim the same kind, place and first day; nobody may guess between them.
    #[error("rule packs {first} and {second} are both in force for {kind} in {place} since {since}")]
    Ambiguous {
        /// Id of one pack, the smaller text.
        first: String,
        /// Id of the other.
        second: String,
        /// Kind both are for.
        kind: BodyKind,
        /// Place both are law in.
        place: Place,
        /// First day of both.
        since: Date,
    },
}

/// All packs shipped. An error means that this build is broken; the tests of this crate keep such a build from leaving.
pub fn shipped() -> Result<&'static [RulePack], PackError> {
    SHIPPED.as_deref().map_err(Clone::clone)
}

/// The shipped pack in force for a kind of body, at a place, on a day: the narrowest place wins, then the latest start.
/// Packs that are chosen by name alone are passed over.
pub fn in_force(kind: BodyKind, place: &Place, on: Date) -> Result<&'static RulePack, PackError> {
    in_force_among(shipped()?, kind, place, on)
}

/// As [`in_force`], among the given packs: shipped ones together with a community's own.
pub fn in_force_among<'a>(
    packs: impl IntoIterator<Item = &'a RulePack>,
    kind: BodyKind,
    place: &Place,
    on: Date,
) -> Result<&'a RulePack, PackError> {
    let defaults = packs.into_iter().filter(|pack| !pack.provisions().chosen_by_name);
    choose(defaults, kind, place, on)
}

/// The version of one pack that is in force for a kind of body, at a place, on a day.
pub fn in_force_by_id<'a>(
    packs: impl IntoIterator<Item = &'a RulePack>,
    id: &str,
    kind: BodyKind,
    place: &Place,
    on: Date,
) -> Result<&'a RulePack, PackError> {
    choose(packs.into_iter().filter(|pack| pack.id() == id), kind, place, on)
}

fn choose<'a>(
    packs: impl Iterator<Item = &'a RulePack>,
    kind: BodyKind,
    place: &Place,
    on: Date,
) -> Result<&'a RulePack, PackError> {
    let rank = |pack: &RulePack| (pack.provisions.place.narrowness(), pack.effective_from());
    let applies = |pack: &&RulePack| {
        let provisions = pack.provisions();
        provisions.body_kinds.contains(&kind)
            && provisions.place.covers(place)
            && provisions.effective_from <= on
            && provisions.effective_until.is_none_or(|until| on <= until)
    };
    let mut candidates: Vec<&RulePack> = packs.filter(applies).collect();
    candidates.sort_by(|a, b| rank(b).cmp(&rank(a)).then_with(|| a.id().cmp(b.id())));
    match candidates.as_slice() {
        [] => Err(PackError::NoneInForce {
            kind,
            place: place.clone(),
            on,
        }),
        [first, second, ..] if rank(first) == rank(second) => Err(PackError::Ambiguous {
            first: first.id().to_owned(),
            second: second.id().to_owned(),
            kind,
            place: first.provisions.place.clone(),
            since: first.effective_from(),
        }),
        [first, ..] => Ok(first),
    }
}
