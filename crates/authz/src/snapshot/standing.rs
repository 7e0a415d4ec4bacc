use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use yihe_kernel::{Error, OrganizationId, Result, Timestamp};

use super::roles::{RoleSet, Roles};
use super::{Layering, Subject};
use crate::{Capacity, Principal, RoleName, RoleNumber};

/// Each subject-in-capacity's roles with the instants at which they change. A decision reads one row, and the rows of one person
/// lie beside one another: at a million rules in thousands of communities, what costs time is each far piece of memory.
#[derive(Debug)]
pub(crate) struct Standings {
    /// An open table by holder, one row for each stretch of time; a row that is not taken ends a search.
    rows: Box<[Row]>,
    hasher: RandomState,
    /// The instants at which any roles change, in order.
    instants: Box<[Timestamp]>,
    /// The capacities other than `self`, in order.
    organizations: Box<[OrganizationId]>,
    sets: Box<[RoleSet]>,
}

/// The roles of one holder in one capacity, while so many of the instants have passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(align(32))]
struct Row {
    holder: u128,
    /// In force from so many passed instants on.
    from: u32,
    /// And before so many.
    until: u32,
    /// Zero is `self`, others are places of organizations plus one; a client's are marked.
    capacity: u32,
    /// A number of a shipped role, or the place of a set, marked.
    roles: u32,
}

const CLIENT: u32 = 1 << 31;
const SET: u32 = 1 << 31;

impl Row {
    const FREE: Self = Self {
        holder: 0,
        from: u32::MAX,
        until: 0,
        capacity: 0,
        roles: u32::MAX,
    };

    const fn is_free(&self) -> bool {
        self.until == 0
    }
}

impl Standings {
    /// # Errors
    /// `INTERNAL` for more standings than there are places.
    pub fn build(subjects: &HashMap<Principal, Subject>, layers: &Layering) -> Result<Self> {
        let courses = courses(subjects);
        let instants: BTreeSet<_> = courses.iter().flat_map(Course::instants).collect();
        let organizations: BTreeSet<_> = courses
            .iter()
            .filter_map(|course| course.capacity.organization())
            .collect();
        let mut building = Building {
            layers,
            instants: instants.into_iter().collect(),
            organizations: organizations.into_iter().collect(),
            sets: Vec::new(),
            known: HashMap::new(),
            rows: Vec::new(),
        };
        for course in &courses {
            building.add(course)?;
        }
        Ok(building.finish())
    }

    /// The roles that a principal holds in a capacity at an instant; `None` where it holds none.
    pub fn at(&self, principal: &Principal, capacity: Capacity, now: Timestamp) -> Option<Roles<'_>> {
        // an operator is nobody's organization's
        if *principal == Principal::Operator && mutate!(capacity == Capacity::Own, OperatorForAnybody => true) {
            let role = mutate!(RoleName::Operator, OperatorIsAppointed => RoleName::Appointed);
            return RoleNumber::of(role).map(Roles::one);
        }
        let passed = self.instants.partition_point(|instant| {
            mutate!(
                *instant <= now,
                IntervalEndsLate => *instant < now,
                IntervalBeginsEarly => instant.micros() <= now.micros() + 1,
            )
        });
        let in_force = |row: &&Row| {
            let place = |passed: u32| usize::try_from(passed).unwrap_or(usize::MAX);
            let holds = place(row.from) <= passed && passed < place(row.until);
            mutate!(holds, IntervalBefore => place(row.from) <= passed + 1 && passed + 1 < place(row.until))
        };
        let found = self.rows(principal, capacity)?.find(in_force);
        let row = mutate!(
            found,
            ActsForAnybody => found.or_else(|| self.rows(principal, Capacity::Own)?.find(in_force)),
        );
        self.roles(row?)
    }

    /// The first instant after `after` at which the roles change.
    pub fn next_change(&self, principal: &Principal, capacity: Capacity, after: Timestamp) -> Option<Timestamp> {
        let bounds = self.rows(principal, capacity)?.flat_map(|row| [row.from, row.until]);
        let instant = |bound: u32| self.instants.get(usize::try_from(bound).ok()?.checked_sub(1)?);
        bounds
            .filter_map(instant)
            .filter(|instant| **instant > after)
            .min()
            .copied()
    }

    /// How many bytes of memory it takes.
    pub fn weight(&self) -> usize {
        size_of_val::<[Row]>(&self.rows)
            + size_of_val::<[Timestamp]>(&self.instants)
            + size_of_val::<[OrganizationId]>(&self.organizations)
            + size_of_val::<[RoleSet]>(&self.sets)
            + self.sets.iter().map(RoleSet::weight).sum::<usize>()
    }

    fn roles(&self, row: &Row) -> Option<Roles<'_>> {
        if row.roles & SET == 0 {
            return Some(Roles::one(RoleNumber::shipped(u16::try_from(row.roles).ok()?)));
        }
        self.sets.get(usize::try_from(row.roles & !SET).ok()?).map(Roles::Set)
    }

    /// The rows of a principal in a capacity.
    fn rows(&self, principal: &Principal, capacity: Capacity) -> Option<impl Iterator<Item = &Row>> {
        let (holder, mark) = holder(principal)?;
        let (before, after) = self
            .rows
            .split_at_checked(slot(&self.hasher, holder, self.rows.len()))?;
        let taken = after.iter().chain(before).take_while(|row| !row.is_free());
        Some(taken.filter(move |row| row.holder == holder && self.is_in(row, mark, capacity)))
    }

    fn is_in(&self, row: &Row, mark: u32, capacity: Capacity) -> bool {
        row.capacity & CLIENT == mark
            && match (row.capacity & !CLIENT, capacity) {
                (0, capacity) => capacity == Capacity::Own,
                (place, Capacity::Organization(organization)) => {
                    let place = usize::try_from(place - 1).unwrap_or(usize::MAX);
                    let same = self.organizations.get(place) == Some(&organization);
                    mutate!(same, AnyOrganization => true)
                }
                (_, Capacity::Own) => false,
            }
    }
}

