//! Policy tests (权责测试): a file of who, what, on which object, when, and what the rules must say to it.

mod read;
mod run;
#[cfg(test)]
mod tests;

use yihe_authz::{Capacity, ConditionSet, Principal, RoleName};
use yihe_kernel::Timestamp;
use yihe_proto::policy::v1::Verdict;

pub(crate) use read::read;
pub(crate) use run::run;

/// One case of a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PolicyTest {
    /// Where it begins, from 1.
    pub line: usize,
    /// What it shows, in Chinese.
    pub zh: String,
    /// What it shows, in English.
    pub en: String,
    pub actor: Actor,
    pub permission: String,
    /// What holds of the object; `None` leaves the conditions open.
    pub facts: Option<ConditionSet>,
    /// When; `None` means now.
    pub at: Option<Timestamp>,
    pub expected: Verdict,
}

/// Who acts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Actor {
    /// Whoever holds just this role and those it brings along.
    Role(RoleName),
    /// Somebody in a capacity, with the appointments that the directory tells.
    Somebody(Principal, Capacity),
}
