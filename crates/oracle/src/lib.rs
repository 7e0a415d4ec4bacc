//! The oracle: casbin with `services/policy/model.conf`, fed from the wire form of a snapshot by code that shares nothing with
//! the index. Far too slow to decide calls; it says whether the index decided rightly.
//!
//! **Invariant**: casbin is never asked without rows: it would try its matcher on empty fields.

mod enforcer;
mod generate;
mod shadow;

pub use enforcer::{FIELDS, MODEL, Oracle, Request, row};
pub use generate::{Generator, seal};
pub use shadow::{Shadow, ShadowCounts};
