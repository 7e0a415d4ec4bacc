pub mod decide;
pub mod make;
pub mod withdraw;
