#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::Arc;

use yihe_kernel::{CommunityId, CommunityName, Error, RegionCode, RegionName, Result, Timestamp};
use yihe_proto::policy::v1 as pb;

use crate::layer::{Layer, Layers, is_wide};
use crate::snapshot::{Holding, Layering, Narrow, Placed, Snapshot, Standings, Subject};
use crate::{Capacity, Catalogue, Domain, Grant, Principal, Revision, RoleName, Term, reasons};

impl Snapshot {
    /// Composes a snapshot that shares its layers with no other, as [`Snapshot::sharing`] does.
    ///
    /// # Errors
    /// As of [`Snapshot::sharing`].
    pub fn compose(wire: pb::Snapshot, catalogue: &Catalogue) -> Result<Self> {
        Self::sharing(&Layers::default(), wire, catalogue)
    }

    /// Composes a snapshot: validates every row, leaves out rules that do not cover the community, and takes layers that are held
    /// already from those.
    ///
    /// # Errors
    /// `SNAPSHOT_MALFORMED` naming the first row that is not valid; then nothing of it is used. `INTERNAL` for another catalogue than
    /// the shipped one, in which decisions look permissions up.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "what was received is composed once and gone"
    )]
    pub fn sharing(held: &Layers, wire: pb::Snapshot, catalogue: &Catalogue) -> Result<Self> {
        if !std::ptr::eq(catalogue, Catalogue::shipped()) {
            return Err(Error::internal("the catalogue is not the one that is shipped"));
        }
        let community = match wire.community.as_str() {
            "" => None,
            name => Some(
                name.parse::<CommunityName>()
                    .map_err(|error| malformed("community", error))?
                    .community,
            ),
        };
        let regions = read_regions(&wire.regions)?;
        let region = own_region(&wire.region, community.as_ref(), &regions)?;
        let covers = |domain: &Domain| domain.covers(community.as_ref(), &regions);
        let mut layers = Vec::with_capacity(wire.layers.len() + 1);
        for (place, row) in wire.layers.iter().enumerate() {
            let layer = layer(held, row, &format!("layers[{place}]"), catalogue)?;
            if layer.domain().is_none_or(covers) {
                layers.push(layer);
            }
        }
        let mut grants = read_grants(&wire.grants, "grants", catalogue)?;
        grants.retain(|grant| covers(&grant.domain));
        if !grants.is_empty() {
            layers.push(Arc::new(Layer::build(None, &[], grants, catalogue)?));
        }
        let layers: Layering = layers.into_iter().map(Placed::from).collect();
        let subjects = read_subjects(&wire)?;
        let wide = layers.iter().map(|placed| &placed.layer);
        let wide: Vec<_> = wide.take_while(|layer| is_wide(layer)).cloned().collect();
        let narrow = layers.iter().skip(wide.len()).map(|placed| &placed.index);
        let permissions = catalogue.permissions().len();
        Ok(Self {
            community,
            region,
            revision: Revision::from_proto(wire.revision.as_ref()),
            regions,
            wide: held.together(&wide, permissions)?,
            narrow: Narrow::of(narrow, permissions),
            standings: Standings::build(&subjects, &layers)?,
            layers,
            subjects,
        })
    }
}

/// The region that it decides for, which begins its own lineage.
fn own_region(name: &str, community: Option<&CommunityId>, regions: &[RegionCode]) -> Result<Option<RegionCode>> {
    if name.is_empty() {
        return Ok(None);
    }
    let own = name
        .parse::<RegionName>()
        .map_err(|error| malformed("region", error))?
        .region;
    if community.is_some() || regions.first() != Some(&own) {
        return Err(malformed("region", "it is not the first of `regions` alone"));
    }
    Ok(Some(own))
}

fn read_grants(rows: &[pb::Grant], list: &str, catalogue: &Catalogue) -> Result<Vec<Grant>> {
    let read =
        |(place, row)| Grant::parse(row, catalogue).map_err(|error| malformed(format_args!("{list}[{place}]"), &error));
    rows.iter().enumerate().map(read).collect()
}

