//! Holds the SQL of filter plans to the facts: on random rows both let the same ones through.

use std::sync::Arc;

use uuid::Uuid;
use yihe_authz::{Authorized, Caller, Capacity, Condition, ConditionSet, Filter, Principal};
use yihe_kernel::{CommunityId, SystemClock, Timestamp};
use yihe_proto::directory::v1::{ApplicationState, OrganizationKind, Post};
use yihe_store::{Backend, Failure, Store, StoreConfig};

use crate::domain::application::Application;
use crate::domain::appointment::Appointment;
use crate::domain::client::Client;
use crate::domain::compound::{Compound, ServiceContract};
use crate::domain::facts::Facts;
use crate::domain::membership::{Membership, Organization};
use crate::store::filter::Sight;
use crate::store::{Writing, application, appointment, client, compound, membership};

const ROWS: u64 = 40;
const PLANS: u64 = 400;

/// The same numbers at every run.
pub(super) struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    pub fn id<T: From<Uuid>>(&mut self) -> T {
        T::from(Uuid::from_u128(u128::from(self.below(4)) + 1))
    }

    pub fn maybe<T>(&mut self, value: T) -> Option<T> {
        (self.below(2) == 0).then_some(value)
    }

    fn conditions(&mut self) -> ConditionSet {
        let bits = self.below(64);
        Condition::ALL
            .into_iter()
            .enumerate()
            .filter(|(place, _)| bits >> place & 1 == 1)
            .map(|(_, one)| one)
            .collect()
    }

    pub fn sight(&mut self) -> Sight {
        let principal = match self.below(3) {
            0 => Principal::Client(self.id()),
            1 => Principal::Operator,
            _ => Principal::User(self.id()),
        };
        let capacity = if self.below(3) == 0 {
            Capacity::Own
        } else {
            Capacity::Organization(self.id())
        };
        let filter = match self.below(10) {
            0 => Filter::All,
            1 => Filter::None,
            _ => {
                let allowed = self.conditions();
                Filter::Where {
                    allow_if: self.maybe(allowed),
                    deny_if: self.conditions(),
                }
            }
        };
        Sight {
            filter,
            caller: Caller {
                principal,
                capacity,
                address: None,
                token_issued_at: None,
            },
        }
    }
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_seconds(i64::try_from(seconds).unwrap())
}

struct Rows {
    applications: Vec<Application>,
    memberships: Vec<Membership>,
    appointments: Vec<Appointment>,
    clients: Vec<Client>,
    compounds: Vec<(Compound, Vec<ServiceContract>)>,
}

fn rows(dice: &mut Dice, community: &CommunityId) -> Rows {
    let kind = OrganizationKind::PropertyCompany;
    let own = |index: u64| Uuid::from_u128(u128::from(index) + 1);
    let memberships = (0..4).map(|index| Membership {
        community: community.clone(),
        organization: Organization {
            id: own(index).into(),
            kind,
            display_name: "x".into(),
        },
        superior: None,
        external_ref: None,
        created_at: at(index),
        ended_at: None,
        version: 1,
    });
    let appointments = (0..ROWS).map(|index| Appointment {
        community: community.clone(),
        id: own(index).into(),
        user: dice.id(),
        organization: dice.id(),
        kind,
        post: Post::Staff,
        start_at: at(index),
        end_at: None,
        ended_at: None,
        version: 1,
    });
    let (memberships, appointments) = (memberships.collect(), appointments.collect());
    let clients = (0..ROWS).map(|index| Client {
        community: community.clone(),
        id: own(index).into(),
        organization: dice.id(),
        kind,
        created_at: at(index),
        secret_hash: None,
        previous: None,
        rotated_at: None,
        cutoff_at: None,
        revoked_at: None,
    });
    let clients = clients.collect();
    let compounds = (0..ROWS).map(|index| {
        let made = Compound {
            community: community.clone(),
            id: own(index).into(),
            display_name: "x".into(),
            // one compound at most for each committee
            owners_committee: (index < 4).then(|| own(index).into()),
            created_at: at(index),
        };
        // one after another, as the service keeps them
        let contracts = (0..dice.below(4)).map(|place| ServiceContract {
            community: community.clone(),
            compound: made.id,
            id: own(index * 10 + place).into(),
            property_company: dice.id(),
            start_at: at(place * 10),
            end_at: Some(at(place * 10 + 5 + dice.below(6))),
            ended_at: dice.maybe(at(place * 10 + 3)),
        });
        let contracts = contracts.collect();
        (made, contracts)
    });
    let compounds = compounds.collect();
    let applications = (0..ROWS).map(|index| Application {
        community: community.clone(),
        id: own(index).into(),
        kind,
        display_name: "x".into(),
        contact: dice.id(),
        statement: String::new(),
        claim_hash: Vec::new(),
        state: ApplicationState::Pending,
        rejection_reason: None,
        created_at: at(index),
        decided_at: None,
        admission: None,
        collected_at: None,
    });
    let applications = applications.collect();
    Rows {
        applications,
        memberships,
        appointments,
        clients,
        compounds,
    }
}

