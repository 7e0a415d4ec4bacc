//! The directory's words in those of a snapshot.

pub(crate) mod change;

use yihe_authz::{RoleName, Scope};
use yihe_kernel::{CommunityName, Error, RegionName, Result};
use yihe_proto::directory::v1 as directory;
use yihe_proto::policy::v1 as pb;

use crate::domain::authority::Authority;

/// Reads the directory's answer. One row that cannot be understood refuses the whole: a role left out in silence could be the
/// one that a denial is meant for.
pub(crate) fn authority(wire: directory::Authority) -> Result<Authority> {
    let scope = scope(&wire)?;
    let regions = wire.regions.iter().map(|name| {
        let name = name
            .parse::<RegionName>()
            .map_err(|error| malformed("regions", error))?;
        Ok(name.region)
    });
    let regions = regions.collect::<Result<Vec<_>>>()?;
    let people = wire.holdings.into_iter().map(of_person);
    let clients = wire.clients.into_iter().map(of_client);
    let cutoffs = wire.cutoffs.into_iter();
    Ok(Authority {
        scope,
        sequence: wire.sequence,
        regions,
        roles: people.chain(clients).collect::<Result<_>>()?,
        cutoffs: cutoffs
            .map(|cutoff| pb::TokenCutoff {
                principal: cutoff.principal,
                cutoff_time: cutoff.cutoff_time,
            })
            .collect(),
    })
}

fn scope(wire: &directory::Authority) -> Result<Scope> {
    if wire.community.is_empty() {
        let name = wire.region.parse::<RegionName>();
        return Ok(Scope::Region(name.map_err(|error| malformed("region", error))?.region));
    }
    let name = wire.community.parse::<CommunityName>();
    Ok(Scope::Community(
        name.map_err(|error| malformed("community", error))?.community,
    ))
}

fn of_person(holding: directory::Holding) -> Result<pb::RoleTerm> {
    let post = directory::Post::try_from(holding.post)
        .ok()
        .filter(|post| *post != directory::Post::Unspecified);
    let post = post.ok_or_else(|| malformed(&holding.user, format_args!("post {} is not known", holding.post)))?;
    let role = RoleName::Post(kind(holding.kind, &holding.user)?, post);
    let capacity = if role.is_of_register() {
        "self".to_owned()
    } else {
        holding.organization
    };
    Ok(pb::RoleTerm {
        principal: holding.user,
        capacity,
        role: role.to_string(),
        start_time: holding.start_time,
        end_time: holding.end_time,
    })
}

fn of_client(holding: directory::ClientHolding) -> Result<pb::RoleTerm> {
    let role = RoleName::Client(kind(holding.kind, &holding.client)?);
    Ok(pb::RoleTerm {
        principal: holding.client,
        capacity: holding.organization,
        role: role.to_string(),
        start_time: None,
        end_time: None,
    })
}

fn kind(wire: i32, holder: &str) -> Result<directory::OrganizationKind> {
    let kind = directory::OrganizationKind::try_from(wire).ok();
    let kind = kind.filter(|kind| *kind != directory::OrganizationKind::Unspecified);
    kind.ok_or_else(|| malformed(holder, format_args!("organization kind {wire} is not known")))
}

fn malformed(of: &str, detail: impl std::fmt::Display) -> Error {
    Error::internal(format!(
        "the directory's word on authority cannot be understood: {of}: {detail}"
    ))
}
