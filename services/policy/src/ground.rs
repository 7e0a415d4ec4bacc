use std::sync::Arc;

use sea_orm::ConnectionTrait;
use yihe_authz::{Domain, Grant, RoleName};
use yihe_kernel::{Error, RegionCode, Result, Timestamp, reasons};
use yihe_proto::policy::v1 as pb;
use yihe_store::Failure;

use crate::domain::change::apply::{After, apply};
use crate::domain::change::base::Covering;
use crate::domain::change::edit::{self, Edit};
use crate::domain::change::naming::named_in_full;
use crate::domain::change::{guards, is_sensitive};
use crate::domain::made::Made;
use crate::domain::place::Place;
use crate::domain::rules::{RuleLayer, Rules};
use crate::service::Policy;
use crate::store::{made, revision};

/// Where a place lies and what bears on it from above, so that its own rules can be read, in a transaction or outside one.
#[derive(Debug, Clone)]
pub(crate) struct Standpoint {
    pub place: Place,
    /// The place's own division first, then the recorded ancestors.
    pub regions: Vec<RegionCode>,
    pub rules: Arc<Rules>,
}

/// What a change is made against: the domain's own rules and those above.
#[derive(Debug)]
pub(crate) struct Ground {
    pub covering: Covering,
    pub made: Made,
    /// Grants of the levels above, the template's first.
    pub above: Vec<Grant>,
    roles_above: Vec<RoleName>,
}

impl Standpoint {
    /// That of a place now.
    pub async fn of(policy: &Policy, place: &Place) -> Result<Self> {
        let snapshot = policy.snapshots.at(&place.scope(), None).await?;
        policy.in_force.refresh().await?;
        Ok(Self {
            place: place.clone(),
            regions: snapshot.regions().to_vec(),
            rules: policy.composer.rules.load_full(),
        })
    }

    /// The domains that bear on the place, the widest first, its own last.
    fn domains(&self) -> Vec<Domain> {
        let own = self.place.domain();
        let above = self.regions.iter().rev().cloned().map(Domain::Code);
        let in_region = self.place.community().is_none().then_some(Domain::Regions);
        let above = [Domain::Everywhere].into_iter().chain(in_region).chain(above);
        above.filter(|domain| *domain != own).chain([own.clone()]).collect()
    }

    /// The newest revisions of what bears on the place.
    pub async fn covering<C: ConnectionTrait>(&self, connection: &C) -> Result<Covering, Failure> {
        let domains: Vec<_> = self.domains().iter().map(ToString::to_string).collect();
        revision::covering(connection, &domains).await
    }

    /// What a change of the place is made against.
    pub async fn ground<C: ConnectionTrait>(&self, connection: &C) -> Result<Ground, Failure> {
        let covering = self.covering(connection).await?;
        let own = self.place.domain();
        let above: Vec<_> = self.domains();
        let above: Vec<Arc<RuleLayer>> = above
            .iter()
            .filter(|domain| **domain != own)
            .filter_map(|domain| self.rules.layer(domain).cloned())
            .collect();
        let newest = |code: &str| {
            let found = covering.0.iter().find(|(domain, _)| domain == code);
            found.map_or(0, |(_, sequence)| *sequence)
        };
        // guards judge by what is in memory, so it must be what is in the database
        if above
            .iter()
            .any(|layer| layer.sequence < newest(&layer.domain.to_string()))
        {
            let error = Error::new(&reasons::UNAVAILABLE).with("detail", "the rules are changing at this moment");
            return Err(error.into());
        }
        let sequence = newest(own.to_string().as_str());
        Ok(Ground {
            made: made::load(connection, &own, sequence).await?,
            above: above.iter().flat_map(|layer| layer.grants.iter().cloned()).collect(),
            roles_above: above
                .iter()
                .flat_map(|layer| &layer.roles)
                .filter_map(|role| role.role.parse().ok())
                .collect(),
            covering,
        })
    }
}

impl Ground {
    /// The edits with every made role named in full.
    pub fn named_in_full(&self, edits: &[pb::PolicyEdit]) -> Vec<pb::PolicyEdit> {
        named_in_full(edits, &self.made, &self.roles_above)
    }

    /// Reads the edits of a change of the place that this is the ground of.
    ///
    /// # Errors
    /// As of [`edit::read`].
    pub fn read(&self, edits: &[pb::PolicyEdit], place: &Place, now: Timestamp) -> Result<Vec<Edit>> {
        edit::read(&self.named_in_full(edits), place, now)
    }

    /// What the rules would be after these edits, as the revision `sequence`, and whether the change is sensitive.
    ///
    /// # Errors
    /// As of [`apply`] and [`guards::check`].
    pub fn try_out(&self, edits: &[Edit], sequence: u64, source: &str) -> Result<(After, bool)> {
        let after = apply(&self.made, edits, &self.roles_above, sequence, source)?;
        guards::check(&after, &self.above)?;
        let sensitive = is_sensitive(&after, &self.above);
        Ok((after, sensitive))
    }
}
