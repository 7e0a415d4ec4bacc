//! Party committees of regions.

use yihe_kernel::{Error, OrganizationId, RegionCode, RegionName, Result, Timestamp};
use yihe_proto::directory::v1::{OrganizationKind, RegionLevel};

use crate::domain::membership::Organization;
use crate::domain::region::{Region, level};
use crate::reasons;

/// The Party committee that administers a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionCommittee {
    /// The region.
    pub region: RegionCode,
    /// The committee.
    pub organization: Organization,
    /// When it was established.
    pub created_at: Timestamp,
}

/// Whether a committee may administer the region: a community's own division is administered by the community's committee.
#[must_use]
pub fn is_administered(region: &RegionCode) -> bool {
    level(region) != RegionLevel::Community
}

/// Establishes the committee of a region.
///
/// # Errors
/// `REGION_IS_A_COMMUNITY` for a division of the lowest level.
pub fn establish(region: &Region, display_name: &str, id: OrganizationId, now: Timestamp) -> Result<RegionCommittee> {
    let (kind, suffix) = match level(&region.code) {
        RegionLevel::Street => (OrganizationKind::StreetPartyCommittee, "党工委"),
        RegionLevel::District | RegionLevel::City | RegionLevel::Province => {
            (OrganizationKind::DistrictPartyCommittee, "委员会")
        }
        RegionLevel::Community | RegionLevel::Unspecified => {
            let name = RegionName {
                region: region.code.clone(),
            };
            return Err(Error::new(&reasons::REGION_IS_A_COMMUNITY).with("name", name));
        }
    };
    let display_name = if display_name.is_empty() {
        format!("中共{}{suffix}", region.display_name)
    } else {
        display_name.to_owned()
    };
    Ok(RegionCommittee {
        region: region.code.clone(),
        organization: Organization { id, kind, display_name },
        created_at: now,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(code: &str, display_name: &str) -> Region {
        Region {
            code: code.parse().unwrap(),
            parent: None,
            display_name: display_name.into(),
        }
    }

    #[test]
    fn the_level_tells_the_kind() {
        let id = OrganizationId::from(uuid::Uuid::nil());
        let now = Timestamp::from_seconds(0);
        let street = establish(&region("440309002", "民治街道"), "", id, now).unwrap();
        assert_eq!(
            (street.organization.kind, street.organization.display_name.as_str()),
            (OrganizationKind::StreetPartyCommittee, "中共民治街道党工委")
        );
        for code in ["440309", "4403", "44"] {
            let above = establish(&region(code, "龙华区"), "龙华区委", id, now).unwrap();
            assert_eq!(above.organization.kind, OrganizationKind::DistrictPartyCommittee);
            assert_eq!(above.organization.display_name, "龙华区委");
        }
        let refusal = establish(&region("440309002021", "北站社区居委会"), "", id, now).unwrap_err();
        assert!(refusal.is(&reasons::REGION_IS_A_COMMUNITY));
    }
}
