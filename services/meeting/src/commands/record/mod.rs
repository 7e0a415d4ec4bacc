pub mod answer;
pub mod contest;
pub mod keep;
mod taking_back;
