//! From the wire, with every bad field named, and to the wire.

pub mod account;
mod codes;
pub mod fund;
pub mod good;
pub mod rate;
mod read;
pub mod service_record;
pub mod statement;
pub mod transfer;

pub use codes::Wire;
pub use read::{amount, code, name, required_request_id};

use yihe_kernel::{CommunityId, FileId, FileName, OrganizationName, Timestamp, UserName};

use crate::domain::{BOUND, Owner};
use crate::names::{AccountId, AccountName};

fn owner(owner: Owner) -> String {
    match owner {
        Owner::Person(user) => UserName { user }.to_string(),
        Owner::Organization(organization) => OrganizationName { organization }.to_string(),
        Owner::Community => String::new(),
    }
}

fn account_name(community: &CommunityId, account: AccountId) -> String {
    AccountName::new(community, account).to_string()
}

fn file_name(community: &CommunityId, file: FileId) -> String {
    FileName {
        community: community.clone(),
        file,
    }
    .to_string()
}

fn instant(instant: Option<Timestamp>) -> Option<prost_types::Timestamp> {
    instant.map(Timestamp::to_proto)
}

fn limit(bound: i64) -> Option<i64> {
    (bound.abs() < BOUND).then_some(bound)
}
