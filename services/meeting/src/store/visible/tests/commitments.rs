//! The same for commitments, whose holder sees them too.

use yihe_tally::{Date, DayUnit};

use super::*;
use crate::domain::{Commitment, CommitmentPart, Doing, Escalation, Holder, NewCommitment, Origin};
use crate::names::CommitmentName;
use crate::store::commitment::Wanted;

fn facts(row: &Row, holder: u128, acting: Option<u128>) -> Facts {
    let holds = Some(Member::Organization(organization(holder)));
    Facts {
        assignee: acting.is_some() && acting.map(member) == holds,
        ..row.meeting_facts(acting)
    }
}

fn made(community: &CommunityId, id: uuid::Uuid, row: &Row, holder: u128) -> crate::domain::Changed {
    let name = CommitmentName {
        community: community.clone(),
        commitment: id.into(),
    };
    let of = |organization: OrganizationId| Holder {
        organization,
        display_name: "单位".to_owned(),
    };
    let origin = Origin {
        body: id.into(),
        meeting: id.into(),
        resolution: None,
        agenda_item: None,
        convener: of(organization(row.convener)),
        escalation: Escalation {
            days: 7,
            unit: DayUnit::Calendar,
        },
    };
    let new = NewCommitment {
        part: CommitmentPart::Lead,
        text: "挂灯".to_owned(),
        due_on: "2026-06-01".parse::<Date>().unwrap(),
        external_ref: String::new(),
        problem: None,
    };
    let doing = Doing {
        actor: "users/someone".to_owned(),
        organization: None,
        at: instant(),
    };
    let calendar = yihe_tally::Calendar::shipped().unwrap();
    Commitment::make(
        (name, id.into()),
        origin,
        of(organization(holder)),
        (new, &calendar),
        doing,
    )
    .unwrap()
}

#[test]
fn sql_lets_through_the_commitments_that_the_facts_let_through() {
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
    let mut runner = TestRunner::new(Config::with_cases(24));
    let communities = std::cell::Cell::new(440_310_000_000_u64);
    let cases = (
        rows(),
        prop::collection::vec(1..=MEMBERS, 6),
        prop::collection::vec((filters(), prop::option::of(1..=MEMBERS)), 12),
    );
    runner
        .run(&cases, |(rows, holders, callers)| {
            communities.set(communities.get() + 1);
            let community: CommunityId = communities.get().to_string().parse().unwrap();
            runtime.block_on(async {
                let named = fill(&store, &community, &rows).await;
                let held: Vec<_> = named.into_iter().zip(holders).collect();
                let input: Vec<_> = held
                    .iter()
                    .map(|((row, id), holder)| made(&community, *id, row, *holder))
                    .collect();
                let filled = store.transaction("test.commit", input, |tx, input| {
                    Box::pin(async move {
                        for made in input {
                            let community = made.commitment.name.community.clone();
                            let by = Authorized::by_event("test", uuid::Uuid::from_u128(1), community);
                            store::commitment::insert(tx, &by, made).await?;
                        }
                        Ok(())
                    })
                });
                filled.await.unwrap();
                for (filter, acting) in callers {
                    let sight = Sight {
                        filter,
                        member: acting.map(member),
                        assemblies: Vec::new(),
                    };
                    let page = store.page("test", 1000, "").unwrap();
                    let wanted = Wanted::default();
                    let found = store::commitment::list(store.reader(), &community, &wanted, &sight, &page)
                        .await
                        .unwrap();
                    let found: Vec<_> = found.iter().map(|one| one.name.commitment.uuid()).collect();
                    let through = |((row, _), holder): &&((Row, uuid::Uuid), u128)| {
                        let facts = facts(row, *holder, acting);
                        filter.lets_through(&|condition| facts.holds(condition))
                    };
                    let seen: Vec<_> = held.iter().filter(through).map(|((_, id), _)| *id).collect();
                    assert_eq!(found, seen, "{filter:?}");
                }
            });
            Ok(())
        })
        .unwrap();
}
