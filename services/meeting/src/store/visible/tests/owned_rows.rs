//! The rows below a meeting that belong to somebody: agenda items, motions, amendments, objections to a class. Their SQL knows whose
//! they are and nothing else; what else a plan asks for is the meeting's.

use super::*;
use crate::domain::{
    AgendaItem, AgendaItemKind, Amendment, AmendmentState, ClassObjection, ClassObjectionState, Course, Motion,
    MotionState,
};
use crate::lookup::Rows;

const ROWS: usize = 6;

/// A caller, its facts about the meeting, and its plan.
type Looking = (Filter, Option<u128>, bool, bool);

fn lookings() -> impl Strategy<Value = Vec<Looking>> {
    let one = (filters(), prop::option::of(1..=MEMBERS), any::<bool>(), any::<bool>());
    prop::collection::vec(one, 12)
}

#[derive(Clone)]
struct Made {
    items: Vec<AgendaItem>,
    motions: Vec<Motion>,
    amendments: Vec<Amendment>,
    objections: Vec<ClassObjection>,
}

fn made(store: &Store, meeting: &MeetingName, owners: &[u128]) -> Made {
    let mut made = Made {
        items: Vec::new(),
        motions: Vec::new(),
        amendments: Vec::new(),
        objections: Vec::new(),
    };
    for (position, owner) in (1..).zip(owners) {
        let id = || store.ids().next::<uuid::Uuid>();
        let (item, motion, owner) = (id(), id(), member(*owner));
        made.items.push(AgendaItem {
            name: meeting.agenda_item(item.into()),
            position,
            title: "议题".to_owned(),
            description: String::new(),
            proposer: owner,
            proposer_display_name: String::new(),
            kind: AgendaItemKind::Decision,
            matter_class: MatterClass::Coordination,
            building: String::new(),
            noticed: false,
            created_at: instant(),
            withdrawn_at: None,
            course: Course::default(),
            papers: Vec::new(),
            version: 1,
        });
        made.motions.push(Motion {
            name: meeting.motion(motion.into()),
            agenda_item: item.into(),
            text: "议案".to_owned(),
            version: 1,
            mover: owner,
            mover_display_name: String::new(),
            candidate: None,
            state: MotionState::Submitted,
            created_at: instant(),
            withdrawal: None,
        });
        made.amendments.push(Amendment {
            name: meeting.amendment(id().into()),
            motion: motion.into(),
            motion_version: 1,
            rank: position,
            text: "修正".to_owned(),
            rationale: String::new(),
            mover: owner,
            mover_display_name: String::new(),
            state: AmendmentState::Submitted,
            created_at: instant(),
            ended_at: None,
            strike_reason: None,
        });
        made.objections.push(ClassObjection {
            name: meeting.class_objection(id().into()),
            agenda_item: item.into(),
            objector: owner,
            objector_display_name: String::new(),
            matter_class: MatterClass::Coordination,
            reason: "异议".to_owned(),
            state: ClassObjectionState::Open,
            created_at: instant(),
            ended_at: None,
            show_of_hands: None,
        });
    }
    made
}

async fn insert(store: &Store, made: &Made) {
    let filled = store.transaction("test.rows", made.clone(), |tx, made| {
        Box::pin(async move {
            for (place, item) in made.items.iter().enumerate() {
                let by = Authorized::by_event("test", uuid::Uuid::from_u128(1), item.name.community.clone());
                store::agenda::insert(tx, &by, item).await?;
                store::motion::insert(tx, &by, &made.motions[place]).await?;
                store::amendment::insert(tx, &by, &made.amendments[place]).await?;
                store::class_objection::insert(tx, &by, &made.objections[place]).await?;
            }
            Ok(())
        })
    });
    filled.await.unwrap();
}

async fn check(store: &Store, meeting: &MeetingName, made: &Made, looking: Looking) {
    let (filter, acting, participant, convener) = looking;
    let caller = acting.map(member);
    let facts = Facts {
        participant: participant && acting.is_some(),
        convener: convener && acting.is_some(),
        ..Facts::default()
    };
    let through = |owner: Member| {
        let facts = facts.owned_by(owner, caller);
        filter.lets_through(&|condition| facts.holds(condition))
    };
    let Some(rows) = Rows::let_through(filter, facts, caller) else {
        let none = !made.items.iter().any(|item| through(item.proposer));
        assert!(none, "{looking:?} is told of nothing");
        return;
    };
    let (page, reader) = (store.page("test", 1000, "").unwrap(), store.reader());
    let items = store::agenda::list(reader, meeting, rows, &page).await.unwrap();
    let motions = store::motion::list(reader, meeting, rows, &page).await.unwrap();
    let amendments = store::amendment::list(reader, meeting, None, rows, &page)
        .await
        .unwrap();
    let objections = store::class_objection::list(reader, meeting, rows, &page)
        .await
        .unwrap();
    let seen = Made {
        items: made.items.iter().filter(|row| through(row.proposer)).cloned().collect(),
        motions: made.motions.iter().filter(|row| through(row.mover)).cloned().collect(),
        amendments: made
            .amendments
            .iter()
            .filter(|row| through(row.mover))
            .cloned()
            .collect(),
        objections: made
            .objections
            .iter()
            .filter(|row| through(row.objector))
            .cloned()
            .collect(),
    };
    assert_eq!(items, seen.items, "{looking:?}");
    assert_eq!(motions, seen.motions, "{looking:?}");
    assert_eq!(amendments, seen.amendments, "{looking:?}");
    assert_eq!(objections, seen.objections, "{looking:?}");
}

#[test]
fn sql_lets_through_the_rows_of_somebody_that_the_facts_let_through() {
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
    let communities = std::cell::Cell::new(440_312_000_000_u64);
    let owners = prop::collection::vec(1..=MEMBERS, ROWS);
    runner
        .run(&(rows(), owners, lookings()), |(rows, owners, lookings)| {
            communities.set(communities.get() + 1);
            let community: CommunityId = communities.get().to_string().parse().unwrap();
            runtime.block_on(async {
                let named = fill(&store, &community, &rows[..1]).await;
                let meeting = MeetingName {
                    community: community.clone(),
                    meeting: named[0].1.into(),
                };
                let made = made(&store, &meeting, &owners);
                insert(&store, &made).await;
                for looking in lookings {
                    check(&store, &meeting, &made, looking).await;
                }
            });
            Ok(())
        })
        .unwrap();
}
