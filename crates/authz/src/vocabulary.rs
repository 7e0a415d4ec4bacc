use yihe_proto::directory::v1::{OrganizationKind as Kind, Post};

/// Every kind of organization, the core first.
pub const KINDS: [Kind; 14] = [
    Kind::PartyCommittee,
    Kind::ResidentCommittee,
    Kind::OwnersCommittee,
    Kind::PropertyCompany,
    Kind::ResidentUnit,
    Kind::PartyBranch,
    Kind::StreetPartyCommittee,
    Kind::DistrictPartyCommittee,
    Kind::StreetOffice,
    Kind::Workstation,
    Kind::ServiceCenter,
    Kind::SocialOrganization,
    Kind::GovernmentDepartment,
    Kind::Compound,
];

/// The posts that make sense in a kind, the leading one first.
#[must_use]
pub const fn posts_of(kind: Kind) -> &'static [Post] {
    use Post::{
        Captain, Clerk, DeputyDirector, DeputySecretary, Director, GridWorker, Manager, Member, Owner, Representative,
        Resident, Secretary, Staff, Supervisor, Treasurer,
    };
    match kind {
        Kind::Unspecified => &[],
        Kind::PartyCommittee | Kind::StreetPartyCommittee | Kind::DistrictPartyCommittee => {
            &[Secretary, DeputySecretary, Member, Representative, Clerk, Staff]
        }
        Kind::PartyBranch => &[Secretary, DeputySecretary, Member, Representative, Clerk],
        Kind::ResidentCommittee => &[
            Director,
            DeputyDirector,
            Member,
            Representative,
            Clerk,
            Staff,
            Treasurer,
            Supervisor,
            GridWorker,
            Captain,
        ],
        Kind::OwnersCommittee => &[
            Director,
            DeputyDirector,
            Member,
            Representative,
            Clerk,
            Staff,
            Treasurer,
            Supervisor,
        ],
        Kind::PropertyCompany | Kind::ResidentUnit => &[Manager, Representative, Clerk, Staff],
        Kind::StreetOffice => &[Director, DeputyDirector, Representative, Clerk, Staff],
        Kind::Workstation => &[
            Director,
            DeputyDirector,
            Manager,
            Representative,
            Clerk,
            Staff,
            GridWorker,
        ],
        Kind::ServiceCenter | Kind::GovernmentDepartment => {
            &[Manager, Director, DeputyDirector, Representative, Clerk, Staff]
        }
        Kind::SocialOrganization => &[
            Manager,
            Director,
            DeputyDirector,
            Member,
            Representative,
            Clerk,
            Staff,
            Treasurer,
            Supervisor,
            Captain,
        ],
        Kind::Compound => &[Captain, Owner, Resident],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_and_post_of_the_contract_has_a_place() {
        let kinds: BTreeSet<_> = (1..64).filter_map(|number| Kind::try_from(number).ok()).collect();
        assert_eq!(KINDS.into_iter().collect::<BTreeSet<_>>(), kinds);
        for kind in kinds {
            assert!(!posts_of(kind).is_empty(), "{kind:?}");
        }
        for post in (1..64).filter_map(|number| Post::try_from(number).ok()) {
            assert!(
                KINDS.into_iter().any(|kind| posts_of(kind).contains(&post)),
                "{post:?} is in no kind"
            );
        }
        assert!(posts_of(Kind::Unspecified).is_empty());
    }
}
