//! The same for the units of a register, whose owners sign in and whose shares change from revision to revision.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, OwnerId, SystemClock, UserId};
use yihe_proto::directory::v1::{AreaBasis, OwnerType, UnitStanding};
use yihe_store::{Backend, Failure, Store, StoreConfig};

use crate::domain::facts::Facts;
use crate::domain::names::{CompoundName, OwnerName};
use crate::domain::register::{CurrentUnit, DraftOwner, Fate, PlannedOwner, Share};
use crate::store::filter_test::Dice;
use crate::store::register::{UnitColumns, Wanted};
use crate::store::{Writing, owner, register};

const UNITS: u64 = 30;
const OWNERS: u64 = 8;
const PLANS: u64 = 400;

struct Rows {
    compound: CompoundName,
    owners: Vec<PlannedOwner>,
    /// Who signs in as which owner.
    users: HashMap<OwnerId, UserId>,
    first: Vec<CurrentUnit>,
    /// Those that another revision tells otherwise.
    second: Vec<CurrentUnit>,
}

fn owner_id(number: u64) -> OwnerId {
    Uuid::from_u128(u128::from(number) + 1).into()
}

fn unit(dice: &mut Dice, index: u64) -> CurrentUnit {
    let first = dice.below(OWNERS);
    let owners: Vec<_> = match dice.below(3) {
        0 => Vec::new(),
        1 => vec![first],
        _ => vec![first, (first + 1) % OWNERS],
    };
    let mut owners: Vec<_> = owners.into_iter().map(owner_id).collect();
    owners.sort_by_key(|owner| owner.uuid());
    CurrentUnit {
        id: Uuid::from_u128(u128::from(index) + 1).into(),
        building: "1".into(),
        number: index.to_string(),
        area: 9_000,
        area_basis: AreaBasis::Register,
        standing: UnitStanding::Sold,
        shares: owners
            .into_iter()
            .map(|owner| Share {
                owner,
                numerator: 1,
                denominator: 2,
            })
            .collect(),
        head: Uuid::from_u128(u128::from(index) + 1),
        nominee: None,
    }
}

fn rows(dice: &mut Dice) -> Rows {
    let compound = CompoundName {
        community: "440309002021".parse().unwrap(),
        compound: Uuid::from_u128(1).into(),
    };
    let owners = (0..OWNERS).map(|number| PlannedOwner {
        id: owner_id(number),
        fate: Fate::Added,
        draft: DraftOwner {
            line: 1,
            name: "某人".into(),
            owner_type: OwnerType::Person,
            key: None,
            id_hash: None,
            phone: None,
        },
    });
    let owners = owners.collect();
    // some sign in as nobody, some persons as two
    let users = (0..OWNERS).filter_map(|number| {
        let user = dice.id();
        Some((owner_id(number), dice.maybe(user)?))
    });
    let users = users.collect();
    let first: Vec<_> = (0..UNITS).map(|index| unit(dice, index)).collect();
    let second = (0..UNITS).step_by(3).map(|index| unit(dice, index)).collect();
    Rows {
        compound,
        owners,
        users,
        first,
        second,
    }
}

async fn insert(writing: &Writing<'_>, rows: &Rows) -> Result<(), Failure> {
    let compound = &rows.compound;
    owner::insert(writing, compound, &rows.owners.iter().collect::<Vec<_>>(), 1).await?;
    for (owner, user) in &rows.users {
        let name = OwnerName {
            community: compound.community.clone(),
            compound: compound.compound,
            owner: *owner,
        };
        owner::link(writing, &name, Some(*user)).await?;
    }
    register::insert_units(writing, compound, &rows.first.iter().collect::<Vec<_>>(), 1).await?;
    let changed: Vec<_> = rows.second.iter().map(|unit| unit.id).collect();
    register::end_units(writing, compound, &changed, 2).await?;
    register::insert_units(writing, compound, &rows.second.iter().collect::<Vec<_>>(), 2).await
}

#[tokio::test]
async fn sql_lets_through_the_units_that_the_facts_let_through() {
    let folder = tempfile::tempdir().unwrap();
    let place = StoreConfig::new(
        Backend::Sqlite {
            file: folder.path().join("directory.db"),
        },
        [7; 32],
    );
    let store = Store::open(&place, crate::migrations, Arc::new(SystemClock))
        .await
        .unwrap();
    let mut dice = Dice(0x0fed_cba9_8765_4321);
    let rows = Arc::new(rows(&mut dice));
    let id: CommunityId = rows.compound.community.clone();
    let by = Authorized::by_event("directory", Uuid::nil(), id);
    Writing::run(&store, "test.insert", by, Arc::clone(&rows), |writing, rows| {
        Box::pin(insert(writing, rows))
    })
    .await
    .unwrap();

    let mut partial = 0;
    for plan in 0..PLANS {
        let (sight, committee) = (dice.sight(), dice.id());
        let columns = UnitColumns {
            owners_committee: dice.maybe(committee),
        };
        for (revision, replaced) in [(1, false), (2, true)] {
            let wanted = Wanted {
                revision,
                sight: Some((&sight, &columns)),
                ..Wanted::default()
            };
            let found = register::units(store.reader(), &rows.compound, wanted).await.unwrap();
            let as_of = |unit: &CurrentUnit| {
                let second = rows.second.iter().find(|second| second.id == unit.id);
                second.filter(|_| replaced).unwrap_or(unit).clone()
            };
            let caller = sight.caller.principal.user();
            let through = |unit: &CurrentUnit| {
                let owners = unit.shares.iter().filter_map(|share| rows.users.get(&share.owner));
                let facts = Facts {
                    owner: columns.owners_committee,
                    about: caller.filter(|caller| owners.clone().any(|owner| owner == caller)),
                    served_by: None,
                };
                sight
                    .filter
                    .lets_through(&|condition| facts.hold(condition, &sight.caller))
            };
            let seen: Vec<_> = rows.first.iter().map(as_of).filter(through).collect();
            partial += usize::from(!seen.is_empty() && seen.len() < rows.first.len());
            assert_eq!(found, seen, "{plan}: {sight:?}");
        }
    }
    assert!(partial > 20, "the plans must tell rows apart: {partial}");
}
