//! Rules, their files and their words; nothing here waits, reads a clock or knows a database.

pub(crate) mod authority;
pub(crate) mod change;
pub(crate) mod closest;
pub(crate) mod explanation;
pub(crate) mod facts;
pub(crate) mod fixture;
pub(crate) mod holders;
pub(crate) mod interchange;
pub(crate) mod lines;
pub(crate) mod made;
pub(crate) mod made_roles;
pub(crate) mod matrix;
pub(crate) mod matrix_csv;
pub(crate) mod open_condition;
pub(crate) mod origin;
pub(crate) mod permission;
pub(crate) mod place;
pub(crate) mod policy_tests;
pub(crate) mod row;
pub(crate) mod rules;
pub(crate) mod sentences;
pub(crate) mod template;
pub(crate) mod terms;
pub(crate) mod usage;
pub(crate) mod vocabulary;
pub(crate) mod wire_layers;
