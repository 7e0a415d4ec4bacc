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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{at, client, compose, deny, grant, holds, id, organization, user, wire};

    fn refusal(change: &dyn Fn(&mut pb::Snapshot)) -> String {
        let roles = vec![holds(&user(1), organization(1), "PARTY_COMMITTEE/SECRETARY")];
        let mut wire = wire(
            vec![grant("a", "*/*", "meeting.motion.get"), grant("b", "*/*", "*")],
            roles,
        );
        change(&mut wire);
        let refusal = Snapshot::compose(wire, Catalogue::shipped()).unwrap_err();
        assert!(refusal.is(&reasons::SNAPSHOT_MALFORMED));
        refusal.to_string()
    }

    #[test]
    fn one_malformed_row_refuses_the_whole_and_is_named() {
        assert!(refusal(&|wire| wire.community = "440309002021".to_owned()).contains("community"));
        assert!(refusal(&|wire| wire.regions[1] = "regions/x".to_owned()).contains("regions[1]"));
        let text = refusal(&|wire| wire.grants[1].role = "BOSS".to_owned());
        assert!(
            text.contains("grants[1]") && text.contains("`b`") && text.contains("BOSS"),
            "{text}"
        );
        // also where the row would not cover the community
        let text = refusal(&|wire| (wire.grants[0].domain, wire.grants[0].effect) = ("4401".to_owned(), 0));
        assert!(text.contains("grants[0]") && text.contains("effect"), "{text}");

        for (principal, capacity, role) in [
            (
                "users/1".to_owned(),
                organization(1).to_string(),
                "PARTY_COMMITTEE/SECRETARY",
            ),
            (user(1).to_string(), id(1), "PARTY_COMMITTEE/SECRETARY"),
            (user(1).to_string(), "self".to_owned(), "PARTY_COMMITTEE/SECRETARY"),
            (user(1).to_string(), organization(1).to_string(), "PARTY_COMMITTEE/*"),
            (user(1).to_string(), organization(1).to_string(), "*/*"),
            (user(1).to_string(), organization(1).to_string(), "OPERATOR"),
            (user(1).to_string(), organization(1).to_string(), "RESIDENT_UNIT/CLIENT"),
            (
                client(1).to_string(),
                organization(1).to_string(),
                "RESIDENT_UNIT/MANAGER",
            ),
            (client(1).to_string(), "self".to_owned(), "RESIDENT_UNIT/CLIENT"),
            (client(1).to_string(), organization(1).to_string(), "COMPOUND/OWNER"),
            ("operators/local".to_owned(), "self".to_owned(), "OPERATOR"),
            ("services/policy".to_owned(), "self".to_owned(), "COMPOUND/OWNER"),
            ("operators/local".to_owned(), "self".to_owned(), "ROLE/hall-keeper"),
            (user(1).to_string(), "self".to_owned(), "ROLE/Hall"),
        ] {
            let row = pb::RoleTerm {
                principal,
                capacity,
                role: role.to_owned(),
                start_time: None,
                end_time: None,
            };
            let text = refusal(&|wire| wire.roles.push(row.clone()));
            assert!(text.contains("roles[1]"), "{text}");
        }
        let bad = prost_types::Timestamp { seconds: 0, nanos: -1 };
        assert!(refusal(&|wire| wire.roles[0].end_time = Some(bad)).contains("end_time"));
        let cutoff = |cutoff_time| pb::TokenCutoff {
            principal: user(1).to_string(),
            cutoff_time,
        };
        assert!(refusal(&|wire| wire.cutoffs.push(cutoff(None))).contains("cutoffs[0]"));
        assert!(refusal(&|wire| wire.cutoffs.push(cutoff(Some(bad)))).contains("cutoffs[0]"));
        assert!(
            refusal(&|wire| wire.cutoffs.push(pb::TokenCutoff {
                principal: String::new(),
                ..cutoff(None)
            }))
            .contains("cutoffs[0]")
        );
    }

    #[test]
    fn rows_that_do_not_cover_are_left_out() {
        let elsewhere = pb::Grant {
            domain: "4401".to_owned(),
            ..grant("far", "*/*", "*")
        };
        let region = pb::Grant {
            domain: "44".to_owned(),
            ..deny(grant("near", "*/*", "*"))
        };
        let snapshot = compose(
            vec![elsewhere.clone(), region.clone(), grant("a", "*/*", "*")],
            Vec::new(),
        );
        assert_eq!(
            snapshot.grants().iter().map(|grant| &*grant.id).collect::<Vec<_>>(),
            ["near", "a"]
        );
        let root = pb::Snapshot {
            grants: vec![elsewhere, region, grant("a", "OPERATOR", "*")],
            ..pb::Snapshot::default()
        };
        let root = Snapshot::compose(root, Catalogue::shipped()).unwrap();
        assert_eq!((root.community(), root.grants().len()), (None, 1));
    }

    #[test]
    fn the_latest_cutoff_counts() {
        let mut wire = wire(Vec::new(), Vec::new());
        for seconds in [3, 9, 5] {
            let cutoff_time = Some(at(seconds).to_proto());
            wire.cutoffs.push(pb::TokenCutoff {
                principal: user(1).to_string(),
                cutoff_time,
            });
        }
        let snapshot = Snapshot::compose(wire, Catalogue::shipped()).unwrap();
        assert_eq!(
            (snapshot.cutoff(&user(1)), snapshot.cutoff(&user(2))),
            (Some(at(9)), None)
        );
    }
}
