//! What holds for every vote, over random packs, rosters and ballots small enough to hit exact halves and thirds often.

use proptest::prelude::*;
use proptest::sample::select;
use yihe_tally::{Ballot, Ballots, Choice, CountSheet, Outcome, Presence, RulePack, Standing, Verdict, Voter, Weight};

use crate::fixtures::id;
use crate::reference::{self, Participant, Share, Units, Vote, Whole};

pub fn share() -> impl Strategy<Value = Share> {
    let fractions = [(1, 2), (1, 2), (2, 3), (3, 4), (1, 3), (2, 4), (5, 6), (1, 1)];
    (any::<bool>(), select(fractions.to_vec())).prop_map(|(exactly, (parts, of))| Share {
        // more than the whole is no share a pack can ask for
        exactly_suffices: exactly || parts == of,
        parts,
        of,
    })
}

pub fn units() -> impl Strategy<Value = Units> {
    select(vec![Units::Heads, Units::Area, Units::Both])
}

/// `eager` voters are mostly there and mostly in favour, so that enough votes are adopted to say something about those.
pub fn participant(eager: bool) -> impl Strategy<Value = Participant> {
    let yes = if eager { 16 } else { 3 };
    let choice = prop_oneof![
        2 => Just(None),
        yes => Just(Some(Choice::Yes)),
        2 => Just(Some(Choice::No)),
        1 => Just(Some(Choice::Abstain)),
        1 => Just(Some(Choice::Invalid)),
    ];
    let recused = prop::bool::weighted(0.1);
    let present = prop::bool::weighted(if eager { 0.95 } else { 0.7 });
    (0..3_u64, 0..4_u64, recused, present, choice).prop_map(|(heads, area, recused, present, cast)| Participant {
        heads: if area == 0 { heads.max(1) } else { heads },
        area: area * 50,
        recused,
        present,
        represented: false,
        cast,
    })
}

fn vote() -> impl Strategy<Value = Vote> {
    vote_of(participant(false))
}

fn eager_vote() -> impl Strategy<Value = Vote> {
    vote_of(participant(true))
}

fn vote_of(participant: impl Strategy<Value = Participant>) -> impl Strategy<Value = Vote> {
    let majority = (
        units(),
        select(vec![Whole::Members, Whole::Present, Whole::Participants]),
        share(),
    );
    (
        prop::collection::vec(participant, 0..14),
        any::<bool>(),
        prop::option::of(share()),
        prop::option::of((units(), share())),
        majority,
    )
        .prop_map(|(voters, session, quorum, participation, majority)| {
            let session = session || quorum.is_some() || majority.1 == Whole::Present;
            let voters = voters.into_iter().map(|voter| {
                let may_vote = !voter.recused && (voter.present || !session);
                Participant {
                    cast: voter.cast.filter(|_| may_vote),
                    ..voter
                }
            });
            Vote {
                voters: voters.collect(),
                session,
                quorum,
                participation,
                majority,
                proxies: None,
            }
        })
}

pub fn pack_text(vote: &Vote) -> String {
    let share = |share: Share| {
        let comparison = if share.exactly_suffices {
            "AT_LEAST"
        } else {
            "MORE_THAN"
        };
        format!(
            "comparison = \"{comparison}\"\nfraction = \"{}/{}\"\nsource = \"test\"\n",
            share.parts, share.of
        )
    };
    let measure = |units| match units {
        Units::Heads => "measure = \"HEADS\"\n",
        Units::Area => "measure = \"AREA\"\n",
        Units::Both => "measure = \"BOTH\"\n",
    };
    let mut text = String::from(
        "id = \"test\"\neffective_from = \"2020-01-01\"\nplace = \"CN\"\nbody_kinds = [\"JOINT_CONFERENCE\"]\n\
         title = { zh = \"测试\", en = \"test\" }\n\
         notice = { days = 1, unit = \"CALENDAR\", waiver_allowed = true, source = \"test\" }\n\
         ballots = { source = \"test\" }\nchair = { source = \"test\" }\n\
         signing = { days = 1, source = \"test\" }\ndisclosure = { within_days = 1, days = 1, source = \"test\" }\n",
    );
    text += &match vote.proxies {
        None => "proxies = { allowed = false, source = \"test\" }\n".to_owned(),
        Some(rule) => {
            let limit = rule.limit.map_or(String::new(), |limit| format!("limit = {limit}, "));
            let quorum = rule.make_quorum;
            format!("proxies = {{ allowed = true, {limit}counts_for_quorum = {quorum}, source = \"test\" }}\n")
        }
    };
    if let Some(quorum) = vote.quorum {
        text += &format!("[presence_quorum]\n{}", share(quorum));
    }
    if let Some((units, asked)) = vote.participation {
        text += &format!(
            "[participation_threshold]\nmatter_classes = [\"ELECTION\"]\n{}{}",
            measure(units),
            share(asked)
        );
    }
    let (units, whole, asked) = vote.majority;
    let base = match whole {
        Whole::Members => "ALL_MEMBERS",
        Whole::Present => "PRESENT",
        Whole::Participants => "PARTICIPATING",
    };
    text + &format!(
        "[majority.ELECTION]\nbase = \"{base}\"\n{}{}",
        measure(units),
        share(asked)
    )
}

