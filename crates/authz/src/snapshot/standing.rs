use std::collections::{BTreeSet, HashMap, HashSet};

use yihe_kernel::{Error, Result, Timestamp};

use super::instants::Instants;
use super::marks::{Likely, Marks};
use super::roles::{RoleSet, Roles};
use super::row::{Held, Holder, Row};
use super::{Layering, Subject};
use crate::{Capacity, Principal, RoleName, RoleNumber};

/// Each subject-in-capacity's roles with the instants at which they change. Marks and instants lie in the snapshot itself, rows are
/// read only where a mark and a rule meet: at a million rules in thousands of communities, what costs time is each far piece of
/// memory.
#[derive(Debug)]
pub(crate) struct Standings {
    marks: Marks,
    /// At which any roles change.
    instants: Instants,
    /// One for each mark, in the order of these.
    rows: Box<[Row]>,
    sets: Box<[RoleSet]>,
}

impl Standings {
    /// # Errors
    /// `INTERNAL` for more standings than there are places.
    pub fn build(subjects: &HashMap<Principal, Subject>, layers: &Layering) -> Result<Self> {
        let courses = courses(subjects);
        let instants: BTreeSet<_> = courses.iter().flat_map(Course::instants).collect();
        let mut building = Building {
            layers,
            instants: instants.into_iter().collect(),
            sets: Vec::new(),
            known: HashMap::new(),
            rows: Vec::new(),
        };
        for course in &courses {
            building.add(course)?;
        }
        building.finish()
    }

    /// The roles that a principal holds in a capacity at an instant; `None` where it holds none.
    pub fn at(&self, principal: &Principal, capacity: Capacity, now: Timestamp) -> Option<Roles<'_>> {
        // an operator is nobody's organization's
        if *principal == Principal::Operator && mutate!(capacity == Capacity::Own, OperatorForAnybody => true) {
            let role = mutate!(RoleName::Operator, OperatorIsAppointed => RoleName::Appointed);
            return RoleNumber::of(role).map(Roles::one);
        }
        let passed = self.instants.passed(now);
        let find = |capacity| {
            let mut rows = self.rows(principal, capacity)?;
            self.roles(rows.find(|row| row.is_on(passed))?, capacity)
        };
        let found = find(capacity);
        mutate!(found, ActsForAnybody => found.or_else(|| find(Capacity::Own)))
    }

    /// Has what [`Standings::likely`] reads on its way.
    pub fn ask_for(&self, principal: &Principal, capacity: Capacity) {
        if let Some(holder) = Holder::of(principal) {
            self.marks.ask_for(holder.asks(capacity));
            self.instants.ask_for();
        }
    }

    /// What the roles in a capacity are at an instant, as far as can be told without a look at any row: never less than they are.
    pub fn likely(&self, principal: &Principal, capacity: Capacity, now: Timestamp) -> Likely {
        match Holder::of(principal) {
            Some(holder) => self.marks.likely(holder.asks(capacity), self.instants.passed(now)),
            None => Likely::Unclear,
        }
    }

    /// The first instant after `after` at which the roles change.
    pub fn next_change(&self, principal: &Principal, capacity: Capacity, after: Timestamp) -> Option<Timestamp> {
        let bounds = self.rows(principal, capacity)?.flat_map(|row| [row.from, row.until]);
        let instant = |bound: u32| self.instants.get(usize::try_from(bound).ok()?.checked_sub(1)?);
        bounds.filter_map(instant).filter(|instant| *instant > after).min()
    }

    /// How many bytes of memory it takes.
    pub fn weight(&self) -> usize {
        self.marks.weight()
            + self.instants.weight()
            + size_of_val::<[Row]>(&self.rows)
            + size_of_val::<[RoleSet]>(&self.sets)
            + self.sets.iter().map(RoleSet::weight).sum::<usize>()
    }

    fn roles(&self, row: &Row, capacity: Capacity) -> Option<Roles<'_>> {
        match row.held(capacity) {
            Held::One(role) => Some(Roles::one(role)),
            Held::Set(place) => self.sets.get(usize::try_from(place).ok()?).map(Roles::Set),
        }
    }

    /// The rows of a principal in a capacity.
    fn rows(&self, principal: &Principal, capacity: Capacity) -> Option<impl Iterator<Item = &Row>> {
        let holder = Holder::of(principal)?;
        let marked = self.marks.places(holder.asks(capacity));
        let rows = marked.filter_map(|place| self.rows.get(place));
        Some(rows.filter(move |row| row.is_of(holder, capacity)))
    }
}

/// The roles of one holder in one capacity, from which instant on.
struct Course {
    holder: Holder,
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
        let Some(holder) = Holder::of(principal) else {
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
    instants: Vec<Timestamp>,
    sets: Vec<RoleSet>,
    known: HashMap<Vec<RoleName>, Held>,
    rows: Vec<Row>,
}

impl Building<'_> {
    fn add(&mut self, course: &Course) -> Result<()> {
        let mut stretches = course.stretches.iter().peekable();
        while let Some((from, roles)) = stretches.next() {
            let until = match stretches.peek() {
                Some((until, _)) => self.passed(*until)?,
                None => u32::MAX,
            };
            if !roles.is_empty() {
                let row = Row {
                    holder: course.holder,
                    organization: course.capacity.organization(),
                    also_own: false,
                    from: self.passed(*from)?,
                    until,
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

    fn roles(&mut self, roles: &[RoleName]) -> Result<Held> {
        if let Some(one) = one(roles) {
            return Ok(Held::One(one));
        }
        if let Some(known) = self.known.get(roles) {
            return Ok(*known);
        }
        let held = Held::Set(u32::try_from(self.sets.len()).map_err(Error::internal)?);
        self.sets.push(RoleSet::of(roles, self.layers));
        self.known.insert(roles.to_vec(), held);
        Ok(held)
    }

    /// Lets rows for an organization stand for those of the same holder and time that say no more than that it is appointed.
    fn join(&mut self) {
        let when = |row: &Row| (row.holder, row.from, row.until);
        let says_no_more = |row: &Row| row.organization.is_none() && row.roles == Held::One(RoleNumber::APPOINTED);
        let own: HashSet<_> = self.rows.iter().filter(|row| says_no_more(row)).map(when).collect();
        let mut joined = HashSet::new();
        for row in self.rows.iter_mut().filter(|row| row.organization.is_some()) {
            row.also_own = own.contains(&when(row)) && joined.insert(when(row));
        }
        self.rows
            .retain(|row| !says_no_more(row) || !joined.contains(&when(row)));
    }

    fn finish(mut self) -> Result<Standings> {
        self.join();
        let marked: Vec<_> = self.rows.iter().map(Row::marked).collect();
        let (marks, order) = Marks::of(&marked)?;
        Ok(Standings {
            marks,
            instants: Instants::from(&*self.instants),
            rows: order.into_iter().map(|place| self.rows[place]).collect(),
            sets: self.sets.into(),
        })
    }
}

/// The one shipped role that, with those it brings along, is all of these.
fn one(roles: &[RoleName]) -> Option<RoleNumber> {
    let all = |role: &&RoleName| {
        role.with_implied().count() == roles.len() && role.with_implied().all(|implied| roles.contains(&implied))
    };
    roles.iter().find(all).and_then(|role| RoleNumber::of(*role))
}
