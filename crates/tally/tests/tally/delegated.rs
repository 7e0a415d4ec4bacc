//! What holds for every vote by units and every vote with proxies, over random registers and proxies.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use yihe_tally::{
    Ballot, Ballots, Choice, CountSheet, MatterClass, Presence, Proxy, RegisterUnit, RulePack, Standing, UnitBallot,
    Verdict, Voter, VoterId, Weight,
};

use crate::fixtures::id;
use crate::properties::{adds_up, pack_text, participant, share, shuffled, units};
use crate::reference::{self, Compound, Flat, Participant, ProxyRule, Vote, Whole};

fn choice() -> impl Strategy<Value = Choice> {
    let choices = [
        Choice::Yes,
        Choice::Yes,
        Choice::Yes,
        Choice::No,
        Choice::Abstain,
        Choice::Invalid,
    ];
    select(choices.to_vec())
}

/// Six owners, two strangers who may hold proxies, and up to eight flats.
fn compound() -> impl Strategy<Value = Compound> {
    let flat = (
        prop::collection::btree_set(0..6_usize, 1..3),
        prop::option::weighted(0.4, any::<Index>()),
        1..4_u64,
    );
    let flat = flat.prop_map(|(owners, nominated, area)| {
        let owners: Vec<usize> = owners.into_iter().collect();
        Flat {
            nominated: nominated.map(|index| *index.get(&owners)),
            owners,
            area: area * 50,
        }
    });
    (
        prop::collection::vec(flat, 1..9),
        prop::collection::btree_map(0..6_usize, 0..8_usize, 0..4),
        prop::collection::btree_map((0..8_usize, 0..8_usize), choice(), 0..14),
    )
        .prop_map(|(units, proxies, ballots)| {
            let owns = |owner: usize| units.iter().any(|unit| unit.owners.contains(&owner));
            let proxies: Vec<(usize, usize)> = proxies
                .into_iter()
                .filter(|(principal, holder)| principal != holder && owns(*principal))
                .collect();
            // ballots of strangers are errors, which have tests of their own
            let may = |unit: &Flat, by: usize| {
                let given = |owner: &usize| proxies.contains(&(*owner, by));
                unit.owners.contains(&by) || unit.owners.iter().any(given)
            };
            let ballots = ballots
                .into_iter()
                .filter(|((unit, by), _)| units.get(*unit).is_some_and(|flat| may(flat, *by)))
                .map(|((unit, by), choice)| (unit, by, choice))
                .collect();
            Compound {
                units,
                proxies,
                ballots,
            }
        })
}

fn rules() -> impl Strategy<Value = Vote> {
    let limit = prop::option::of(1..3_u32);
    let whole = select(vec![Whole::Members, Whole::Participants]);
    (prop::option::of((units(), share())), (units(), whole, share()), limit).prop_map(
        |(participation, majority, limit)| Vote {
            voters: Vec::new(),
            session: false,
            quorum: None,
            participation,
            majority,
            proxies: Some(ProxyRule {
                limit,
                make_quorum: false,
            }),
        },
    )
}

fn owner(i: usize) -> VoterId {
    VoterId::from(format!("owner {i}"))
}

fn sheet(rules: &Vote, compound: &Compound) -> CountSheet {
    let pack = RulePack::parse(&pack_text(rules)).unwrap();
    let unit = |(i, flat): (usize, &Flat)| RegisterUnit {
        id: format!("unit {i}"),
        building: "1".to_owned(),
        area: flat.area,
        head: format!("{:?}", flat.head()).into(),
        co_owners: flat.owners.iter().map(|i| owner(*i)).collect(),
        nominee: flat.nominated.map(owner),
    };
    let ballot =
        |(unit, by, choice): &(usize, usize, Choice)| UnitBallot::new(format!("unit {unit}"), owner(*by), *choice);
    CountSheet {
        pack: pack.text().to_owned(),
        pack_hash: pack.hash().to_owned(),
        matter_class: MatterClass::Election,
        roster: Vec::new(),
        presence: Presence::Written,
        ballots: Ballots::Units {
            units: compound.units.iter().enumerate().map(unit).collect(),
            ballots: compound.ballots.iter().map(ballot).collect(),
        },
        casting_vote: None,
        proxies: compound
            .proxies
            .iter()
            .map(|(p, h)| Proxy::new(owner(*p), owner(*h)))
            .collect(),
    }
}

