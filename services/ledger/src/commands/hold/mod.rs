mod end;
pub mod post;
pub mod void;
