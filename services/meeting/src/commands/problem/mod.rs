pub mod close;
pub mod link;
pub mod report;