/// A layer that is held, or one built of the rows that came.
fn layer(held: &Layers, row: &pb::Layer, name: &str, catalogue: &Catalogue) -> Result<Arc<Layer>> {
    let domain: Domain = row.domain.parse().map_err(|detail| malformed(name, detail))?;
    if !row.digest.is_empty()
        && let Some(layer) = mutate!(held.get(&row.digest), StaleLayer => held.of_domain(&domain))
    {
        if layer.domain() != Some(&domain) {
            return Err(malformed(name, "its digest is that of another domain's rules"));
        }
        return Ok(layer);
    }
    if row.grants.is_empty() {
        return Err(malformed(name, "it came without its rules, which are not held"));
    }
    let grants = read_grants(&row.grants, &format!("{name}.grants"), catalogue)?;
    if let Some(stray) = grants.iter().find(|grant| grant.domain != domain) {
        let detail = format!("`{}` is of the domain {}", stray.id, stray.domain);
        return Err(malformed(name, detail));
    }
    let layer = Layer::build(Some(domain), &row.digest, grants, catalogue)?;
    Ok(if row.digest.is_empty() {
        Arc::new(layer)
    } else {
        held.share(layer)
    })
}

fn read_subjects(wire: &pb::Snapshot) -> Result<HashMap<Principal, Subject>> {
    let mut subjects: HashMap<Principal, Subject> = HashMap::new();
    for (place, row) in wire.roles.iter().enumerate() {
        let (principal, holding) = holding(row).map_err(|detail| malformed(format_args!("roles[{place}]"), detail))?;
        subjects.entry(principal).or_default().holdings.push(holding);
    }
    for (place, row) in wire.cutoffs.iter().enumerate() {
        let (principal, cutoff) = cutoff(row).map_err(|detail| malformed(format_args!("cutoffs[{place}]"), detail))?;
        let subject = subjects.entry(principal).or_default();
        subject.cutoff = subject.cutoff.max(Some(cutoff));
    }
    for subject in subjects.values_mut() {
        subject.holdings.shrink_to_fit();
    }
    subjects.shrink_to_fit();
    Ok(subjects)
}

fn read_regions(names: &[String]) -> Result<Vec<RegionCode>> {
    let read = |(place, name): (usize, &String)| {
        let name = name
            .parse::<RegionName>()
            .map_err(|error| malformed(format_args!("regions[{place}]"), error))?;
        Ok(name.region)
    };
    names.iter().enumerate().map(read).collect()
}

fn holding(row: &pb::RoleTerm) -> Result<(Principal, Holding), String> {
    let principal: Principal = row.principal.parse().map_err(|error| format!("{error}"))?;
    let mut capacity: Capacity = row.capacity.parse().map_err(|error| format!("{error}"))?;
    let role: RoleName = row.role.parse()?;
    let term = Term::from_proto(row.start_time.as_ref(), row.end_time.as_ref())
        .map_err(|field| format!("{field} is not an instant of the years 1 to 9999"))?;
    match (&principal, role) {
        (Principal::User(_), RoleName::Post(..)) if role.is_of_register() => {
            // an owner speaks for itself, whatever organization keeps the register
            capacity = mutate!(Capacity::Own, RegisterUnderOrganization => capacity);
        }
        (Principal::User(_), RoleName::Post(..)) | (Principal::Client(_), RoleName::Client(_)) => {
            if capacity == Capacity::Own {
                return Err(format!("{role} cannot be held under `self`"));
            }
        }
        (Principal::User(_) | Principal::Client(_), RoleName::Made(_)) => {}
        _ => return Err(format!("{principal} cannot hold {role}")),
    }
    Ok((principal, Holding { capacity, role, term }))
}

fn cutoff(row: &pb::TokenCutoff) -> Result<(Principal, Timestamp), String> {
    let principal: Principal = row.principal.parse().map_err(|error| format!("{error}"))?;
    let wire = row.cutoff_time.as_ref().ok_or("cutoff_time is absent")?;
    let instant = Timestamp::from_proto(wire).ok_or("cutoff_time is not an instant of the years 1 to 9999")?;
    Ok((principal, instant))
}

fn malformed(row: impl Display, detail: impl Display) -> Error {
    Error::new(&reasons::SNAPSHOT_MALFORMED)
        .with("row", row)
        .with("detail", detail)
}
