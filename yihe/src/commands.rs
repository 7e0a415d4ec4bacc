//! What can be done from the command line: by an operator on the node's data, and by anybody as a client of its API.

mod backup;
mod config_check;
mod dead;
mod doctor;
mod import;
mod migrate;
mod minutes;
mod pack;
mod policy;
mod serve;
mod tally;
mod token;

pub use backup::{Backup, Restore, backup, restore};
pub use config_check::config_check;
pub use dead::{DeadLetters, Replay, dead_letters, replay};
pub use doctor::{Doctor, doctor};
pub use import::{Import, ImportCalendar, import, import_calendar, import_shenzhen};
pub use migrate::{Migrate, migrate};
pub use minutes::{MinutesKey, VerifyMinutes, minutes_key, verify_minutes};
pub use pack::{PackFile, pack_check};
pub use policy::{Policy, policy};
pub use serve::serve;
pub use tally::{Sheet, recount};
pub(crate) use token::operator_token;
pub use token::{Token, token};
