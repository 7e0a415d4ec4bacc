use std::collections::HashSet;
use std::sync::LazyLock;

use yihe_authz::{Catalogue, Condition, Effect, Grant, PermissionPattern, Principal, RoleName, Rule, Term};
use yihe_kernel::{Error, Result};
use yihe_proto::directory::v1::{OrganizationKind as Kind, Post};
use yihe_proto::policy::v1 as pb;

use super::apply::{After, at};
use crate::domain::made::{Item, Made};
use crate::reasons;

/// Kinds of organization that administer policies, each of its own level.
pub(crate) const CORE: [Kind; 3] = [
    Kind::PartyCommittee,
    Kind::StreetPartyCommittee,
    Kind::DistrictPartyCommittee,
];

/// The vote of owners on what Civil Code 278 reserves to them: cast for one's own unit, corrected by who cast it.
const OWNERS_OWN: [&str; 2] = ["meeting.unit_ballot.cast", "meeting.unit_ballot.correct"];
/// What owners need for it besides, which no rule may take from them.
const OWNERS_NEED: [&str; 4] = [
    "meeting.unit_ballot.cast",
    "meeting.unit_ballot.correct",
    "meeting.unit_ballot.list_own",
    "meeting.challenge.create",
];
const OWNER: RoleName = RoleName::Post(Kind::Compound, Post::Owner);

/// Refuses what no change may do. `above` are the grants of the levels above, the template's first.
///
/// # Errors
/// `RULE_NOT_GRANTABLE`, `OWNERS_MATTER_RESERVED`, `CORE_KEEPS_POLICY`, `DENIED_ABOVE`, `RULE_FOR_PERSONS_ONLY`.
pub(crate) fn check(after: &After, above: &[Grant]) -> Result<()> {
    for (place, item) in after.items_begun() {
        match item {
            Item::Grant(grant) => check_grant(place, grant, after, above)?,
            Item::Assignment(assignment) => check_assignment(place, assignment, after, above)?,
            Item::Role(_) | Item::Settings(_) => {}
        }
    }
    Ok(())
}

fn check_grant(place: usize, grant: &Grant, after: &After, above: &[Grant]) -> Result<()> {
    let operators = operators(above);
    if grant.role == RoleName::Operator {
        return Err(refuse(
            &reasons::RULE_NOT_GRANTABLE,
            place,
            grant,
            &grant.permission.to_string(),
        ));
    }
    for permission in matched(&grant.permission) {
        let refuse = |reason| Err(refuse(reason, place, grant, permission));
        match grant.effect {
            Effect::Allow => {
                if operators.contains(permission) {
                    return refuse(&reasons::RULE_NOT_GRANTABLE);
                }
                let by_owner = grant.role == OWNER && grant.condition == Some(Condition::Participant);
                if OWNERS_OWN.contains(&permission) && !by_owner {
                    return refuse(&reasons::OWNERS_MATTER_RESERVED);
                }
                if for_persons(permission) && is_for_clients(grant.role, &after.made) {
                    return refuse(&reasons::RULE_FOR_PERSONS_ONLY);
                }
                if let Some(denial) = above.iter().find(|denial| denies(denial, grant, permission)) {
                    return Err(self::refuse(&reasons::DENIED_ABOVE, place, grant, permission)
                        .with("rule", &denial.id)
                        .with("domain", &denial.domain));
                }
            }
            Effect::Deny => {
                if OWNERS_NEED.contains(&permission) && hits(grant.role, OWNER) {
                    return refuse(&reasons::OWNERS_MATTER_RESERVED);
                }
                if permission.starts_with("policy.") && hits_core(grant.role) {
                    return refuse(&reasons::CORE_KEEPS_POLICY);
                }
            }
        }
    }
    Ok(())
}

