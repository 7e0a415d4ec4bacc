//! What the directory says about authority: followed as it changes, fetched once for all who ask.

mod fetch;
mod follow;
mod known;
mod names;

pub(crate) use fetch::Authorities;
pub(crate) use follow::follow;
pub(crate) use known::Known;
pub(crate) use names::{organization_names, region_name};
