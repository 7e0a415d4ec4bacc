//! Party committees of regions and the people in them; secretaries appointed from above.

pub mod appoint;
pub mod appoint_secretary;
mod directly_below;
pub mod end;
pub mod establish;
pub mod extend;
pub mod extend_secretary;
mod secretary_below;
