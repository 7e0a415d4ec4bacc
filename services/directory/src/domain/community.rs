//! A community.

use yihe_kernel::{CommunityId, Error, OrganizationId, RegionCode, RegionName, Result, Timestamp};
use yihe_proto::directory::v1::RegionLevel;

use crate::domain::region::{Region, level};
use crate::reasons;

/// The zone of all communities for now: China has one.
pub const TIME_ZONE: &str = "Asia/Shanghai";

/// A community, the unit of governance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Community {
    /// Its key: the division code at activation.
    pub id: CommunityId,
    /// Its current division.
    pub region: RegionCode,
    /// Its name.
    pub display_name: String,
    /// Its Party committee.
    pub party_committee: OrganizationId,
    /// Grows by one with each change that bears on authority.
    pub authority_sequence: u64,
    /// IANA name of its time zone.
    pub time_zone: String,
    /// When it was activated.
    pub created_at: Timestamp,
}

/// Activates a community on a division.
///
/// # Errors
/// `REGION_NOT_A_COMMUNITY` for a division of a higher level.
pub fn activate(
    region: &Region,
    display_name: String,
    party_committee: OrganizationId,
    now: Timestamp,
) -> Result<Community> {
    let name = RegionName {
        region: region.code.clone(),
    };
    let refusal = || Error::new(&reasons::REGION_NOT_A_COMMUNITY).with("name", &name);
    if level(&region.code) != RegionLevel::Community {
        return Err(refusal());
    }
    Ok(Community {
        id: region.code.as_str().parse().map_err(|_| refusal())?,
        region: region.code.clone(),
        display_name: if display_name.is_empty() {
            region.display_name.clone()
        } else {
            display_name
        },
        party_committee,
        authority_sequence: 1,
        time_zone: TIME_ZONE.to_owned(),
        created_at: now,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_lowest_level_becomes_a_community() {
        let region = |code: &str| Region {
            code: code.parse().unwrap(),
            parent: None,
            display_name: "北站社区居委会".into(),
        };
        let organization = OrganizationId::from(uuid::Uuid::nil());
        let now = Timestamp::from_seconds(0);
        let community = activate(&region("440309002021"), String::new(), organization, now).unwrap();
        assert_eq!(
            (community.display_name.as_str(), community.authority_sequence),
            ("北站社区居委会", 1)
        );
        let refusal = activate(&region("440309002"), String::new(), organization, now).unwrap_err();
        assert!(refusal.is(&reasons::REGION_NOT_A_COMMUNITY));
    }
}
