use yihe_kernel::{CommunityName, RegionName, Timestamp};
use yihe_proto::policy::v1 as pb;

use super::{Holding, Snapshot};
use crate::{Grant, Principal};

impl Snapshot {
    /// The wire form with every rule, not by layers.
    #[must_use]
    pub fn to_proto(&self) -> pb::Snapshot {
        let community = self.community.clone().map(|community| CommunityName { community });
        let regions = self.regions.iter().cloned();
        let held = self.subjects.iter().flat_map(|(principal, subject)| {
            let holdings = subject.holdings.iter();
            holdings.map(move |holding| role_term(principal, holding))
        });
        let cutoffs = self.subjects.iter().filter_map(|(principal, subject)| {
            Some(pb::TokenCutoff {
                principal: principal.to_string(),
                cutoff_time: Some(subject.cutoff?.to_proto()),
            })
        });
        pb::Snapshot {
            community: community.map(|name| name.to_string()).unwrap_or_default(),
            revision: Some(self.revision.to_proto()),
            regions: regions.map(|region| RegionName { region }.to_string()).collect(),
            grants: self.grants().map(Grant::to_proto).collect(),
            roles: held.collect(),
            cutoffs: cutoffs.collect(),
            region: self
                .region
                .clone()
                .map(|region| RegionName { region }.to_string())
                .unwrap_or_default(),
            ..pb::Snapshot::default()
        }
    }
}

fn role_term(principal: &Principal, holding: &Holding) -> pb::RoleTerm {
    pb::RoleTerm {
        principal: principal.to_string(),
        capacity: holding.capacity.to_string(),
        role: holding.role.to_string(),
        start_time: holding.term.start().map(Timestamp::to_proto),
        end_time: holding.term.end().map(Timestamp::to_proto),
    }
}