/// A client cannot be given a role that may do what persons only may.
fn check_assignment(place: usize, given: &pb::RoleAssignment, after: &After, above: &[Grant]) -> Result<()> {
    if !is_client(given) {
        return Ok(());
    }
    let role: Option<RoleName> = given.role.parse().ok();
    let held = after.made.grants().chain(above);
    for grant in held.filter(|grant| Some(grant.role) == role && grant.effect == Effect::Allow) {
        if let Some(permission) = matched(&grant.permission).find(|permission| for_persons(permission)) {
            return Err(refuse(&reasons::RULE_FOR_PERSONS_ONLY, place, grant, permission));
        }
    }
    Ok(())
}

fn refuse(reason: &'static yihe_kernel::Reason, place: usize, grant: &Grant, permission: &str) -> Error {
    Error::new(reason)
        .with("edit", at(place))
        .with("role", grant.role)
        .with("permission", permission)
}

/// The permissions of the catalogue that a pattern is about.
pub(crate) fn matched(pattern: &PermissionPattern) -> impl Iterator<Item = &'static str> {
    let all = Catalogue::shipped().permissions().iter();
    all.map(|permission| permission.name.as_str())
        .filter(move |permission| pattern.matches(permission))
}

/// What the template gives to the operator of the node, and so to nobody else.
fn operators(above: &[Grant]) -> HashSet<&'static str> {
    let own = above.iter().filter(|grant| grant.role == RoleName::Operator);
    own.flat_map(|grant| matched(&grant.permission)).collect()
}

/// Whether every RPC that needs the permission refuses API clients.
fn for_persons(permission: &str) -> bool {
    static PERSONS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
        let catalogue = Catalogue::shipped();
        let persons_only = |path: &String| {
            catalogue
                .method(path)
                .is_some_and(|method| method.persons_only && method.rule == Rule::Require)
        };
        let all = catalogue.permissions().iter();
        all.filter(|permission| permission.methods.iter().all(persons_only))
            .map(|permission| permission.name.as_str())
            .collect()
    });
    PERSONS.contains(permission)
}

fn is_client(given: &pb::RoleAssignment) -> bool {
    matches!(given.principal.parse(), Ok(Principal::Client(_)))
}

fn is_for_clients(role: RoleName, made: &Made) -> bool {
    match role {
        RoleName::Client(_) => true,
        RoleName::Made(_) => {
            let role = role.to_string();
            made.assignments().any(|given| given.role == role && is_client(given))
        }
        RoleName::Post(..) | RoleName::Kind(_) | RoleName::Appointed | RoleName::Operator => false,
    }
}

/// Whether a denial of one role reaches whoever holds another. A made role may be given to anybody.
fn hits(denied: RoleName, holder: RoleName) -> bool {
    denied == holder
        || match denied {
            RoleName::Made(_) | RoleName::Appointed => true,
            RoleName::Kind(kind) => holder.kind() == Some(kind) && !matches!(holder, RoleName::Client(_)),
            RoleName::Post(..) | RoleName::Client(_) | RoleName::Operator => false,
        }
}

fn hits_core(denied: RoleName) -> bool {
    match denied {
        RoleName::Made(_) | RoleName::Appointed => true,
        RoleName::Kind(kind) | RoleName::Post(kind, _) => CORE.contains(&kind),
        RoleName::Client(_) | RoleName::Operator => false,
    }
}

/// Whether a level above denies what a grant would allow: always, or under the very condition; at some instant of its term; to
/// everybody who holds its role.
fn denies(denial: &Grant, grant: &Grant, permission: &str) -> bool {
    let everybody = match (denial.role, grant.role) {
        (RoleName::Made(_), _) | (_, RoleName::Made(_)) => denial.role == grant.role,
        (RoleName::Appointed, RoleName::Client(_)) => false,
        (denied, granted) => hits(denied, granted),
    };
    denial.effect == Effect::Deny
        && everybody
        && denial.permission.matches(permission)
        && (denial.condition.is_none() || denial.condition == grant.condition)
        && overlap(denial.term, grant.term)
}

fn overlap(a: Term, b: Term) -> bool {
    let start = a.start().max(b.start());
    let end = match (a.end(), b.end()) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    };
    !Term::new(start, end).is_empty()
}
