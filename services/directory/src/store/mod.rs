//! Every query of the directory. Reads take any connection and answer with the domain's types; writes take a [`Writing`],
//! which only somebody authorized gets.

pub mod application;
pub mod appointment;
pub mod authority;
pub mod calendar;
pub mod client;
pub mod community;
pub mod compound;
pub mod entity;
pub mod events;
pub mod filter;
#[cfg(test)]
mod filter_test;
pub mod invitation;
pub mod lapse;
pub mod membership;
pub mod owner;
pub mod person;
pub mod region;
pub mod region_appointment;
pub mod region_committee;
pub mod region_invitation;
pub mod register;
pub mod session;
#[cfg(test)]
mod unit_filter_test;
pub mod user;
pub mod writing;

use sea_orm::DbErr;
use uuid::Uuid;
use yihe_kernel::{Error, Timestamp, reasons};
use yihe_proto::directory::v1::{OrganizationKind, Post};
use yihe_store::Failure;

pub use writing::Writing;

fn kind(number: i32) -> Result<OrganizationKind, DbErr> {
    OrganizationKind::try_from(number).map_err(|_| DbErr::Custom(format!("unknown kind of organization {number}")))
}

fn post(number: i32) -> Result<Post, DbErr> {
    Post::try_from(number).map_err(|_| DbErr::Custom(format!("unknown post {number}")))
}

fn code<T: std::str::FromStr>(text: &str) -> Result<T, DbErr> {
    text.trim_end()
        .parse()
        .map_err(|_| DbErr::Custom(format!("`{text}` is not a division's code")))
}

fn instant(micros: Option<i64>) -> Option<Timestamp> {
    micros.map(Timestamp::from_micros)
}

fn micros(instant: Option<Timestamp>) -> Option<i64> {
    instant.map(Timestamp::micros)
}

/// The key of a page that is ordered by ids.
fn after_id(after: Option<&str>) -> Result<Option<Uuid>, Failure> {
    let parsed = after.map(|text| Uuid::try_parse(text).map_err(|_| Error::new(&reasons::PAGE_TOKEN_INVALID)));
    Ok(parsed.transpose()?)
}

/// Refuses an update that found no row: the row was read in the same transaction.
fn one(rows_affected: u64, what: &str) -> Result<(), Failure> {
    if rows_affected == 1 {
        return Ok(());
    }
    Err(DbErr::RecordNotUpdated).map_err(|error| Failure::from(DbErr::Custom(format!("{what}: {error}"))))
}
