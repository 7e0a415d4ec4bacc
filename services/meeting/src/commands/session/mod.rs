pub mod open;
pub mod resume;
pub mod suspend;
