pub(crate) mod revision;
