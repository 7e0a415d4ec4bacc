//! Rules, their files and their words; nothing here waits, reads a clock or knows a database.

pub(crate) mod authority;
pub(crate) mod change;
pub(crate) mod closest;
pub(crate) mod explanation;
pub(crate) mod fixture;
pub(crate) mod lines;
pub(crate) mod made;
pub(crate) mod matrix;
pub(crate) mod place;
pub(crate) mod row;
pub(crate) mod rules;
pub(crate) mod template;
pub(crate) mod vocabulary;
