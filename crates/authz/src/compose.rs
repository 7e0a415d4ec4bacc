use std::collections::HashMap;
use std::fmt::Display;

use yihe_kernel::{CommunityName, Error, RegionCode, RegionName, Result, Timestamp};
use yihe_proto::policy::v1 as pb;

use crate::snapshot::{Holding, Snapshot, Subject};
use crate::{Capacity, Catalogue, Grant, Principal, Revision, RoleName, Term, reasons};

impl Snapshot {
    /// Composes a snapshot: validates every row, leaves out grants that do not cover the community, and indexes the others by
    /// permission.
    ///
    /// # Errors
    /// `SNAPSHOT_MALFORMED` naming the first row that is not valid; then nothing of it is used.
    pub fn compose(wire: pb::Snapshot, catalogue: &Catalogue) -> Result<Self> {
        let pb::Snapshot {
            community,
            revision,
            regions,
            grants: rows,
            roles,
            cutoffs,
        } = wire;
        let community = match community.as_str() {
            "" => None,
            name => Some(
                name.parse::<CommunityName>()
                    .map_err(|error| malformed("community", error))?
                    .community,
            ),
        };
        let regions = read_regions(&regions)?;
        let mut grants = Vec::with_capacity(rows.len());
        for (place, row) in rows.iter().enumerate() {
            let grant =
                Grant::parse(row, catalogue).map_err(|error| malformed(format_args!("grants[{place}]"), &error))?;
            if grant.domain.covers(community.as_ref(), &regions) {
                grants.push(grant);
            }
        }
        let mut subjects: HashMap<Principal, Subject> = HashMap::new();
        for (place, row) in roles.iter().enumerate() {
            let (principal, holding) =
                holding(row).map_err(|detail| malformed(format_args!("roles[{place}]"), detail))?;
            subjects.entry(principal).or_default().holdings.push(holding);
        }
        for (place, row) in cutoffs.iter().enumerate() {
            let (principal, cutoff) =
                cutoff(row).map_err(|detail| malformed(format_args!("cutoffs[{place}]"), detail))?;
            let subject = subjects.entry(principal).or_default();
            subject.cutoff = subject.cutoff.max(Some(cutoff));
        }
        let mut grant_changes: Vec<_> = grants.iter().flat_map(|grant| grant.term.changes()).collect();
        grant_changes.sort_unstable();
        grant_changes.dedup();
        Ok(Self {
            community,
            revision: Revision::from_proto(revision.as_ref()),
            regions,
            permissions: catalogue.index(),
            rules: index(&grants, catalogue)?,
            grants,
            grant_changes,
            subjects,
        })
    }
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

fn index(grants: &[Grant], catalogue: &Catalogue) -> Result<Vec<Vec<u32>>> {
    let mut rules = vec![Vec::new(); catalogue.permissions().len()];
    for (place, grant) in grants.iter().enumerate() {
        let place = u32::try_from(place).map_err(Error::internal)?;
        for (rules, permission) in rules.iter_mut().zip(catalogue.permissions()) {
            if grant.permission.matches(&permission.name) {
                rules.push(place);
            }
        }
    }
    Ok(rules)
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
