//! Whether what is there is what was acknowledged: nothing lost, nothing twice, and nothing that must never be.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::journal::{Act, Asked, Choice, Outcome, Probe};
use super::seen::{Account, Posting, Seen, Tally};

/// Memo of what the community issued at first.
pub const OPENING: &str = "opening";
/// For so long at most a rule that was taken back may still be followed.
pub const STALE: Duration = Duration::from_secs(60);
/// Reasons with which what is scarce may be refused.
const SCARCE: [&str; 2] = ["BOOKING_FULL", "BALANCE_TOO_LOW"];

/// Everything that is wrong.
pub fn check(asked: &[Asked], probes: &[Probe], seen: &Seen) -> Vec<String> {
    let mut wrong = Vec::new();
    refusals(asked, &mut wrong);
    ledger(asked, seen, &mut wrong);
    bookings(asked, seen, &mut wrong);
    votes(asked, seen, &mut wrong);
    rules(asked, probes, seen, &mut wrong);
    wrong
}

fn refusals(asked: &[Asked], wrong: &mut Vec<String>) {
    for one in asked {
        if let Outcome::Refused(reason) = &one.outcome
            && !SCARCE.contains(&reason.as_str())
        {
            wrong.push(format!("{} {} was refused: {reason}", one.act.kind(), one.key));
        }
    }
}

/// How often something stands there, against what was heard of it.
fn once(one: &Asked, names: &[&str], wrong: &mut Vec<String>) {
    let (kind, key) = (one.act.kind(), &one.key);
    match (&one.outcome, names) {
        (Outcome::Done(name), []) => wrong.push(format!("{kind} {key}, acknowledged as {name}, is lost")),
        (Outcome::Done(name), [there]) if name != there => {
            wrong.push(format!("{kind} {key} was acknowledged as {name} and is {there}"));
        }
        (Outcome::Refused(reason), [_, ..]) => wrong.push(format!("{kind} {key} was refused ({reason}) and is there")),
        (_, [_, _, ..]) => wrong.push(format!("{kind} {key} is there {} times", names.len())),
        (_, [] | [_]) => {}
    }
}

fn ledger(asked: &[Asked], seen: &Seen, wrong: &mut Vec<String>) {
    let mut known: BTreeSet<&str> = [OPENING].into();
    for one in asked {
        let Act::Transfer { from, to, amount } = &one.act else {
            continue;
        };
        known.insert(&one.key);
        for (account, expected) in [(from, -amount), (to, *amount)] {
            let Some(account) = seen.accounts.get(account) else {
                continue;
            };
            let legs = legs(account, &one.key);
            let names: Vec<&str> = legs.iter().map(|leg| leg.transfer.as_str()).collect();
            once(one, &names, wrong);
            if let Some(leg) = legs.iter().find(|leg| leg.amount != expected) {
                wrong.push(format!(
                    "transfer {} moved {} instead of {expected}",
                    one.key, leg.amount
                ));
            }
        }
    }
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for (name, account) in &seen.accounts {
        let sum: i64 = account.postings.iter().map(|posting| posting.amount).sum();
        if sum != account.balance {
            wrong.push(format!(
                "{name} stands at {} and its postings at {sum}",
                account.balance
            ));
        }
        for posting in &account.postings {
            if !known.contains(posting.memo.as_str()) {
                wrong.push(format!("nobody asked for {} ({})", posting.transfer, posting.memo));
            }
            if posting.memo != OPENING {
                *sums.entry(&posting.transfer).or_default() += posting.amount;
            }
        }
    }
    for (transfer, sum) in sums.into_iter().filter(|(_, sum)| *sum != 0) {
        wrong.push(format!("the postings of {transfer} sum to {sum}"));
    }
    for (unit, sum) in seen.trial.iter().filter(|(_, sum)| *sum != 0) {
        wrong.push(format!("all accounts of {unit} sum to {sum}"));
    }
}

fn legs<'a>(account: &'a Account, key: &str) -> Vec<&'a Posting> {
    account.postings.iter().filter(|posting| posting.memo == key).collect()
}

fn bookings(asked: &[Asked], seen: &Seen, wrong: &mut Vec<String>) {
    let mut known = BTreeSet::new();
    for one in asked {
        let Act::Booking { hall, quantity } = &one.act else {
            continue;
        };
        known.insert(&one.key);
        if !seen.capacities.contains_key(hall) {
            continue;
        }
        let there: Vec<_> = seen
            .bookings
            .iter()
            .filter(|booking| booking.purpose == one.key)
            .collect();
        let names: Vec<&str> = there.iter().map(|booking| booking.name.as_str()).collect();
        once(one, &names, wrong);
        for booking in there {
            if booking.quantity != *quantity || !booking.takes || booking.hall != *hall {
                wrong.push(format!("booking {} is not what was asked for: {booking:?}", one.key));
            }
        }
    }
    for booking in &seen.bookings {
        if !known.contains(&booking.purpose) {
            wrong.push(format!("nobody asked for {}", booking.name));
        }
    }
    for (hall, capacity) in &seen.capacities {
        let here: Vec<_> = seen
            .bookings
            .iter()
            .filter(|one| one.takes && one.hall == *hall)
            .collect();
        // what is taken is highest where something begins
        for begins in here.iter().map(|one| one.from).collect::<BTreeSet<_>>() {
            let at_once = here.iter().filter(|one| (one.from..one.until).contains(&begins));
            let taken: i64 = at_once.map(|one| one.quantity).sum();
            if taken > *capacity {
                wrong.push(format!("{taken} of {capacity} are taken in {hall} at {begins}"));
            }
        }
    }
}

