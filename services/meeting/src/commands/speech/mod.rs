mod change;
pub mod end;
pub mod grant_floor;
pub mod request;
pub mod withdraw;
