//! Whatever is done to a commitment, and in whatever order, it has one holder at each instant while it is open.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use uuid::Uuid;
use yihe_kernel::{OrganizationId, SystemClock, Timestamp};
use yihe_store::{Backend, Store, StoreConfig};
use yihe_tally::{Calendar, DayUnit};

use super::*;
use crate::domain::{CommitmentPart, Doing, Escalation, Holder, NewCommitment, Origin};
use crate::names::CommitmentName;

const ORGANIZATIONS: u128 = 4;

/// What is tried, by whom; most of it is refused in most states.
#[derive(Debug, Clone)]
enum Attempt {
    Accept(u128),
    Decline(u128),
    Reassign(u128),
    Progress(u128),
    Complete(u128),
    Confirm,
    Reopen,
    Escalate,
    Leave,
}

fn attempts() -> impl Strategy<Value = Vec<(Attempt, i64)>> {
    let who = || 1..=ORGANIZATIONS;
    let attempt = prop_oneof![
        4 => who().prop_map(Attempt::Accept),
        4 => who().prop_map(Attempt::Decline),
        3 => who().prop_map(Attempt::Reassign),
        3 => who().prop_map(Attempt::Progress),
        3 => who().prop_map(Attempt::Complete),
        1 => Just(Attempt::Confirm),
        1 => Just(Attempt::Reopen),
        1 => Just(Attempt::Escalate),
        1 => Just(Attempt::Leave),
    ];
    // clocks are set back at times
    prop::collection::vec((attempt, -3_600..200_000_i64), 1..40)
}

fn organization(number: u128) -> OrganizationId {
    Uuid::from_u128(number).into()
}

fn holder(number: u128) -> Holder {
    Holder {
        organization: organization(number),
        display_name: format!("单位 {number}"),
    }
}

fn doing(number: u128, at: Timestamp) -> Doing {
    Doing {
        actor: "users/someone".to_owned(),
        organization: Some(organization(number)),
        at,
    }
}

fn made(name: &CommitmentName, at: Timestamp) -> Changed {
    let origin = Origin {
        body: Uuid::from_u128(10).into(),
        meeting: Uuid::from_u128(11).into(),
        resolution: None,
        agenda_item: None,
        convener: holder(1),
        escalation: Escalation {
            days: 7,
            unit: DayUnit::Calendar,
        },
    };
    let new = NewCommitment {
        part: CommitmentPart::Lead,
        text: "桥洞挂灯".to_owned(),
        due_on: "2026-03-20".parse().unwrap(),
        external_ref: String::new(),
        problem: None,
    };
    Commitment::make(
        (name.clone(), name.commitment),
        origin,
        holder(2),
        (new, &calendar()),
        doing(1, at),
    )
    .unwrap()
}

fn calendar() -> Calendar {
    Calendar::shipped().unwrap()
}

fn tried(commitment: Commitment, attempt: &Attempt, at: Timestamp) -> Option<Changed> {
    let text = String::new;
    match attempt {
        Attempt::Accept(who) => commitment.accept(text(), doing(*who, at)).ok(),
        Attempt::Decline(who) => commitment.decline(text(), None, doing(*who, at)).ok(),
        Attempt::Reassign(to) => commitment
            .reassign(holder(*to), None, text(), (doing(1, at), &calendar()))
            .ok(),
        Attempt::Progress(who) => commitment.progress(text(), doing(*who, at)).ok(),
        Attempt::Complete(who) => commitment.complete(text(), Vec::new(), doing(*who, at)).ok(),
        Attempt::Confirm => commitment.confirm(text(), doing(1, at)).ok(),
        Attempt::Reopen => commitment.reopen(text(), doing(1, at), &calendar()).ok(),
        Attempt::Escalate => commitment.escalate(doing(1, at), &calendar()).unwrap(),
        Attempt::Leave => commitment.holder_left(doing(1, at)),
    }
}

