//! A second count, written without looking at the first: small, slow, and by other means. It walks lists instead of
//! indexing them, keeps one record per voter instead of sums, and compares shares by their continued fractions
//! instead of multiplying crosswise. It shares no type with the crate but the words for choices.

use std::cmp::Ordering;

use yihe_tally::Choice;

/// What a vote is, in plain data.
#[derive(Debug, Clone)]
pub struct Vote {
    pub voters: Vec<Participant>,
    pub session: bool,
    pub quorum: Option<Share>,
    pub participation: Option<(Units, Share)>,
    pub majority: (Units, Whole, Share),
    pub proxies: Option<ProxyRule>,
}

#[derive(Debug, Clone, Copy)]
pub struct ProxyRule {
    pub limit: Option<u32>,
    pub make_quorum: bool,
}

#[derive(Debug, Clone)]
pub struct Participant {
    pub heads: u64,
    pub area: u64,
    pub recused: bool,
    pub present: bool,
    /// A proxy that counts stands for this one.
    pub represented: bool,
    pub cast: Option<Choice>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Units {
    Heads,
    Area,
    Both,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Whole {
    Members,
    Present,
    Participants,
}

#[derive(Debug, Clone, Copy)]
pub struct Share {
    pub exactly_suffices: bool,
    pub parts: u64,
    pub of: u64,
}

/// The verdict in the words of the crate's JSON; `None` where there is nothing to count.
pub fn verdict(vote: &Vote) -> Option<&'static str> {
    let entitled: Vec<&Participant> = vote.voters.iter().filter(|v| !v.recused).collect();
    let measured = units(vote.majority.0)
        .into_iter()
        .chain(vote.participation.iter().flat_map(|p| units(p.0)));
    for weigh in measured {
        entitled.iter().find(|voter| weigh(voter) > 0)?;
    }
    entitled.first()?;
    let group = |keep: &dyn Fn(&Participant) -> bool| -> Vec<&Participant> {
        entitled.iter().copied().filter(|voter| keep(voter)).collect()
    };
    let stand_ins_count = vote.proxies.is_some_and(|rule| rule.make_quorum);
    let quorate = group(&|voter| voter.present || voter.represented && stand_ins_count);
    let here = group(&|voter| voter.present || voter.represented && (stand_ins_count || voter.cast.is_some()));
    let took_part = group(&|voter| voter.cast.is_some());
    let in_favour = group(&|voter| voter.cast == Some(Choice::Yes));
    let against = group(&|voter| voter.cast == Some(Choice::No));

    if let Some(share) = vote.quorum
        && !reaches(sum(&quorate, heads), sum(&entitled, heads), share)
    {
        return Some("NO_QUORUM");
    }
    if let Some((by, share)) = vote.participation {
        for weigh in units(by) {
            if !reaches(sum(&took_part, weigh), sum(&entitled, weigh), share) {
                return Some("INSUFFICIENT_PARTICIPATION");
            }
        }
    }
    let (by, whole, share) = vote.majority;
    let whole = match whole {
        Whole::Members => &entitled,
        Whole::Present => &here,
        Whole::Participants => &took_part,
    };
    let results: Vec<(bool, bool)> = units(by)
        .into_iter()
        .map(|weigh| {
            let (yes, no, all) = (sum(&in_favour, weigh), sum(&against, weigh), sum(whole, weigh));
            let half_needed = share.parts + share.parts == share.of && !share.exactly_suffices;
            (
                reaches(yes, all, share),
                half_needed && all > 0 && yes == no && yes + no == all,
            )
        })
        .collect();
    if results.iter().all(|(carried, _)| *carried) {
        return Some("ADOPTED");
    }
    Some(if results.iter().all(|(_, even)| *even) {
        "TIED"
    } else {
        "REJECTED"
    })
}

type Weigh = fn(&Participant) -> u64;

fn heads(voter: &Participant) -> u64 {
    voter.heads
}

fn area(voter: &Participant) -> u64 {
    voter.area
}

fn units(units: Units) -> Vec<Weigh> {
    match units {
        Units::Heads => vec![heads],
        Units::Area => vec![area],
        Units::Both => vec![heads, area],
    }
}

fn sum(voters: &[&Participant], weigh: Weigh) -> u64 {
    let mut total = 0;
    for voter in voters {
        total += weigh(voter);
    }
    total
}

fn reaches(part: u64, whole: u64, share: Share) -> bool {
    if whole == 0 {
        return false;
    }
    match compare((part, whole), (share.parts, share.of)) {
        Ordering::Greater => true,
        Ordering::Equal => share.exactly_suffices,
        Ordering::Less => false,
    }
}

/// Compares a/b with c/d (b, d > 0): by whole parts, and where those agree by the remainders turned upside down.
fn compare((a, b): (u64, u64), (c, d): (u64, u64)) -> Ordering {
    let whole_parts = (a / b).cmp(&(c / d));
    if whole_parts != Ordering::Equal {
        return whole_parts;
    }
    match (a % b, c % d) {
        (0, 0) => Ordering::Equal,
        (0, _) => Ordering::Less,
        (_, 0) => Ordering::Greater,
        (r, s) => compare((d, s), (b, r)),
    }
}

/// A register, who gave proxies to whom, and who cast what for which unit, all by number.
#[derive(Debug, Clone)]
pub struct Compound {
    pub units: Vec<Flat>,
    pub proxies: Vec<(usize, usize)>,
    pub ballots: Vec<(usize, usize, Choice)>,
}

#[derive(Debug, Clone)]
pub struct Flat {
    pub owners: Vec<usize>,
    pub nominated: Option<usize>,
    pub area: u64,
}

impl Flat {
    /// Whoever owns the same is the same head.
    pub fn head(&self) -> Vec<usize> {
        let mut owners = self.owners.clone();
        owners.sort_unstable();
        owners
    }
}

/// What each head says, asking owner by owner instead of ballot by ballot: an owner who is entitled to speak for a unit says
/// what they cast, or else what was cast by the one they gave a proxy to, unless that one has too many.
pub fn heads_of(compound: &Compound, limit: Option<u32>) -> Vec<Participant> {
    let within = |holder: usize| {
        let held = compound.proxies.iter().filter(|(_, other)| *other == holder).count();
        limit.is_none_or(|limit| held <= usize::try_from(limit).unwrap())
    };
    let cast = |unit: usize, by: usize| {
        let mut ballots = compound.ballots.iter();
        ballots
            .find(|(u, b, _)| (*u, *b) == (unit, by))
            .map(|(_, _, choice)| *choice)
    };
    let voice = |unit: usize, owner: usize| {
        let holder = compound.proxies.iter().find(|(principal, _)| *principal == owner);
        let holder = holder.map(|(_, holder)| *holder).filter(|holder| within(*holder));
        cast(unit, owner).or_else(|| holder.and_then(|holder| cast(unit, holder)))
    };
    let mut heads: Vec<Vec<usize>> = compound.units.iter().map(Flat::head).collect();
    heads.sort();
    heads.dedup();
    let participant = |head: &Vec<usize>| {
        let mut said = Vec::new();
        let (mut area, mut contradiction) = (0, false);
        for (i, unit) in compound
            .units
            .iter()
            .enumerate()
            .filter(|(_, unit)| unit.head() == *head)
        {
            area += unit.area;
            let speakers = unit
                .owners
                .iter()
                .filter(|owner| unit.nominated.is_none_or(|n| n == **owner));
            let mut voices: Vec<Choice> = speakers.filter_map(|owner| voice(i, *owner)).collect();
            voices.sort();
            voices.dedup();
            contradiction |= voices.len() > 1;
            said.extend(voices);
        }
        said.sort();
        said.dedup();
        Participant {
            heads: 1,
            area,
            recused: false,
            present: false,
            represented: false,
            cast: match said.as_slice() {
                _ if contradiction => None,
                [] => None,
                [choice] => Some(*choice),
                _ => Some(Choice::Invalid),
            },
        }
    };
    heads.iter().map(participant).collect()
}

#[test]
fn the_reference_itself_orders_fractions() {
    assert_eq!(compare((1, 2), (2, 4)), Ordering::Equal);
    assert_eq!(compare((2, 3), (3, 4)), Ordering::Less);
    assert_eq!(compare((741_250, 980_310), (3, 4)), Ordering::Greater);
    assert_eq!(compare((0, 5), (1, 1_000_000)), Ordering::Less);
    assert_eq!(
        compare((u64::MAX - 1, u64::MAX), (u64::MAX - 2, u64::MAX - 1)),
        Ordering::Greater
    );
}