/// Where the search for a holder begins.
fn slot(hasher: &RandomState, holder: u128, slots: usize) -> usize {
    let product = u128::from(hasher.hash_one(holder)) * slots as u128;
    usize::try_from(product >> 64).unwrap_or_default()
}

fn holder(principal: &Principal) -> Option<(u128, u32)> {
    match principal {
        Principal::User(user) => Some((user.uuid().as_u128(), 0)),
        Principal::Client(client) => Some((client.uuid().as_u128(), CLIENT)),
        Principal::Anonymous | Principal::Service(_) | Principal::Operator => None,
    }
}

/// The roles of one holder in one capacity, from which instant on.
struct Course {
    holder: (u128, u32),
    capacity: Capacity,
    stretches: Vec<(Timestamp, Vec<RoleName>)>,
}

impl Course {
    fn instants(&self) -> impl Iterator<Item = Timestamp> {
        let instants = self.stretches.iter().map(|(from, _)| *from);
        instants.filter(|from| *from != Timestamp::MIN)
    }
}

fn courses(subjects: &HashMap<Principal, Subject>) -> Vec<Course> {
    let of_subject = |(principal, subject): (&Principal, &Subject)| {
        let Some(holder) = holder(principal) else {
            return Vec::new();
        };
        let course = |capacity| Course {
            holder,
            capacity,
            stretches: subject.timeline(capacity),
        };
        let anything = |course: &Course| course.stretches.iter().any(|(_, roles)| !roles.is_empty());
        subject.capacities().into_iter().map(course).filter(anything).collect()
    };
    subjects.iter().flat_map(of_subject).collect()
}

/// What was built so far.
struct Building<'a> {
    layers: &'a Layering,
    instants: Box<[Timestamp]>,
    organizations: Box<[OrganizationId]>,
    sets: Vec<RoleSet>,
    known: HashMap<Vec<RoleName>, u32>,
    rows: Vec<Row>,
}

impl Building<'_> {
    fn add(&mut self, course: &Course) -> Result<()> {
        let (holder, mark) = course.holder;
        let capacity = match course.capacity {
            Capacity::Own => 0,
            Capacity::Organization(organization) => 1 + place(self.organizations.binary_search(&organization))?,
        };
        let mut stretches = course.stretches.iter().peekable();
        while let Some((from, roles)) = stretches.next() {
            let until = match stretches.peek() {
                Some((until, _)) => self.passed(*until)?,
                None => u32::MAX,
            };
            if !roles.is_empty() {
                let row = Row {
                    holder,
                    from: self.passed(*from)?,
                    until,
                    capacity: mark | capacity,
                    roles: self.roles(roles)?,
                };
                self.rows.push(row);
            }
        }
        Ok(())
    }

    /// How many instants have passed when this one has come.
    fn passed(&self, instant: Timestamp) -> Result<u32> {
        u32::try_from(self.instants.partition_point(|known| *known <= instant)).map_err(Error::internal)
    }

    fn roles(&mut self, roles: &[RoleName]) -> Result<u32> {
        if let Some(one) = one(roles) {
            return Ok(u32::from(one.get()));
        }
        if let Some(known) = self.known.get(roles) {
            return Ok(*known);
        }
        let number = SET | u32::try_from(self.sets.len()).map_err(Error::internal)?;
        self.sets.push(RoleSet::of(roles, self.layers));
        self.known.insert(roles.to_vec(), number);
        Ok(number)
    }

    fn finish(self) -> Standings {
        // a quarter more than is taken, so that searches are short and one row at least is free
        let mut rows = vec![Row::FREE; self.rows.len() + self.rows.len() / 4 + 1];
        let hasher = RandomState::default();
        let slots = rows.len();
        for row in self.rows {
            let (before, after) = rows.split_at_mut(slot(&hasher, row.holder, slots));
            if let Some(free) = after.iter_mut().chain(before).find(|row| row.is_free()) {
                *free = row;
            }
        }
        Standings {
            rows: rows.into(),
            hasher,
            instants: self.instants,
            organizations: self.organizations,
            sets: self.sets.into(),
        }
    }
}

fn place(found: std::result::Result<usize, usize>) -> Result<u32> {
    let place = found.map_err(|_| Error::internal("an organization without a place"))?;
    u32::try_from(place).map_err(Error::internal)
}

/// The one shipped role that, with those it brings along, is all of these.
fn one(roles: &[RoleName]) -> Option<RoleNumber> {
    let all = |role: &&RoleName| {
        role.with_implied().count() == roles.len() && role.with_implied().all(|implied| roles.contains(&implied))
    };
    roles.iter().find(all).and_then(|role| RoleNumber::of(*role))
}
