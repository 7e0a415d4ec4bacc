//! The facts in SQL and the facts in Rust must let the same rows through, whatever the rows and the policies.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use uuid::Uuid;
use yihe_authz::{Authorized, Condition, ConditionSet, Filter};
use yihe_kernel::{CommunityId, OrganizationId, Timestamp};
use yihe_store::{Backend, Page, Store, StoreConfig};

use super::Sight;
use crate::domain::{
    Bookable, BookableKind, Booker, BookerId, Booking, BookingRules, BookingState, Claim, ClaimState, Interval, List,
    Listing, ListingName, Organization, OrganizationKind, Project, QuantityUnit, Urgency,
};
use crate::lookup::Facts;
use crate::names::{BookableName, BookingName, ClaimName, ProjectName};
use crate::store;

const ORGANIZATIONS: u128 = 4;
/// The organizations, and persons who book for themselves.
const BOOKERS: u128 = 6;

/// Which organization owns something, and who booked it; an organization claimed it.
type Row = (u128, u128);
/// A plan, and for whom the caller acts.
type Looking = (Filter, Option<u128>);

fn organization(number: u128) -> OrganizationId {
    Uuid::from_u128(number).into()
}

fn named(number: u128) -> Organization {
    Organization {
        id: organization(number),
        kind: OrganizationKind::Unspecified,
        display_name: "单位".to_owned(),
    }
}

fn booker(number: u128) -> BookerId {
    match number {
        ..=ORGANIZATIONS => BookerId::Organization(organization(number)),
        _ => BookerId::Person(Uuid::from_u128(number).into()),
    }
}

/// The organization that claims where somebody books.
fn claimant(number: u128) -> u128 {
    number.min(ORGANIZATIONS)
}

fn instant() -> Timestamp {
    Timestamp::from_seconds(1_770_000_000)
}

/// What a row stands for, in each list.
#[derive(Debug, Clone)]
struct Made {
    bookable: Bookable,
    booking: Booking,
    listing: Listing,
    claim: Claim,
    project: Project,
}

fn made(community: &CommunityId, id: Uuid, (owner, other): Row) -> Made {
    let bookable = BookableName {
        community: community.clone(),
        bookable: id.into(),
    };
    let listing = ListingName {
        community: community.clone(),
        list: List::Need,
        id: id.into(),
    };
    Made {
        booking: Booking {
            name: BookingName {
                community: community.clone(),
                booking: id.into(),
            },
            bookable: id.into(),
            owner: organization(owner),
            booker: match booker(other) {
                BookerId::Organization(_) => named(other).into(),
                BookerId::Person(user) => Booker::person(user),
            },
            interval: Interval::new(instant(), instant().plus_seconds(60)).unwrap(),
            quantity: 1,
            purpose: String::new(),
            project: None,
            state: BookingState::Cancelled,
            expires_at: None,
            occupies: None,
            alone: false,
            external_ref: String::new(),
            series: None,
            note: String::new(),
            created_at: instant(),
            version: 1,
        },
        claim: Claim {
            name: ClaimName {
                community: community.clone(),
                claim: id.into(),
            },
            listing: listing.clone(),
            owner: organization(owner),
            claimant: named(claimant(other)),
            quantity: 1,
            delivered: 0,
            note: String::new(),
            state: ClaimState::Proposed,
            reason: String::new(),
            project: None,
            created_at: instant(),
            version: 1,
        },
        listing: Listing {
            name: listing,
            owner: named(owner),
            category: "people".to_owned(),
            title: "需求".to_owned(),
            description: String::new(),
            quantity: 1,
            unit: QuantityUnit::Hour,
            committed: 0,
            delivered: 0,
            place: String::new(),
            from: None,
            until: None,
            urgency: Urgency::Normal,
            project: None,
            external_ref: String::new(),
            created_at: instant(),
            ended_at: None,
            version: 1,
        },
        project: Project {
            name: ProjectName {
                community: community.clone(),
                project: id.into(),
            },
            title: "项目".to_owned(),
            description: String::new(),
            owner: named(owner),
            resolution: None,
            created_at: instant(),
            ended_at: None,
        },
        bookable: Bookable {
            name: bookable,
            kind: BookableKind::Place,
            owner: named(owner),
            title: "厅".to_owned(),
            description: String::new(),
            place: String::new(),
            capacity: 1,
            rules: BookingRules::default(),
            external_ref: String::new(),
            longest_span: 0,
            created_at: instant(),
            ended_at: None,
            version: 1,
        },
    }
}

async fn insert(store: &Store, all: &[Made]) {
    let filled = store.transaction("test.rows", all.to_vec(), |tx, all| {
        Box::pin(async move {
            for one in all {
                let by = Authorized::by_event("test", Uuid::from_u128(1), one.bookable.name.community.clone());
                store::bookable::insert(tx, &by, &one.bookable).await?;
                store::booking::insert(tx, &by, &one.booking).await?;
                store::listing::insert(tx, &by, &one.listing).await?;
                store::claim::insert(tx, &by, &one.claim).await?;
                store::project::insert(tx, &by, &one.project).await?;
            }
            Ok(())
        })
    });
    filled.await.unwrap();
}

