use yihe_authz::{Decision, Effect, RoleName, Snapshot, Term};
use yihe_kernel::Timestamp;
use yihe_proto::policy::v1 as pb;

use super::made_roles::MadeRoles;
use super::vocabulary::Words;

const ZONE: &str = "Asia/Shanghai";

/// What would have allowed but for its term: appointments of the principal in its capacity, and rules for the roles it holds.
pub(crate) fn out_of_term(
    snapshot: &Snapshot,
    held: &[pb::RoleTerm],
    roles: &[RoleName],
    permission: &str,
    names: &MadeRoles,
    now: Timestamp,
) -> Vec<Words> {
    let appointments = held.iter().filter_map(|row| {
        let name: RoleName = row.role.parse().ok()?;
        let term = term(row)?;
        let at = term.start().unwrap_or(now);
        let would = !matches!(
            snapshot.decide_role(name, permission, at.max(now)),
            Decision::Deny { .. }
        );
        (would && !roles.contains(&name)).then_some(())?;
        let words = names.words(name);
        told(
            term,
            now,
            |day| {
                Words::new(
                    format!("{}的任期已于 {day} 届满。", words.zh),
                    format!("The term as {} ended on {day}.", words.en),
                )
            },
            |day| {
                Words::new(
                    format!("{}的任期自 {day} 起。", words.zh),
                    format!("The term as {} begins on {day}.", words.en),
                )
            },
        )
    });
    let rules = snapshot
        .grants_for(permission)
        .filter(|grant| grant.effect == Effect::Allow && roles.contains(&grant.role))
        .filter_map(|grant| {
            told(
                grant.term,
                now,
                |day| {
                    Words::new(
                        format!("曾有的授权已于 {day} 到期。"),
                        format!("A rule that granted it expired on {day}."),
                    )
                },
                |day| {
                    Words::new(
                        format!("已有授权，自 {day} 起生效。"),
                        format!("A rule that grants it takes effect on {day}."),
                    )
                },
            )
        });
    let mut all: Vec<_> = appointments.chain(rules).collect();
    all.dedup();
    all
}

fn term(row: &pb::RoleTerm) -> Option<Term> {
    let read = |wire: Option<&prost_types::Timestamp>| match wire {
        None => Some(None),
        Some(wire) => Timestamp::from_proto(wire).map(Some),
    };
    Some(Term::new(read(row.start_time.as_ref())?, read(row.end_time.as_ref())?))
}

fn told(term: Term, now: Timestamp, ended: impl Fn(&str) -> Words, begins: impl Fn(&str) -> Words) -> Option<Words> {
    match (term.start(), term.end()) {
        (_, Some(end)) if end <= now => Some(ended(&end.date_in(ZONE))),
        (Some(start), _) if now < start => Some(begins(&start.date_in(ZONE))),
        _ => None,
    }
}
