use std::collections::BTreeSet;

use yihe_authz::{Decision, Filter, Grant, RoleName, Snapshot};
use yihe_kernel::Timestamp;

use super::vocabulary;

/// The roles that a matrix shows: every kind × the posts that make sense in it, those that a grant names, and those in use;
/// the widest first, then by kind.
pub(crate) fn roles<'a>(
    grants: impl IntoIterator<Item = &'a Grant>,
    in_use: impl IntoIterator<Item = RoleName>,
) -> Vec<RoleName> {
    let granted = grants.into_iter().map(|grant| grant.role);
    let all: BTreeSet<_> = vocabulary::roles().chain(granted).chain(in_use).collect();
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by_key(|role| {
        let (place, post) = match role {
            RoleName::Operator => (0, 0),
            RoleName::Appointed => (1, 0),
            RoleName::Kind(_) => (2, 0),
            RoleName::Post(_, post) => (2, 1 + i32::from(*post)),
            RoleName::Client(_) => (2, i32::MAX),
            RoleName::Made(_) => (3, 0),
        };
        (place == 3, place.min(1), role.kind().map(i32::from), post)
    });
    all
}

/// The widest roles that may do something here, at an instant, with their decisions.
pub(crate) fn roles_that_may(snapshot: &Snapshot, permission: &str, now: Timestamp) -> Vec<(RoleName, Decision)> {
    let all = roles(snapshot.grants(), []).into_iter();
    let decided = all.map(|role| (role, snapshot.decide_role(role, permission, now)));
    let may: Vec<_> = decided
        .filter(|(_, decision)| !matches!(decision, Decision::Deny { .. }))
        .collect();
    widest(&may)
}

/// Of roles that may something, those that a wider one does not stand for: `KIND/*` for its posts, `*/*` for all persons, where
/// they may under the same conditions.
fn widest(roles: &[(RoleName, Decision)]) -> Vec<(RoleName, Decision)> {
    let has = |wider: RoleName, decision: &Decision| {
        roles
            .iter()
            .any(|(role, theirs)| *role == wider && says_the_same(theirs, decision))
    };
    let is_implied = |(role, decision): &(RoleName, Decision)| match *role {
        RoleName::Post(kind, _) => has(RoleName::Kind(kind), decision) || has(RoleName::Appointed, decision),
        RoleName::Kind(_) => has(RoleName::Appointed, decision),
        RoleName::Client(_) | RoleName::Appointed | RoleName::Operator | RoleName::Made(_) => false,
    };
    roles.iter().filter(|role| !is_implied(role)).cloned().collect()
}

/// Whether two decisions let the same objects through, by whichever grant.
fn says_the_same(one: &Decision, other: &Decision) -> bool {
    Filter::from(one) == Filter::from(other)
}

#[cfg(test)]
mod tests {
    use yihe_authz::{Condition, ConditionSet, Residual};
    use yihe_proto::directory::v1::{OrganizationKind as Kind, Post};

    use super::*;

    #[test]
    fn the_widest_come_first_and_what_is_in_use_is_shown() {
        let odd = RoleName::Post(Kind::Compound, Post::Treasurer);
        let roles = roles([], [odd, RoleName::Client(Kind::PartyCommittee)]);
        let texts: Vec<_> = roles.iter().take(5).map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "OPERATOR",
                "*/*",
                "PARTY_COMMITTEE/*",
                "PARTY_COMMITTEE/SECRETARY",
                "PARTY_COMMITTEE/DEPUTY_SECRETARY"
            ]
        );
        let place = |wanted: RoleName| roles.iter().position(|role| *role == wanted).unwrap();
        assert!(place(RoleName::Client(Kind::PartyCommittee)) < place(RoleName::Kind(Kind::ResidentCommittee)));
        assert_eq!(
            place(RoleName::Kind(Kind::PartyBranch)) + 1,
            place(RoleName::Post(Kind::PartyBranch, Post::Secretary))
        );
        assert!(place(odd) > place(RoleName::Kind(Kind::Compound)));
    }

    #[test]
    fn a_wider_role_stands_for_the_narrower_that_may_no_more() {
        let (kind, post) = (
            RoleName::Kind(Kind::Compound),
            RoleName::Post(Kind::Compound, Post::Owner),
        );
        let client = RoleName::Client(Kind::Compound);
        let always = || Decision::Allow { grant: "a".into() };
        let sometimes = |id: &str| {
            Decision::Residual(Residual {
                allow_always: false,
                allow_if: Condition::ALL.into_iter().take(1).collect(),
                deny_if: ConditionSet::EMPTY,
                grant: id.into(),
            })
        };
        let names =
            |roles: Vec<(RoleName, Decision)>| widest(&roles).into_iter().map(|(role, _)| role).collect::<Vec<_>>();
        assert_eq!(
            names(vec![(kind, always()), (post, always()), (client, always())]),
            [kind, client]
        );
        assert_eq!(
            names(vec![(RoleName::Appointed, sometimes("a")), (kind, sometimes("b"))]),
            [RoleName::Appointed]
        );
        let more = vec![
            (RoleName::Appointed, sometimes("a")),
            (kind, always()),
            (post, always()),
        ];
        assert_eq!(names(more), [RoleName::Appointed, kind]);
        assert_eq!(names(vec![(post, sometimes("a"))]), [post]);
    }
}
