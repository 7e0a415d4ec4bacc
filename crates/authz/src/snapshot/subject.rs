use std::collections::BTreeSet;

use yihe_kernel::Timestamp;

use super::Holding;
use crate::{Capacity, RoleName, Term};

/// What is known of one principal.
#[derive(Debug, Default)]
pub(crate) struct Subject {
    pub holdings: Vec<Holding>,
    pub cutoff: Option<Timestamp>,
}

impl Subject {
    /// The roles in a capacity at an instant, those brought along included, in order.
    pub fn roles(&self, capacity: Capacity, now: Timestamp) -> Vec<RoleName> {
        let own: Vec<_> = self.counting(capacity).collect();
        let appointed = self
            .appointments()
            .any(|term| mutate!(term.contains(now), RoleTermIgnored => true, LapsedIsAppointed => true));
        roles(&own, appointed, capacity, now)
    }

    pub fn weight(&self) -> usize {
        self.holdings.capacity() * size_of::<Holding>()
    }

    fn counting(&self, capacity: Capacity) -> impl Iterator<Item = &Holding> {
        self.holdings.iter().filter(move |holding| {
            let same = holding.capacity == capacity;
            mutate!(
                same,
                MadeInAnyCapacity => same || matches!(holding.role, RoleName::Made(_)),
                CapacityIgnored => same || !matches!(holding.role, RoleName::Made(_)),
            )
        })
    }

    /// The terms of what makes one an appointed person.
    fn appointments(&self) -> impl Iterator<Item = Term> {
        let appoints = |role: RoleName| match role {
            RoleName::Client(_) => mutate!(false, ClientIsAppointed => true),
            RoleName::Made(_) => mutate!(false, MadeIsAppointed => true),
            RoleName::Post(..) | RoleName::Kind(_) | RoleName::Appointed | RoleName::Operator => true,
        };
        let held = self.holdings.iter().filter(move |holding| appoints(holding.role));
        held.map(|holding| holding.term)
    }

    /// What the roles in a capacity are, from which instant on.
    pub fn timeline(&self, capacity: Capacity) -> Vec<(Timestamp, Vec<RoleName>)> {
        let own: Vec<_> = self.counting(capacity).collect();
        let appointments = union(self.appointments().collect());
        let terms = own
            .iter()
            .map(|holding| holding.term)
            .chain(appointments.iter().copied());
        let instants: BTreeSet<_> = terms.flat_map(Term::changes).collect();
        let mut timeline: Vec<(Timestamp, Vec<RoleName>)> = Vec::new();
        for from in [Timestamp::MIN].into_iter().chain(instants) {
            let after = appointments.partition_point(|term| term.start().is_none_or(|start| start <= from));
            let last = appointments[..after].last();
            let in_force = last.is_some_and(|term| mutate!(term.contains(from), RoleTermIgnored => true));
            let appointed = mutate!(in_force, LapsedIsAppointed => !appointments.is_empty());
            let roles = roles(&own, appointed, capacity, from);
            if timeline.last().is_none_or(|(_, before)| *before != roles) {
                timeline.push((from, roles));
            }
        }
        timeline
    }

    /// Those in which anything is held, and `self`.
    pub fn capacities(&self) -> BTreeSet<Capacity> {
        let named = self.holdings.iter().map(|holding| holding.capacity);
        named.chain([Capacity::Own]).collect()
    }
}

/// The roles by what is held in a capacity, at an instant.
fn roles(own: &[&Holding], appointed: bool, capacity: Capacity, now: Timestamp) -> Vec<RoleName> {
    let mut roles = BTreeSet::new();
    let mut acts = capacity == Capacity::Own;
    let in_force = |holding: &&&Holding| mutate!(holding.term.contains(now), RoleTermIgnored => true);
    for holding in own.iter().filter(in_force) {
        match holding.role {
            RoleName::Made(_) => continue,
            RoleName::Post(kind, _) => {
                seed!(KindNotImplied => { roles.insert(holding.role); acts = true; continue });
                roles.insert(RoleName::Kind(kind));
            }
            RoleName::Client(_) | RoleName::Kind(_) | RoleName::Appointed | RoleName::Operator => {
                seed!(ClientHoldsKind => roles.extend(holding.role.kind().map(RoleName::Kind)));
            }
        }
        roles.insert(holding.role);
        acts = true;
    }
    // nobody comes by a role of anybody's by naming an organization it has no post in
    if appointed && mutate!(acts, AppointedActsAlone => acts && capacity != Capacity::Own) {
        roles.insert(RoleName::Appointed);
    }
    // what was assigned for an organization ends with the last post in it
    if mutate!(acts, MadeOutlivesPost => true) {
        let made = own.iter().filter(in_force).map(|holding| holding.role);
        roles.extend(made.filter(|role| matches!(role, RoleName::Made(_))));
    }
    roles.into_iter().collect()
}

/// The same instants in terms that neither meet nor overlap, in order.
fn union(mut terms: Vec<Term>) -> Vec<Term> {
    terms.retain(|term| !term.is_empty());
    terms.sort_unstable_by_key(|term| term.start());
    let mut union: Vec<Term> = Vec::new();
    for term in terms {
        match union.last_mut() {
            Some(last)
                if last
                    .end()
                    .is_none_or(|end| term.start().is_none_or(|start| start <= end)) =>
            {
                let end = last.end().zip(term.end()).map(|(one, other)| one.max(other));
                *last = Term::new(last.start(), end);
            }
            _ => union.push(term),
        }
    }
    union
}
