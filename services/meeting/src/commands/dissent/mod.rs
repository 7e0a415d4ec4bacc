pub mod answer;
pub mod attach;