fn begin() -> Timestamp {
    "2026-03-09T08:00:00Z".parse().unwrap()
}

async fn opened(files: &tempfile::TempDir) -> Store {
    let backend = Backend::Sqlite {
        file: files.path().join("meeting.db"),
    };
    let config = StoreConfig::new(backend, [1; 32]);
    Store::open(&config, crate::migrations, Arc::new(SystemClock))
        .await
        .unwrap()
}

/// Makes one and tries the attempts, each in a transaction of its own; returns how many were let through.
async fn live(store: &Store, name: &CommitmentName, attempts: Vec<(Attempt, i64)>) -> u64 {
    let first = made(name, begin());
    let inserted = store.transaction("test.make", first, |tx, first| {
        Box::pin(async move {
            let by = Authorized::by_event("test", Uuid::from_u128(1), first.commitment.name.community.clone());
            insert(tx, &by, first).await
        })
    });
    inserted.await.unwrap();
    let (mut at, mut through) = (begin(), 0);
    for (attempt, seconds) in attempts {
        at = at.plus_seconds(seconds);
        let input = (name.clone(), attempt, at);
        let saved = store.transaction("test.try", input, |tx, (name, attempt, at)| {
            Box::pin(async move {
                let Some(changed) = tried(hold(tx, name).await?, attempt, *at) else {
                    return Ok(0);
                };
                let by = Authorized::by_event("test", Uuid::from_u128(1), name.community.clone());
                save(tx, &by, &changed).await?;
                Ok(1)
            })
        });
        through += saved.await.unwrap();
    }
    through
}

async fn check(store: &Store, name: &CommitmentName) {
    let commitment = find(store.reader(), name).await.unwrap().unwrap();
    let held = holdings(store.reader(), name).await.unwrap();
    assert_eq!(held[0].1, begin());
    for pair in held.windows(2) {
        let [(_, started, ended), (_, next, _)] = pair else {
            unreachable!()
        };
        assert_eq!(*ended, Some(*next), "one begins where the other ends");
        assert!(started <= next);
    }
    let (last, _, ended) = held.last().unwrap();
    assert_eq!(*last, commitment.holder.organization);
    assert_eq!(ended.is_none(), commitment.state.is_open());
    let page = store.page("test", 1000, "").unwrap();
    let steps = history(store.reader(), name, &page).await.unwrap();
    assert!(
        steps.iter().map(|step| step.serial).eq(1..=commitment.version),
        "no step is lost"
    );
    let last = steps.last().unwrap();
    assert_eq!((last.state, &last.holder), (commitment.state, &commitment.holder));
}

#[test]
fn an_open_commitment_has_exactly_one_holder_at_every_instant() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let files = tempfile::tempdir().unwrap();
    let store = runtime.block_on(opened(&files));
    let through = std::cell::Cell::new(0);
    TestRunner::new(Config::with_cases(48))
        .run(&attempts(), |attempts| {
            let name = CommitmentName {
                community: "440309002021".parse().unwrap(),
                commitment: store.ids().next(),
            };
            runtime.block_on(async {
                through.set(through.get() + live(&store, &name, attempts).await);
                check(&store, &name).await;
            });
            Ok(())
        })
        .unwrap();
    assert!(
        through.get() > 100,
        "hardly anything was let through: {}",
        through.get()
    );
}

#[tokio::test]
async fn the_tables_refuse_a_second_holder() {
    let files = tempfile::tempdir().unwrap();
    let store = opened(&files).await;
    let name = CommitmentName {
        community: "440309002021".parse().unwrap(),
        commitment: store.ids().next(),
    };
    live(&store, &name, Vec::new()).await;
    let second = store.transaction("test.second", made(&name, begin()), |tx, made| {
        Box::pin(async move {
            let mut made = made.clone();
            made.step.serial = 2;
            begin_holding(tx, &made).await
        })
    });
    assert!(second.await.is_err());
    check(&store, &name).await;
}
