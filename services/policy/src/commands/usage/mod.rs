mod report;

pub(crate) use report::report;
