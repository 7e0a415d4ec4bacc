//! What posts mean in a kind of organization; which there are is the vocabulary of `yihe_authz`.

use yihe_authz::posts_of;
use yihe_kernel::{Error, Result};
use yihe_proto::directory::v1::{OrganizationKind as Kind, Post};

use crate::reasons;

/// The post that an admitted applicant's first person is invited to.
#[must_use]
pub fn leading_post(kind: Kind) -> Option<Post> {
    posts_of(kind).first().copied()
}

/// Whether organizations of the kind come in by application: no Party organization, no level above, no register.
#[must_use]
pub const fn may_apply(kind: Kind) -> bool {
    match kind {
        Kind::ResidentCommittee
        | Kind::OwnersCommittee
        | Kind::PropertyCompany
        | Kind::ResidentUnit
        | Kind::Workstation
        | Kind::ServiceCenter
        | Kind::SocialOrganization
        | Kind::GovernmentDepartment => true,
        Kind::Unspecified
        | Kind::PartyCommittee
        | Kind::PartyBranch
        | Kind::StreetPartyCommittee
        | Kind::DistrictPartyCommittee
        | Kind::StreetOffice
        | Kind::Compound => false,
    }
}

/// Whether one person at most holds the post in an organization at any time.
#[must_use]
pub const fn has_single_holder(kind: Kind, post: Post) -> bool {
    matches!(
        (kind, post),
        (
            Kind::PartyCommittee | Kind::StreetPartyCommittee | Kind::DistrictPartyCommittee,
            Post::Secretary
        )
    )
}

/// Whether the post carries the running of the committee, so that its last holder cannot be dismissed.
#[must_use]
pub const fn runs_the_committee(kind: Kind, post: Post) -> bool {
    matches!(
        (kind, post),
        (Kind::PartyCommittee, Post::Secretary | Post::DeputySecretary)
    )
}

/// Whether who holds the post answers for the organization.
#[must_use]
pub const fn heads(post: Post) -> bool {
    matches!(post, Post::Secretary | Post::Director | Post::Manager)
}

/// Refuses a post that the kind does not have.
///
/// # Errors
/// `POST_NOT_IN_KIND`.
pub fn check(kind: Kind, post: Post) -> Result<()> {
    if posts_of(kind).contains(&post) {
        return Ok(());
    }
    Err(Error::new(&reasons::POST_NOT_IN_KIND)
        .with("kind", kind_text(kind))
        .with("post", post_text(post)))
}

/// The kind as policies write it, such as `PARTY_COMMITTEE`.
#[must_use]
pub fn kind_text(kind: Kind) -> &'static str {
    kind.as_str_name().trim_start_matches("ORGANIZATION_KIND_")
}

/// The post as policies write it, such as `SECRETARY`.
#[must_use]
pub fn post_text(post: Post) -> &'static str {
    post.as_str_name().trim_start_matches("POST_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds() -> impl Iterator<Item = Kind> {
        (1..100).filter_map(|number| Kind::try_from(number).ok())
    }

    #[test]
    fn a_register_is_not_mixed_with_committees() {
        for kind in kinds() {
            let register = kind == Kind::Compound;
            assert_eq!(check(kind, Post::Owner).is_ok(), register, "{kind:?}");
            assert_eq!(check(kind, Post::Resident).is_ok(), register, "{kind:?}");
        }
        let refusal = check(Kind::PropertyCompany, Post::Secretary).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "an organization of kind PROPERTY_COMPANY has no post SECRETARY"
        );
    }

    #[test]
    fn partners_that_apply_are_led_by_a_manager_or_director() {
        for kind in kinds().filter(|kind| may_apply(*kind)) {
            assert!(
                matches!(leading_post(kind), Some(Post::Manager | Post::Director)),
                "{kind:?}"
            );
        }
        assert!(!may_apply(Kind::PartyBranch) && !may_apply(Kind::StreetOffice) && !may_apply(Kind::Compound));
    }
}
