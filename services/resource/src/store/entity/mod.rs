pub mod bookable;
pub mod booking;
