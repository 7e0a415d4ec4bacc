//! That the check can fail: against a database that forgets what it acknowledged, and against each defect alone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use yihe_testkit::Postgres;

use super::check::{STALE, check, recorded};
use super::journal::{Act, Asked, Choice, Journal, Outcome, Probe};
use super::load::{Load, Round};
use super::plan::{Fault, Plan};
use super::seen::{Account, Booking, Posting, Seen, Tally, Vote};
use super::strike::strike;
use super::{Here, look};

/// The same cluster and load, but PostgreSQL answers before it has written (`synchronous_commit=off`) and then crashes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_forgets_is_found_out() -> Result<()> {
    let mut here = Here::start(Postgres::start_forgetting()?).await?;
    let plan = Plan {
        seed: 1,
        fault: Fault::Postgres,
        after: Duration::from_millis(1500),
        lasts: Duration::ZERO,
    };
    let round = Arc::new(Round::open(&here.people, plan.seed).await.context("opening accounts")?);
    // what was opened is written, so that it is missed where it is looked at
    tokio::time::sleep(Duration::from_millis(200)).await;
    let journal = Arc::new(Journal::default());
    let load = Load::begin(&here.people, &round, &journal);
    tokio::time::sleep(plan.after).await;
    strike(&mut here.cluster, &plan).await?;
    // somebody may stumble over what is not there any more
    let _ = load.end().await;
    let asked = journal.asked();
    let wrong = match look::look(&here.people, &[&round], &asked).await {
        Ok(seen) => check(&asked, &journal.probes(), &seen),
        Err(error) => vec![format!("{error:#}, which is lost")],
    };
    let lost: Vec<_> = wrong.iter().filter(|what| what.contains("is lost")).collect();
    ensure!(!lost.is_empty(), "{wrong:#?}");
    println!("{} things are lost, such as {:?}", lost.len(), lost.first());
    Ok(())
}

fn asked(key: &str, act: Act, outcome: Outcome) -> Asked {
    let now = Instant::now();
    Asked {
        key: key.to_owned(),
        act,
        outcome,
        begun: now,
        ended: now,
        sent: 1,
        was_there: false,
    }
}

fn done(name: &str) -> Outcome {
    Outcome::Done(name.to_owned())
}

/// Everything as it should be.
fn right() -> (Vec<Asked>, Seen) {
    let transfer = Act::Transfer {
        from: "a".into(),
        to: "b".into(),
        amount: 7,
    };
    let booking = Act::Booking {
        hall: "h".into(),
        quantity: 2,
    };
    let ballot = Act::Ballot {
        vote: "v".into(),
        organization: "o".into(),
        choice: Choice::Yes,
    };
    let rule = Act::Rule {
        change: "c".into(),
        revision: 1,
        allows: false,
    };
    let all = vec![
        asked("t1", transfer, done("t/1")),
        asked("b1", booking, done("b/1")),
        asked("v1", ballot, done("v/ballots/o")),
        asked("v2", Act::Tally { vote: "v".into() }, done("v")),
        asked("c1", rule, done("c")),
    ];
    let posting = |amount| Posting {
        transfer: "t/1".into(),
        memo: "t1".into(),
        amount,
    };
    let account = |amount| Account {
        balance: amount,
        postings: vec![posting(amount)],
    };
    let vote = Vote {
        ballots: vec![("o".into(), Choice::Yes)],
        tally: Some(Tally {
            yes: 1,
            ..Tally::default()
        }),
    };
    let seen = Seen {
        accounts: [("a".into(), account(-7)), ("b".into(), account(7))].into(),
        trial: vec![("MINUTES".into(), 0)],
        capacities: [("h".into(), 3)].into(),
        bookings: vec![Booking {
            name: "b/1".into(),
            hall: "h".into(),
            purpose: "b1".into(),
            from: 10,
            until: 20,
            quantity: 2,
            takes: true,
        }],
        votes: [("v".into(), vote)].into(),
        revisions: vec![(1, "c".into())],
    };
    (all, seen)
}

/// What the check says after something was done to what is right.
fn after(spoil: impl FnOnce(&mut Vec<Asked>, &mut Seen)) -> String {
    let (mut all, mut seen) = right();
    spoil(&mut all, &mut seen);
    check(&all, &[], &seen).join("; ")
}

#[test]
fn what_is_right_is_not_complained_of() {
    assert_eq!(after(|_, _| {}), "");
    let unheard = after(|all, seen| {
        all[1].outcome = Outcome::Unheard;
        seen.bookings.clear();
    });
    assert_eq!(unheard, "", "what nobody answered may be there or not");
    let scarce = after(|all, seen| {
        all[1].outcome = Outcome::Refused("BOOKING_FULL".into());
        seen.bookings.clear();
    });
    assert_eq!(scarce, "");
}