fn votes(asked: &[Asked], seen: &Seen, wrong: &mut Vec<String>) {
    for (name, vote) in &seen.votes {
        let mut cast = BTreeMap::new();
        for (organization, choice) in &vote.ballots {
            if cast.insert(organization, *choice).is_some() {
                wrong.push(format!("{organization} has two ballots in {name}"));
            }
        }
        let here = asked
            .iter()
            .filter(|one| matches!(&one.act, Act::Ballot { vote, .. } if vote == name));
        let mut heard = BTreeSet::new();
        for one in here {
            let Act::Ballot {
                organization, choice, ..
            } = &one.act
            else {
                continue;
            };
            heard.insert(organization);
            match (&one.outcome, cast.get(organization)) {
                (Outcome::Done(_), None) => wrong.push(format!("the ballot of {organization} in {name} is lost")),
                (_, Some(there)) if there != choice => {
                    wrong.push(format!(
                        "{organization} said {choice:?} in {name}, and {there:?} is there"
                    ));
                }
                (Outcome::Refused(reason), Some(_)) => {
                    wrong.push(format!(
                        "the ballot of {organization} was refused ({reason}) and is there"
                    ));
                }
                _ => {}
            }
        }
        for organization in cast.keys().filter(|organization| !heard.contains(*organization)) {
            wrong.push(format!("{organization} never voted in {name} and has a ballot"));
        }
        let count =
            |wanted| i64::try_from(cast.values().filter(|choice| **choice == wanted).count()).unwrap_or(i64::MAX);
        let counted = Tally {
            yes: count(Choice::Yes),
            no: count(Choice::No),
            abstain: count(Choice::Abstain),
        };
        if let Some(tally) = vote.tally.filter(|tally| *tally != counted) {
            wrong.push(format!(
                "{name} was counted as {tally:?} and its ballots are {counted:?}"
            ));
        }
    }
    for one in asked {
        if let (Act::Tally { vote }, Outcome::Done(_)) = (&one.act, &one.outcome)
            && seen.votes.get(vote).is_some_and(|vote| vote.tally.is_none())
        {
            wrong.push(format!("{vote} was closed and is not counted: that is lost"));
        }
    }
}

fn rules(asked: &[Asked], probes: &[Probe], seen: &Seen, wrong: &mut Vec<String>) {
    let mut last = 0;
    for (number, change) in &seen.revisions {
        if *number <= last {
            wrong.push(format!("revision {number} of {change} comes after {last}"));
        }
        last = *number;
    }
    let (mut newest, mut acknowledged) = (0, Vec::new());
    for one in asked {
        let (
            Act::Rule {
                change,
                revision,
                allows,
            },
            Outcome::Done(_),
        ) = (&one.act, &one.outcome)
        else {
            continue;
        };
        if *revision <= newest {
            wrong.push(format!(
                "revision {revision} of {change} was acknowledged after {newest}"
            ));
        }
        newest = *revision;
        let there = seen.revisions.iter().filter(|(_, of)| of == change).count();
        match there {
            0 => wrong.push(format!("revision {revision} of {change} was acknowledged and is lost")),
            1 => {}
            _ => wrong.push(format!("{change} was activated {there} times")),
        }
        acknowledged.push((one, *allows));
    }
    for probe in probes.iter().filter(|probe| probe.allowed) {
        // the rules that hold when somebody asks, and the next ones, which may be there before they are acknowledged
        let before = acknowledged.iter().rev().find(|(one, _)| one.ended <= probe.begun);
        let Some((one, false)) = before else { continue };
        let since = probe.begun.duration_since(one.ended);
        let next_begun = asked.iter().any(|next| {
            matches!(next.act, Act::Rule { allows: true, .. }) && next.begun >= one.ended && next.begun <= probe.begun
        });
        if since > STALE && !next_begun {
            wrong.push(format!(
                "gateway {} followed a rule {since:?} after it was taken back",
                probe.door + 1
            ));
        }
    }
}

/// What is wrong with the record: every act that is told is told once. Events are types and subjects.
pub fn recorded(asked: &[Asked], events: &[(String, String)]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for (kind, subject) in events {
        let kind = kind.rsplit('.').next().unwrap_or_default();
        *counts.entry((kind, subject)).or_default() += 1;
    }
    for one in asked {
        let Outcome::Done(name) = &one.outcome else { continue };
        let (kind, subject) = match &one.act {
            Act::Transfer { .. } => ("TransferPosted", name),
            Act::Booking { .. } => ("BookingMade", name),
            Act::Ballot { .. } => ("BallotCast", name),
            Act::Rule { change, .. } => ("ChangeActivated", change),
            Act::Tally { vote } => ("VoteClosed", vote),
            Act::Step(_) | Act::Read => continue,
        };
        match counts.get(&(kind, subject.as_str())) {
            Some(1) => {}
            None => wrong.push(format!("the record has no {kind} of {subject}: it is lost")),
            Some(count) => wrong.push(format!("the record has {count} times {kind} of {subject}")),
        }
    }
    wrong
}
