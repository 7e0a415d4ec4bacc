pub mod answer;
pub mod contest;
pub mod keep;
