//! From the wire, with every bad field named, and to the wire.

pub mod amendment;
pub mod body;
pub mod clerk;
mod codes;
pub mod commitment;
pub mod competence;
pub mod decision;
pub mod dissent;
pub mod event;
pub mod invited_person;
pub mod ledger;
pub mod mandate;
pub mod meeting;
pub mod minutes;
pub mod month;
pub mod notice;
pub mod owners;
pub mod proxy;
mod read;
pub mod record;
pub mod recusal;
pub mod speech;

pub use codes::Wire;
pub use read::{code, name};

use yihe_kernel::{OrganizationId, OrganizationName, Timestamp, UserId, UserName};

use crate::domain::Member;

fn organization(organization: OrganizationId) -> String {
    OrganizationName { organization }.to_string()
}

/// The organization of a member, or nothing.
fn organization_of(member: Member) -> String {
    member.organization().map(organization).unwrap_or_default()
}

fn user(user: UserId) -> String {
    UserName { user }.to_string()
}

fn instant(instant: Option<Timestamp>) -> Option<prost_types::Timestamp> {
    instant.map(Timestamp::to_proto)
}
