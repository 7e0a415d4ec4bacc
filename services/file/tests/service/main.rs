//! The whole service through in-process gRPC: real store, real files, real decisions, an adjustable clock, doubles for the meeting
//! service, the ledger and the source of policies.

#[cfg(test)]
mod broken;
#[cfg(test)]
mod doubles;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod keeping;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod quota;
#[cfg(test)]
mod references;
#[cfg(test)]
mod retrying;
#[cfg(test)]
mod vouchers;
