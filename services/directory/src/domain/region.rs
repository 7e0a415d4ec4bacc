//! Divisions and the tree they were recorded in.

use yihe_kernel::RegionCode;
use yihe_proto::directory::v1::RegionLevel;

/// An official division.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Its code.
    pub code: RegionCode,
    /// Code of the recorded parent; `None` for a province. Levels may be skipped.
    pub parent: Option<RegionCode>,
    /// Its official name.
    pub display_name: String,
}

/// The level of a code, told by its length.
#[must_use]
pub fn level(code: &RegionCode) -> RegionLevel {
    match code.as_str().len() {
        2 => RegionLevel::Province,
        4 => RegionLevel::City,
        6 => RegionLevel::District,
        9 => RegionLevel::Street,
        12 => RegionLevel::Community,
        _ => RegionLevel::Unspecified,
    }
}