fn reordered(sheet: &CountSheet, seed: u64) -> CountSheet {
    let ballots = match &sheet.ballots {
        Ballots::Units { units, ballots } => Ballots::Units {
            units: shuffled(units, seed),
            ballots: shuffled(ballots, seed ^ 0x55),
        },
        Ballots::Open { ballots } => Ballots::Open {
            ballots: shuffled(ballots, seed ^ 0x55),
        },
        Ballots::Secret { .. } => panic!("no secret votes here"),
    };
    CountSheet {
        roster: shuffled(&sheet.roster, seed ^ 0x33),
        proxies: shuffled(&sheet.proxies, seed ^ 0xAA),
        ballots,
        ..sheet.clone()
    }
}

/// Voters who are there, away, or away with a proxy for some other one, and what was cast by them or for them.
#[derive(Debug, Clone)]
struct Session {
    vote: Vote,
    holders: Vec<Option<usize>>,
}

fn session() -> impl Strategy<Value = Session> {
    let rule =
        (prop::option::of(1..3_u32), any::<bool>()).prop_map(|(limit, make_quorum)| ProxyRule { limit, make_quorum });
    let whole = select(vec![Whole::Members, Whole::Present, Whole::Participants]);
    let voter = (
        participant(true),
        prop::bool::weighted(0.6),
        prop::option::weighted(0.5, 0..5_usize),
    );
    (
        prop::collection::vec(voter, 1..10),
        prop::option::of(share()),
        (units(), whole, share()),
        rule,
    )
        .prop_map(|(voters, quorum, majority, rule)| {
            let count = voters.len();
            let mut participants = Vec::new();
            let mut holders = Vec::new();
            for (i, (voter, present, holder)) in voters.into_iter().enumerate() {
                // number `count` is somebody without a vote
                let holder = holder.map(|holder| holder.min(count)).filter(|holder| *holder != i);
                let may = !voter.recused && (present || holder.is_some());
                participants.push(Participant {
                    present,
                    cast: voter.cast.filter(|_| may),
                    ..voter
                });
                holders.push(holder);
            }
            Session {
                vote: Vote {
                    voters: participants,
                    session: true,
                    quorum,
                    participation: None,
                    majority,
                    proxies: Some(rule),
                },
                holders,
            }
        })
}

impl Session {
    fn sheet(&self) -> CountSheet {
        let pack = RulePack::parse(&pack_text(&self.vote)).unwrap();
        let numbered = || self.vote.voters.iter().enumerate();
        let roster = numbered().map(|(i, voter)| Voter {
            id: id(i),
            weight: Weight {
                heads: voter.heads,
                area: voter.area,
            },
            standing: if voter.recused {
                Standing::Recused
            } else {
                Standing::Entitled
            },
            groups: Vec::new(),
        });
        let ballot = |(i, voter): (usize, &Participant)| {
            let ballot = Ballot::new(id(i), voter.cast?);
            Some(match self.holders[i] {
                Some(holder) if !voter.present => ballot.by_proxy(id(holder)),
                _ => ballot,
            })
        };
        let proxy = |(i, holder): (usize, &Option<usize>)| Some(Proxy::new(id(i), id((*holder)?)));
        CountSheet {
            pack: pack.text().to_owned(),
            pack_hash: pack.hash().to_owned(),
            matter_class: MatterClass::Election,
            roster: roster.collect(),
            presence: Presence::session(numbered().filter(|(_, voter)| voter.present).map(|(i, _)| id(i))),
            ballots: Ballots::Open {
                ballots: numbered().filter_map(ballot).collect(),
            },
            casting_vote: None,
            proxies: self.holders.iter().enumerate().filter_map(proxy).collect(),
        }
    }

