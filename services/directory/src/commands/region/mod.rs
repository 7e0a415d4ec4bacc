//! Party committees of regions and the people in them; secretaries appointed from above.

pub mod appoint;
pub mod appoint_secretary;
pub mod end;
pub mod establish;
mod secretary_below;
