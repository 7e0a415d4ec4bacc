//! The tables as sea-orm sees them. Private to the store: everybody else speaks the domain's types.

mod compounds;
mod global;
mod members;
mod posts;
mod regions;
mod registers;

pub use compounds::{compound, service_contract};
pub use global::{calendar_year, organization, person, refresh_session, refresh_token, region, user};
pub use members::{application, client, community, membership};
pub use posts::{appointment, invitation};
pub use regions::{lapse_warning, region_appointment, region_authority, region_committee, region_invitation};
pub use registers::{owner_claim, register_owner, register_revision, register_share, register_unit};
