use std::collections::HashMap;
use std::sync::Arc;

use prost::Message;
use sha2::{Digest, Sha256};
use yihe_authz::{Domain, Grant, Scope};
use yihe_kernel::{CommunityId, RegionCode};
use yihe_proto::policy::v1 as pb;

use super::made_roles::MadeRoles;
use super::template::{Group, Template};

/// The rules that one domain made: the template's, a region's or a community's. Immutable, and shared by all it covers.
#[derive(Debug, Clone)]
pub(crate) struct RuleLayer {
    /// Where they hold, and in everything below.
    pub domain: Domain,
    /// The policies' sequence at which they last changed.
    pub sequence: u64,
    pub grants: Vec<Grant>,
    /// Roles made here.
    pub roles: Vec<pb::MadeRole>,
    /// Who was given a made role here.
    pub assignments: Vec<pb::RoleTerm>,
}

/// All rules of the node by domain. Immutable: a change makes new ones, in which all other layers are the same.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    template: Arc<Template>,
    /// Rows of a file given at the start; they stay, whatever their domain makes besides.
    fixtures: Arc<HashMap<Domain, Vec<Grant>>>,
    layers: HashMap<Domain, Arc<RuleLayer>>,
}

impl Rules {
    /// The template and the rows read at the start, which are in force since `sequence`.
    pub fn new(template: Template, others: Vec<Grant>, sequence: u64) -> Self {
        let mut fixtures: HashMap<Domain, Vec<Grant>> = HashMap::new();
        for grant in others {
            fixtures.entry(grant.domain.clone()).or_default().push(grant);
        }
        let rules = Self {
            layers: HashMap::new(),
            fixtures: Arc::new(fixtures),
            template: Arc::new(template),
        };
        let of_template = [Domain::Everywhere, Domain::Regions];
        let domains: Vec<_> = rules.fixtures.keys().cloned().chain(of_template).collect();
        let base = domains.into_iter().map(|domain| {
            // a row of the file bears on its domain only, but the file is of one sequence
            let own = rules.template.grants().iter().filter(|grant| grant.domain == domain);
            RuleLayer {
                sequence,
                grants: own.cloned().collect(),
                domain,
                roles: Vec::new(),
                assignments: Vec::new(),
            }
        });
        let base: Vec<_> = base.collect();
        rules.with(base)
    }

    /// The same rules with what domains have made instead of what they made before.
    #[must_use]
    pub fn with(&self, made: impl IntoIterator<Item = RuleLayer>) -> Self {
        let mut layers = self.layers.clone();
        for mut made in made {
            if let Some(fixtures) = self.fixtures.get(&made.domain) {
                made.grants.extend(fixtures.iter().cloned());
            }
            layers.insert(made.domain.clone(), Arc::new(made));
        }
        Self {
            template: Arc::clone(&self.template),
            fixtures: Arc::clone(&self.fixtures),
            layers,
        }
    }

    /// What one domain has made; `None` where it never made any.
    pub fn layer(&self, domain: &Domain) -> Option<&Arc<RuleLayer>> {
        self.layers.get(domain)
    }

    /// The layers that bear on a community with this division and these recorded ancestors, on the region that these begin with
    /// where there is no community, or on the root layer; the widest first.
    pub fn covering(&self, community: Option<&CommunityId>, regions: &[RegionCode]) -> Vec<Arc<RuleLayer>> {
        let own = community.and_then(|community| community.as_str().parse::<RegionCode>().ok());
        // a community's own division may have the community's code: it is one domain
        let own = own.filter(|own| !regions.contains(own));
        let codes = regions.iter().rev().cloned().chain(own).map(Domain::Code);
        let in_region = (community.is_none() && !regions.is_empty()).then_some(Domain::Regions);
        let domains = [Domain::Everywhere].into_iter().chain(in_region).chain(codes);
        domains.filter_map(|domain| self.layers.get(&domain).cloned()).collect()
    }

    /// The roles that were made in a community or region and above it.
    pub fn made_roles(&self, scope: &Scope, regions: &[RegionCode]) -> MadeRoles {
        let layers = self.covering(scope.community(), regions);
        MadeRoles::of(layers.iter().flat_map(|layer| &layer.roles))
    }

    /// The policies' sequence of a community, or of the root layer: the newest of what bears on it.
    pub fn sequence(&self, community: Option<&CommunityId>, regions: &[RegionCode]) -> u64 {
        let layers = self.covering(community, regions);
        layers.iter().map(|layer| layer.sequence).max().unwrap_or_default()
    }

