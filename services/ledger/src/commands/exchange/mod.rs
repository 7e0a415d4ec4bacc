pub mod credits;
pub mod publish_rate;
