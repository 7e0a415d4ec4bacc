//! The whole service through in-process gRPC: real store, real decisions, an adjustable clock, doubles for its neighbours.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod doubles;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod holds;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod statements;
#[cfg(test)]
mod transfers;
