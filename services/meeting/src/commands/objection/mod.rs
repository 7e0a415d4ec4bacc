pub mod answer;
pub mod submit;