fn sheet(vote: &Vote) -> CountSheet {
    let pack = RulePack::parse(&pack_text(vote)).unwrap();
    let numbered = || vote.voters.iter().enumerate();
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
    let present = numbered().filter(|(_, voter)| voter.present).map(|(i, _)| id(i));
    let ballots = numbered().filter_map(|(i, voter)| voter.cast.map(|choice| Ballot::new(id(i), choice)));
    CountSheet {
        pack: pack.text().to_owned(),
        pack_hash: pack.hash().to_owned(),
        matter_class: yihe_tally::MatterClass::Election,
        roster: roster.collect(),
        presence: if vote.session {
            Presence::session(present)
        } else {
            Presence::Written
        },
        ballots: Ballots::Open {
            ballots: ballots.collect(),
        },
        casting_vote: None,
        proxies: Vec::new(),
    }
}

fn verdict_of(vote: &Vote) -> Option<Verdict> {
    sheet(vote).count().ok().map(|outcome| outcome.verdict)
}

/// A permutation of `items` decided by `seed`.
pub fn shuffled<T: Clone>(items: &[T], seed: u64) -> Vec<T> {
    let mut state = seed | 1;
    let mut keyed: Vec<(u64, &T)> = Vec::new();
    for item in items {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        keyed.push((state >> 20, item));
    }
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, item)| item.clone()).collect()
}

fn reordered(sheet: &CountSheet, seed: u64) -> CountSheet {
    let presence = match &sheet.presence {
        Presence::Written => Presence::Written,
        Presence::Session { present } => Presence::Session {
            present: shuffled(present, seed ^ 0xA5),
        },
    };
    let Ballots::Open { ballots } = &sheet.ballots else {
        panic!("open votes only")
    };
    CountSheet {
        roster: shuffled(&sheet.roster, seed ^ 0x5A),
        presence,
        ballots: Ballots::Open {
            ballots: shuffled(ballots, seed),
        },
        ..sheet.clone()
    }
}

/// The voters who could still cast a ballot.
fn silent(vote: &Vote) -> Vec<usize> {
    let may = |voter: &Participant| !voter.recused && voter.cast.is_none() && (voter.present || !vote.session);
    vote.voters
        .iter()
        .enumerate()
        .filter(|(_, voter)| may(voter))
        .map(|(i, _)| i)
        .collect()
}

fn with_ballot(vote: &Vote, i: usize, choice: Choice) -> Vote {
    let mut vote = vote.clone();
    vote.voters[i].cast = Some(choice);
    vote
}

pub fn adds_up(outcome: &Outcome) -> bool {
    let counts = &outcome.counts;
    let total = |parts: &[Weight]| {
        (
            parts.iter().map(|w| w.heads).sum::<u64>(),
            parts.iter().map(|w| w.area).sum::<u64>(),
        )
    };
    total(&[counts.yes, counts.no, counts.abstain, counts.invalid]) == total(&[counts.participating])
        && total(&[counts.participating, counts.not_voted]) == total(&[counts.members])
}

