//! Invitations and appointments.

pub mod create;
pub mod end;
pub mod extend;
pub mod invite;