/// The ids that each list shows: bookables, bookings, needs, claims, projects.
async fn seen(store: &Store, community: &CommunityId, sight: &Sight, page: &Page) -> [Vec<Uuid>; 5] {
    let reader = store.reader();
    let (opened, booked) = (store::bookable::Wanted::default(), store::booking::Wanted::default());
    let (listed, claimed) = (store::listing::Wanted::default(), store::claim::Wanted::default());
    let bookables = store::bookable::list(reader, community, &opened, sight, page);
    let bookings = store::booking::list(reader, community, &booked, sight, page);
    let needs = store::listing::list(reader, (community, List::Need), &listed, sight, page);
    let claims = store::claim::list(reader, community, &claimed, sight, page);
    let projects = store::project::list(reader, community, None, sight, page);
    [
        bookables
            .await
            .unwrap()
            .iter()
            .map(|one| one.name.bookable.uuid())
            .collect(),
        bookings
            .await
            .unwrap()
            .iter()
            .map(|one| one.name.booking.uuid())
            .collect(),
        needs.await.unwrap().iter().map(|one| one.name.id.uuid()).collect(),
        claims.await.unwrap().iter().map(|one| one.name.claim.uuid()).collect(),
        projects
            .await
            .unwrap()
            .iter()
            .map(|one| one.name.project.uuid())
            .collect(),
    ]
}

/// The same by the facts of a look-up.
fn let_through(filter: Filter, acting: Option<u128>, rows: &[(Uuid, Row)]) -> [Vec<Uuid>; 5] {
    let through = |facts: &dyn Fn(Row) -> Facts| -> Vec<Uuid> {
        let one = |(_, row): &&(Uuid, Row)| {
            let facts = facts(*row);
            filter.lets_through(&|condition| facts.holds(condition))
        };
        rows.iter().filter(one).map(|(id, _)| *id).collect()
    };
    let acting = acting.map(booker);
    let acting_for = match acting {
        Some(BookerId::Organization(organization)) => Some(organization),
        Some(BookerId::Person(_)) | None => None,
    };
    let owned = |(owner, _): Row| Facts::owned(organization(owner), acting_for);
    let booked = |(owner, other): Row| Facts {
        caller: acting == Some(booker(other)),
        ..owned((owner, other))
    };
    let claimed = |(owner, other): Row| {
        let is_its_own = acting_for == Some(organization(claimant(other)));
        Facts {
            assignee: is_its_own,
            caller: is_its_own,
            ..owned((owner, other))
        }
    };
    [
        through(&owned),
        through(&booked),
        through(&owned),
        through(&claimed),
        through(&owned),
    ]
}

fn lookings() -> impl Strategy<Value = Vec<Looking>> {
    let set = || {
        prop::sample::subsequence(Condition::ALL.to_vec(), 0..=3)
            .prop_map(|set| set.into_iter().collect::<ConditionSet>())
    };
    let plan = (prop::option::of(set()), set()).prop_map(|(allow_if, deny_if)| Filter::Where { allow_if, deny_if });
    let filter = prop_oneof![1 => Just(Filter::All), 1 => Just(Filter::None), 8 => plan];
    prop::collection::vec((filter, prop::option::of(1..=BOOKERS)), 12)
}

#[test]
fn sql_lets_through_what_the_facts_let_through() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let files = tempfile::tempdir().unwrap();
    let clock = std::sync::Arc::new(yihe_kernel::SystemClock);
    let backend = Backend::Sqlite {
        file: files.path().join("resource.db"),
    };
    let config = StoreConfig::new(backend, [1; 32]);
    let store = runtime
        .block_on(Store::open(&config, crate::migrations, clock))
        .unwrap();
    let rows = prop::collection::vec((1..=ORGANIZATIONS, 1..=BOOKERS), 1..8);
    let communities = std::cell::Cell::new(440_309_000_000_u64);
    TestRunner::new(Config::with_cases(32))
        .run(&(rows, lookings()), |(rows, lookings)| {
            communities.set(communities.get() + 1);
            let community: CommunityId = communities.get().to_string().parse().unwrap();
            let rows: Vec<(Uuid, Row)> = rows.into_iter().map(|row| (store.ids().next(), row)).collect();
            let all: Vec<Made> = rows.iter().map(|(id, row)| made(&community, *id, *row)).collect();
            runtime.block_on(async {
                insert(&store, &all).await;
                for (filter, acting) in lookings {
                    let sight = Sight {
                        filter,
                        acting: acting.map(booker),
                    };
                    let page = store.page("test", 1000, "").unwrap();
                    let found = seen(&store, &community, &sight, &page).await;
                    assert_eq!(found, let_through(filter, acting, &rows), "{filter:?} {acting:?}");
                }
            });
            Ok(())
        })
        .unwrap();
}