async fn insert(writing: &Writing<'_>, rows: &Rows) -> Result<(), Failure> {
    for row in &rows.memberships {
        membership::insert_organization(writing, &row.organization).await?;
        membership::insert(writing, row).await?;
    }
    for row in &rows.applications {
        application::insert(writing, row).await?;
    }
    for row in &rows.appointments {
        appointment::insert(writing, row).await?;
    }
    for row in &rows.clients {
        client::insert(writing, row).await?;
    }
    for (row, contracts) in &rows.compounds {
        compound::insert(writing, row).await?;
        for contract in contracts {
            compound::insert_contract(writing, contract).await?;
        }
    }
    Ok(())
}

fn seen<'a, T>(sight: &Sight, rows: impl IntoIterator<Item = &'a T>, facts: impl Fn(&T) -> Facts) -> Vec<&'a T> {
    let lets = |row: &T| {
        sight
            .filter
            .lets_through(&|condition| facts(row).hold(condition, &sight.caller))
    };
    rows.into_iter().filter(|row| lets(row)).collect()
}

#[tokio::test]
async fn sql_lets_through_what_the_facts_let_through() {
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
    let id: CommunityId = "440309002021".parse().unwrap();
    let mut dice = Dice(0x1234_5678_9abc_def1);
    let rows = Arc::new(rows(&mut dice, &id));
    let by = Authorized::by_event("directory", Uuid::nil(), id.clone());
    Writing::run(&store, "test.insert", by, Arc::clone(&rows), |writing, rows| {
        Box::pin(insert(writing, rows))
    })
    .await
    .unwrap();

    let mut partial = 0;
    for plan in 0..PLANS {
        let (sight, now, reader) = (dice.sight(), at(dice.below(45)), store.reader());
        let found = membership::list(reader, &id, &sight, None, None, 1000).await.unwrap();
        assert_eq!(
            found.iter().collect::<Vec<_>>(),
            seen(&sight, &rows.memberships, |row| Facts::from(row)),
            "{plan}: {sight:?}"
        );
        // of an application no condition can hold
        let found = application::list(reader, &id, &sight, None, None, 1000).await.unwrap();
        assert_eq!(
            found.iter().collect::<Vec<_>>(),
            seen(&sight, &rows.applications, |_| Facts::default()),
            "{plan}: {sight:?}"
        );
        let found = client::list(reader, &id, &sight, None, 1000).await.unwrap();
        assert_eq!(
            found.iter().collect::<Vec<_>>(),
            seen(&sight, &rows.clients, |row| Facts::from(row)),
            "{plan}: {sight:?}"
        );
        let found = appointment::list(reader, &id, &sight, None, None, 1000).await.unwrap();
        assert_eq!(
            found.iter().collect::<Vec<_>>(),
            seen(&sight, &rows.appointments, |row| Facts::from(row)),
            "{plan}: {sight:?}"
        );
        let found = compound::list(reader, &id, &sight, now, None, 1000).await.unwrap();
        let facts = |(row, contracts): &(Compound, Vec<ServiceContract>)| {
            let server = contracts.iter().find(|contract| contract.term().contains(now));
            Facts {
                owner: row.owners_committee,
                about: None,
                served_by: server.map(|contract| contract.property_company),
            }
        };
        let wanted: Vec<_> = seen(&sight, &rows.compounds, facts)
            .into_iter()
            .map(|(row, _)| row)
            .collect();
        assert_eq!(found.iter().collect::<Vec<_>>(), wanted, "{plan}: {sight:?}");
        partial += usize::from(!wanted.is_empty() && wanted.len() < rows.compounds.len());
    }
    assert!(partial > 20, "the plans must tell rows apart: {partial}");
}
