pub mod bookable;
pub mod booking;
pub mod category;
pub mod claim;
pub mod listing;
pub mod project;
pub mod project_entry;
