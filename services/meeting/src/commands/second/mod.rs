pub mod amendment;
pub mod motion;
mod seconder;
