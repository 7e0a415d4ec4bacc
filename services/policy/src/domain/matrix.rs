use std::collections::BTreeSet;

use yihe_authz::{Grant, RoleName};

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
        };
        (place.min(1), role.kind().map(i32::from), post)
    });
    all
}

/// Of roles that may something, those not brought along by a wider one that may: `KIND/*` stands for its posts, `*/*` for all.
pub(crate) fn widest(roles: &[RoleName]) -> Vec<RoleName> {
    let has = |role: RoleName| roles.contains(&role);
    let is_implied = |role: RoleName| match role {
        RoleName::Post(kind, _) => has(RoleName::Kind(kind)) || has(RoleName::Appointed),
        RoleName::Kind(_) => has(RoleName::Appointed),
        RoleName::Client(_) | RoleName::Appointed | RoleName::Operator => false,
    };
    roles.iter().copied().filter(|role| !is_implied(*role)).collect()
}

#[cfg(test)]
mod tests {
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
    fn a_wider_role_stands_for_the_narrower() {
        let (kind, post) = (
            RoleName::Kind(Kind::Compound),
            RoleName::Post(Kind::Compound, Post::Owner),
        );
        let client = RoleName::Client(Kind::Compound);
        assert_eq!(widest(&[kind, post, client]), [kind, client]);
        assert_eq!(
            widest(&[RoleName::Appointed, kind, post, client]),
            [RoleName::Appointed, client]
        );
        assert_eq!(widest(&[post]), [post]);
    }
}