fn whole_numbers_only(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Number(number) => number.is_u64(),
        serde_json::Value::Array(items) => items.iter().all(whole_numbers_only),
        serde_json::Value::Object(map) => map.values().all(whole_numbers_only),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::String(_) => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_counts_come_to_the_same_verdict(vote in vote()) {
        let counted = verdict_of(&vote).map(Verdict::code);
        prop_assert_eq!(counted, reference::verdict(&vote), "{}", pack_text(&vote));
    }

    #[test]
    fn the_order_of_the_input_is_irrelevant(vote in vote(), seed in any::<u64>()) {
        let sheet = sheet(&vote);
        match (sheet.count(), reordered(&sheet, seed).count()) {
            (Ok(one), Ok(other)) => {
                prop_assert_eq!(one.canonical_bytes().unwrap(), other.canonical_bytes().unwrap());
            }
            (one, other) => prop_assert_eq!(one, other),
        }
    }

    /// Of several faulty ballots the same one is named in any order.
    #[test]
    fn the_order_of_the_input_is_irrelevant_to_refusals(
        vote in vote(), extra in prop::collection::vec(0..20_usize, 1..6), seed in any::<u64>(),
    ) {
        let mut sheet = sheet(&vote);
        let Ballots::Open { ballots } = &mut sheet.ballots else { panic!("open votes only") };
        ballots.extend(extra.iter().map(|i| Ballot::new(id(*i), Choice::Yes)));
        prop_assert_eq!(sheet.count(), reordered(&sheet, seed).count());
    }

    #[test]
    fn a_recount_from_the_export_gives_the_same_bytes(vote in vote()) {
        let sheet = sheet(&vote);
        let reread = CountSheet::from_json(&sheet.to_json().unwrap()).unwrap();
        prop_assert_eq!(&reread, &sheet);
        if let Ok(outcome) = sheet.count() {
            let bytes = outcome.canonical_bytes().unwrap();
            prop_assert_eq!(&reread.count().unwrap().canonical_bytes().unwrap(), &bytes);
            prop_assert_eq!(&serde_json::from_slice::<Outcome>(&bytes).unwrap(), &outcome);
            prop_assert!(whole_numbers_only(&serde_json::from_slice(&bytes).unwrap()));
        }
    }

    #[test]
    fn the_counts_add_up_to_the_roster(vote in vote()) {
        if let Ok(outcome) = sheet(&vote).count() {
            prop_assert!(adds_up(&outcome), "{:?}", outcome.counts);
        }
    }
}

proptest! {
    // these assume an outcome that random votes have only now and then
    #![proptest_config(ProptestConfig {
        cases: 500, max_global_rejects: 20_000, failure_persistence: None, ..ProptestConfig::default()
    })]

    /// An adopted motion stays adopted when one more voter, entitled and (in a session) among those already present,
    /// casts a yes instead of nothing. It holds for every pack: presence and with it quorum and the base `PRESENT` do not
    /// move, participation can only grow, and with the base `PARTICIPATING` yes/participating grows to
    /// (yes + w)/(participating + w), which is no smaller because yes is a part of participating.
    #[test]
    fn one_more_yes_never_undoes_an_adoption(vote in eager_vote(), pick in any::<prop::sample::Index>()) {
        let silent = silent(&vote);
        prop_assume!(!silent.is_empty() && verdict_of(&vote) == Some(Verdict::Adopted));
        let more = with_ballot(&vote, silent[pick.index(silent.len())], Choice::Yes);
        prop_assert_eq!(verdict_of(&more), Some(Verdict::Adopted));
    }

    /// Neither does a ballot that turns to yes from anything else: then not even participation moves.
    #[test]
    fn a_ballot_turned_to_yes_never_undoes_an_adoption(vote in eager_vote(), pick in any::<prop::sample::Index>()) {
        let cast: Vec<usize> = (0..vote.voters.len()).filter(|i| vote.voters[*i].cast.is_some()).collect();
        prop_assume!(!cast.is_empty() && verdict_of(&vote) == Some(Verdict::Adopted));
        let turned = with_ballot(&vote, cast[pick.index(cast.len())], Choice::Yes);
        prop_assert_eq!(verdict_of(&turned), Some(Verdict::Adopted));
    }

    /// One more no never makes an adoption out of a vote that was valid and not carried. Where too few took part it can
    /// (`a_vote_against_can_help_by_taking_part`), so that case is left out.
    #[test]
    fn one_more_no_never_carries_a_valid_vote(vote in vote(), pick in any::<prop::sample::Index>()) {
        let silent = silent(&vote);
        let valid = matches!(verdict_of(&vote), Some(Verdict::Rejected | Verdict::Tied));
        prop_assume!(!silent.is_empty() && valid);
        let more = with_ballot(&vote, silent[pick.index(silent.len())], Choice::No);
        prop_assert_ne!(verdict_of(&more), Some(Verdict::Adopted));
    }
}
