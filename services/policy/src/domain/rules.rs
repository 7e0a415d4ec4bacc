use prost::Message;
use sha2::{Digest, Sha256};
use yihe_authz::Grant;
use yihe_kernel::{CommunityId, RegionCode};

use super::template::{Group, Template};

/// All rules of the node: the template and the rows of regions and communities.
#[derive(Debug)]
pub(crate) struct Rules {
    template: Template,
    others: Vec<Grant>,
}

impl Rules {
    pub fn new(template: Template, others: Vec<Grant>) -> Self {
        Self { template, others }
    }

    /// The grants that bear on a community with this division and these recorded ancestors, or on the root layer.
    pub fn covering(&self, community: Option<&CommunityId>, regions: &[RegionCode]) -> impl Iterator<Item = &Grant> {
        self.all().filter(move |grant| grant.domain.covers(community, regions))
    }

    /// The template's group of a grant.
    pub fn group_of(&self, grant: &str) -> Option<&Group> {
        self.template.group_of(grant)
    }

    /// SHA-256 of what the rules say, whatever the order of the rows.
    pub fn digest(&self) -> [u8; 32] {
        let mut rows: Vec<_> = self
            .all()
            .map(|grant| grant.to_proto().encode_length_delimited_to_vec())
            .collect();
        rows.sort_unstable();
        rows.into_iter()
            .fold(Sha256::new(), Sha256::chain_update)
            .finalize()
            .into()
    }

    fn all(&self) -> impl Iterator<Item = &Grant> {
        self.template.grants().iter().chain(&self.others)
    }
}

#[cfg(test)]
mod tests {
    use yihe_authz::Catalogue;

    use super::*;
    use crate::domain::row::Row;

    fn row(domain: &str, permission: &str) -> Grant {
        let row = Row {
            source: "fixture",
            role: "*/*",
            domain,
            permission,
            effect: "deny",
            ..Row::default()
        };
        row.grant(Catalogue::shipped()).unwrap()
    }

    fn rules(others: &[(&str, &str)]) -> Rules {
        Rules::new(
            Template::shipped().unwrap(),
            others
                .iter()
                .map(|(domain, permission)| row(domain, permission))
                .collect(),
        )
    }

    #[test]
    fn the_digest_changes_with_what_is_said_and_not_with_its_order() {
        let (a, b) = (("440309", "meeting.motion.submit"), ("440309002", "meeting.vote.open"));
        assert_eq!(rules(&[a, b]).digest(), rules(&[b, a]).digest());
        assert_ne!(rules(&[a, b]).digest(), rules(&[a]).digest());
        assert_ne!(rules(&[a]).digest(), rules(&[("440308", a.1)]).digest());
    }

    #[test]
    fn a_rule_covers_what_lies_below_it_in_the_recorded_tree_only() {
        let rules = rules(&[
            ("440309", "meeting.motion.submit"),
            ("440309002021", "meeting.vote.open"),
            ("4401", "meeting.vote.open"),
        ]);
        let community: CommunityId = "440309002021".parse().unwrap();
        // by its digits it would lie below 440309; the record says otherwise
        let regions: Vec<RegionCode> = ["440399", "4403"].map(|code| code.parse().unwrap()).to_vec();
        let covering = |community, regions| {
            let grants = rules
                .covering(community, regions)
                .filter(|grant| &*grant.source == "fixture");
            grants.map(|grant| grant.domain.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(covering(Some(&community), regions.as_slice()), ["440309002021"]);
        let recorded: Vec<RegionCode> = ["440309002021", "440309", "4403"]
            .map(|code| code.parse().unwrap())
            .to_vec();
        assert_eq!(
            covering(Some(&community), recorded.as_slice()),
            ["440309", "440309002021"]
        );
        assert!(covering(None, &[]).is_empty());
    }
}
