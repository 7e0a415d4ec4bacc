//! The same for ratifications, seen from the meeting that adopted the motion and from the one they were routed to; owners'
//! assemblies included.

use super::*;
use crate::domain::{Ratification, RatificationState, Route};
use crate::names::{BodyId, RatificationName};

/// The row of the meeting it was routed to, if it was.
type Routed = Option<prop::sample::Index>;

fn ratification(community: &CommunityId, id: uuid::Uuid, to: Option<uuid::Uuid>) -> Ratification {
    let meeting = |id: uuid::Uuid| MeetingName {
        community: community.clone(),
        meeting: id.into(),
    };
    let route = to.map(|to| Route {
        item: meeting(to).agenda_item(to.into()),
        motion: meeting(to).motion(to.into()),
        at: instant(),
    });
    Ratification {
        name: RatificationName {
            community: community.clone(),
            ratification: id.into(),
        },
        motion: meeting(id).motion(id.into()),
        body: id.into(),
        body_kind: BodyKind::OwnersAssembly,
        title: "维修资金".to_owned(),
        text: String::new(),
        matter_class: MatterClass::OwnersSpecial,
        state: if route.is_some() {
            RatificationState::Routed
        } else {
            RatificationState::Pending
        },
        created_at: instant(),
        route,
        settlement: None,
    }
}

/// Who acts, and whether it owns in the body of each row.
type Looking = (Filter, Option<u128>, Vec<bool>);

fn lookings() -> impl Strategy<Value = Vec<Looking>> {
    let assemblies = prop::collection::vec(any::<bool>(), 6);
    prop::collection::vec((filters(), prop::option::of(1..=MEMBERS), assemblies), 12)
}

#[test]
fn sql_lets_through_the_ratifications_that_the_facts_let_through() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let files = tempfile::tempdir().unwrap();
    let clock = std::sync::Arc::new(yihe_kernel::SystemClock);
    let backend = Backend::Sqlite {
        file: files.path().join("meeting.db"),
    };
    let config = StoreConfig::new(backend, [1; 32]);
    let store = runtime
        .block_on(Store::open(&config, crate::migrations, clock))
        .unwrap();
    let mut runner = TestRunner::new(Config::with_cases(48));
    let communities = std::cell::Cell::new(440_311_000_000_u64);
    let routes = prop::collection::vec(prop::option::of(any::<prop::sample::Index>()), 6);
    runner
        .run(&(rows(), routes, lookings()), |(rows, routes, lookings)| {
            communities.set(communities.get() + 1);
            let community: CommunityId = communities.get().to_string().parse().unwrap();
            runtime.block_on(async {
                let named = fill(&store, &community, &rows).await;
                let routed = |to: &Routed| to.map(|to| to.index(named.len()));
                let to: Vec<Option<usize>> = routes.iter().map(routed).collect();
                insert(&store, &community, &named, &to).await;
                for (filter, acting, owns) in &lookings {
                    check(&store, &community, &named, &to, (*filter, *acting, owns)).await;
                }
            });
            Ok(())
        })
        .unwrap();
}

async fn insert(store: &Store, community: &CommunityId, named: &[(Row, uuid::Uuid)], to: &[Option<usize>]) {
    let input: Vec<_> = named
        .iter()
        .zip(to)
        .map(|((_, id), to)| ratification(community, *id, to.map(|to| named[to].1)))
        .collect();
    let filled = store.transaction("test.ratify", input, |tx, input| {
        Box::pin(async move {
            for made in input {
                let by = Authorized::by_event("test", uuid::Uuid::from_u128(1), made.name.community.clone());
                store::ratification::insert(tx, &by, made).await?;
            }
            Ok(())
        })
    });
    filled.await.unwrap();
}

async fn check(
    store: &Store,
    community: &CommunityId,
    named: &[(Row, uuid::Uuid)],
    to: &[Option<usize>],
    (filter, acting, owns): (Filter, Option<u128>, &[bool]),
) {
    let member = acting.map(member);
    // only persons own
    let owns = |row: usize| matches!(member, Some(Member::Person(_))) && owns[row];
    let assemblies = (0..named.len())
        .filter(|row| owns(*row))
        .map(|row| BodyId::from(named[row].1));
    let sight = Sight {
        filter,
        member,
        assemblies: assemblies.collect(),
    };
    let page = store.page("test", 1000, "").unwrap();
    let found = store::ratification::list(store.reader(), community, &sight, &page)
        .await
        .unwrap();
    let found: Vec<_> = found.iter().rev().map(|one| one.name.ratification.uuid()).collect();
    let of_meeting = |row: usize| {
        let facts = named[row].0.meeting_facts(acting);
        Facts {
            participant: facts.participant || owns(row),
            ..facts
        }
    };
    let through = |row: &usize| {
        let mut facts = of_meeting(*row);
        if let Some(to) = to[*row] {
            let routed = of_meeting(to);
            facts.participant |= routed.participant;
            facts.convener |= routed.convener;
        }
        filter.lets_through(&|condition| facts.holds(condition))
    };
    let seen: Vec<_> = (0..named.len()).filter(through).map(|row| named[row].1).collect();
    assert_eq!(found, seen, "{filter:?} {acting:?} {to:?}");
}
