//! Sign-in of people and clients.

pub mod accept_invitation;
pub mod begin;
pub mod client_token;
pub mod enrol;
pub mod refresh;
pub mod sign_out;
mod take_post;
mod token_pair;