#[test]
fn what_is_lost_is_found() {
    assert!(after(|_, seen| seen.bookings.clear()).contains("booking b1, acknowledged as b/1, is lost"));
    let half = after(|_, seen| {
        seen.accounts.insert("b".into(), Account::default());
    });
    assert!(half.contains("is lost") && half.contains("sum to -7"), "{half}");
    let ballot = after(|_, seen| {
        seen.votes.insert("v".into(), Vote::default());
    });
    assert!(
        ballot.contains("the ballot of o in v is lost") && ballot.contains("is not counted"),
        "{ballot}"
    );
    assert!(after(|_, seen| seen.revisions.clear()).contains("was acknowledged and is lost"));
}

#[test]
fn what_is_there_twice_is_found() {
    let twice = after(|_, seen| {
        let mut again = seen.bookings[0].clone();
        again.name = "b/2".into();
        (again.from, again.until) = (30, 40);
        seen.bookings.push(again);
    });
    assert!(twice.contains("is there 2 times"), "{twice}");
    let twice = after(|_, seen| {
        for account in seen.accounts.values_mut() {
            let again = account.postings[0].clone();
            account.balance += again.amount;
            account.postings.push(again);
        }
    });
    assert!(twice.contains("transfer t1 is there 2 times"), "{twice}");
    let twice = after(|_, seen| {
        if let Some(vote) = seen.votes.get_mut("v") {
            vote.ballots.push(("o".into(), Choice::Yes));
        }
    });
    assert!(twice.contains("two ballots"), "{twice}");
    let unasked = after(|_, seen| seen.bookings[0].purpose = "other".into());
    assert!(unasked.contains("nobody asked for b/1"), "{unasked}");
    assert!(after(|all, _| all[0].outcome = Outcome::Refused("BALANCE_TOO_LOW".into())).contains("and is there"));
}

#[test]
fn what_must_never_be_is_found() {
    let over = after(|all, seen| {
        let act = Act::Booking {
            hall: "h".into(),
            quantity: 2,
        };
        all.push(asked("b2", act, done("b/2")));
        seen.bookings.push(Booking {
            name: "b/2".into(),
            purpose: "b2".into(),
            from: 19,
            until: 21,
            ..seen.bookings[0].clone()
        });
    });
    assert!(over.contains("4 of 3 are taken in h at 19"), "{over}");
    assert!(after(|_, seen| seen.trial[0].1 = 5).contains("all accounts of MINUTES sum to 5"));
    let balance = after(|_, seen| seen.accounts.values_mut().for_each(|account| account.balance += 1));
    assert!(balance.contains("its postings at"), "{balance}");
    let miscounted = after(|_, seen| {
        for vote in seen.votes.values_mut() {
            vote.tally = Some(Tally::default());
        }
    });
    assert!(miscounted.contains("was counted as"), "{miscounted}");
    let back = after(|_, seen| seen.revisions.push((1, "d".into())));
    assert!(back.contains("comes after"), "{back}");
    assert!(after(|all, _| all[0].outcome = Outcome::Refused("BROKEN".into())).contains("was refused: BROKEN"));
}

#[test]
fn a_rule_that_is_followed_too_long_is_found() {
    let (mut all, seen) = right();
    let begun = Instant::now() + STALE * 2;
    let probe = |allowed| Probe {
        door: 0,
        begun,
        allowed,
    };
    assert!(
        check(&all, &[probe(true)], &seen)
            .join("; ")
            .contains("gateway 1 followed a rule")
    );
    assert!(check(&all, &[probe(false)], &seen).is_empty());
    all[4].ended = begun - STALE;
    assert!(check(&all, &[probe(true)], &seen).is_empty(), "within the limit");
}

#[test]
fn what_the_record_lacks_or_has_twice_is_found() {
    let (all, _) = right();
    let event = |kind: &str, subject: &str| (format!("yihe.any.v1.{kind}"), subject.to_owned());
    let mut events = vec![
        event("TransferPosted", "t/1"),
        event("BookingMade", "b/1"),
        event("BallotCast", "v/ballots/o"),
        event("VoteClosed", "v"),
        event("ChangeActivated", "c"),
    ];
    assert!(recorded(&all, &events).is_empty());
    events.push(events[1].clone());
    assert!(recorded(&all, &events).join("; ").contains("2 times BookingMade"));
    events.remove(0);
    assert!(recorded(&all, &events).join("; ").contains("no TransferPosted of t/1"));
}