    /// The newest sequence of all.
    pub fn newest(&self) -> u64 {
        self.layers
            .values()
            .map(|layer| layer.sequence)
            .max()
            .unwrap_or_default()
    }

    /// The template's group of a grant.
    pub fn group_of(&self, grant: &str) -> Option<&Group> {
        self.template.group_of(grant)
    }
}

/// SHA-256 of what the rules of the start say, whatever the order of the rows.
pub(crate) fn digest<'a>(grants: impl IntoIterator<Item = &'a Grant>) -> [u8; 32] {
    let mut rows: Vec<_> = grants
        .into_iter()
        .map(|grant| grant.to_proto().encode_length_delimited_to_vec())
        .collect();
    rows.sort_unstable();
    rows.into_iter()
        .fold(Sha256::new(), Sha256::chain_update)
        .finalize()
        .into()
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

    fn rows(others: &[(&str, &str)]) -> Vec<Grant> {
        others
            .iter()
            .map(|(domain, permission)| row(domain, permission))
            .collect()
    }

    fn layer(domain: &str, sequence: u64, grants: Vec<Grant>) -> RuleLayer {
        RuleLayer {
            domain: Domain::Code(domain.parse().unwrap()),
            sequence,
            grants,
            roles: Vec::new(),
            assignments: Vec::new(),
        }
    }

    fn regions(codes: &[&str]) -> Vec<RegionCode> {
        codes.iter().map(|code| code.parse().unwrap()).collect()
    }

    #[test]
    fn the_digest_changes_with_what_is_said_and_not_with_its_order() {
        let (a, b) = (("440309", "meeting.motion.submit"), ("440309002", "meeting.vote.open"));
        assert_eq!(digest(&rows(&[a, b])), digest(&rows(&[b, a])));
        assert_ne!(digest(&rows(&[a, b])), digest(&rows(&[a])));
        assert_ne!(digest(&rows(&[a])), digest(&rows(&[("440308", a.1)])));
    }

    #[test]
    fn a_rule_covers_what_lies_below_it_in_the_recorded_tree_only() {
        let others = rows(&[
            ("440309", "meeting.motion.submit"),
            ("440309002021", "meeting.vote.open"),
            ("4401", "meeting.vote.open"),
        ]);
        let rules = Rules::new(Template::shipped().unwrap(), others, 1);
        let community: CommunityId = "440309002021".parse().unwrap();
        let covering = |community, regions: &[&str]| {
            let layers = rules.covering(community, &self::regions(regions));
            layers.iter().map(|layer| layer.domain.to_string()).collect::<Vec<_>>()
        };
        // by its digits it would lie below 440309; the record says otherwise
        assert_eq!(covering(Some(&community), &["440399", "4403"]), ["*", "440309002021"]);
        assert_eq!(
            covering(Some(&community), &["440309002021", "440309", "4403"]),
            ["*", "440309", "440309002021"],
            "the widest first, each once"
        );
        assert_eq!(covering(None, &[]), ["*"]);
        assert_eq!(
            covering(None, &["440309002", "440309"]),
            ["*", "regions", "440309"],
            "in a region itself what counts in regions alone counts too"
        );
    }

    #[test]
    fn a_layer_that_changes_leaves_all_others_as_they_are() {
        let others = rows(&[("440309", "meeting.motion.submit"), ("4403", "meeting.vote.open")]);
        let before = Rules::new(Template::shipped().unwrap(), others, 1);
        let after = before.with([layer("440309", 7, rows(&[("440309", "meeting.vote.close")]))]);
        let (one, other): (CommunityId, CommunityId) =
            ("440309002021".parse().unwrap(), "440305006013".parse().unwrap());
        assert_eq!(after.sequence(Some(&one), &regions(&["440309", "4403"])), 7);
        assert_eq!(after.sequence(Some(&other), &regions(&["440305", "4403"])), 1);
        let everywhere = |rules: &Rules| Arc::clone(rules.layer(&Domain::Everywhere).unwrap());
        assert!(Arc::ptr_eq(&everywhere(&before), &everywhere(&after)));
        let own = after.layer(&Domain::Code("440309".parse().unwrap())).unwrap();
        let permissions: Vec<_> = own.grants.iter().map(|grant| grant.permission.to_string()).collect();
        assert_eq!(
            permissions,
            ["meeting.vote.close", "meeting.motion.submit"],
            "the rows of the file stay"
        );
    }
}