    /// The same vote with nothing left of proxies but whom they stand for.
    fn settled(&self) -> Vote {
        let voters = &self.vote.voters;
        let usable =
            |i: usize, holder: usize| !voters[i].present && !voters.get(holder).is_some_and(|voter| voter.recused);
        let held = |holder: usize| {
            let of_holder = self.holders.iter().enumerate();
            of_holder
                .filter(|(i, h)| **h == Some(holder) && usable(*i, holder))
                .count()
        };
        let limit = self.vote.proxies.and_then(|rule| rule.limit);
        let settle = |(i, voter): (usize, &Participant)| {
            let good = |holder: &usize| {
                usable(i, *holder) && limit.is_none_or(|limit| held(*holder) <= usize::try_from(limit).unwrap())
            };
            let represented = self.holders[i].is_some_and(|holder| good(&holder));
            Participant {
                represented,
                cast: voter.cast.filter(|_| voter.present || represented),
                ..voter.clone()
            }
        };
        Vote {
            voters: voters.iter().enumerate().map(settle).collect(),
            ..self.vote.clone()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn units_and_proxies_of_owners_count_the_same_by_the_slow_reference(rules in rules(), compound in compound()) {
        let limit = rules.proxies.and_then(|rule| rule.limit);
        let expected = Vote { voters: reference::heads_of(&compound, limit), ..rules.clone() };
        let outcome = sheet(&rules, &compound).count().unwrap();
        prop_assert_eq!(Some(outcome.verdict.code()), reference::verdict(&expected), "{}", pack_text(&rules));
        let said = |choice| expected.voters.iter().filter(|head| head.cast == choice).map(|head| head.heads).sum::<u64>();
        prop_assert_eq!(outcome.counts.yes.heads, said(Some(Choice::Yes)));
        prop_assert_eq!(outcome.counts.invalid.heads, said(Some(Choice::Invalid)));
        prop_assert_eq!(outcome.counts.not_voted.heads, said(None));
        prop_assert!(adds_up(&outcome), "{:?}", outcome.counts);
    }

    #[test]
    fn proxies_in_a_session_count_the_same_by_the_slow_reference(session in session()) {
        let counted = session.sheet().count().ok().map(|outcome| outcome.verdict.code());
        prop_assert_eq!(counted, reference::verdict(&session.settled()), "{}", pack_text(&session.vote));
    }

    #[test]
    fn the_order_of_units_ballots_and_proxies_is_irrelevant(
        rules in rules(), compound in compound(), session in session(), seed in any::<u64>(),
    ) {
        for sheet in [sheet(&rules, &compound), session.sheet()] {
            match (sheet.count(), reordered(&sheet, seed).count()) {
                (Ok(one), Ok(other)) => {
                    prop_assert_eq!(one.canonical_bytes().unwrap(), other.canonical_bytes().unwrap());
                }
                (one, other) => prop_assert_eq!(one, other),
            }
        }
    }

    #[test]
    fn a_recount_of_units_and_proxies_gives_the_same_bytes(
        rules in rules(), compound in compound(), session in session(),
    ) {
        for sheet in [sheet(&rules, &compound), session.sheet()] {
            let reread = CountSheet::from_json(&sheet.to_json().unwrap()).unwrap();
            prop_assert_eq!(&reread, &sheet);
            if let (Ok(one), Ok(other)) = (sheet.count(), reread.count()) {
                prop_assert_eq!(one.canonical_bytes().unwrap(), other.canonical_bytes().unwrap());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400, max_global_rejects: 40_000, failure_persistence: None, ..ProptestConfig::default()
    })]

    /// One more yes for a unit can take away a participation (co-owners who now disagree are not counted), never a majority.
    #[test]
    fn one_more_yes_for_a_unit_never_rejects_what_was_adopted(
        rules in rules(), compound in compound(), pick in any::<Index>(), who in any::<Index>(),
    ) {
        let unit = pick.index(compound.units.len());
        let by = *who.get(&compound.units[unit].owners);
        let silent = !compound.ballots.iter().any(|(u, b, _)| (*u, *b) == (unit, by));
        let verdict = |compound: &Compound| sheet(&rules, compound).count().unwrap().verdict;
        prop_assume!(silent && verdict(&compound) == Verdict::Adopted);
        let mut more = compound.clone();
        more.ballots.push((unit, by, Choice::Yes));
        prop_assert!(matches!(verdict(&more), Verdict::Adopted | Verdict::InsufficientParticipation));
    }
}
