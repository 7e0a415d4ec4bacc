//! The whole service through in-process gRPC: real store, real decisions, an adjustable clock, doubles for its neighbours.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod doubles;
#[cfg(test)]
mod exchange;
#[cfg(test)]
mod funds;
#[cfg(test)]
mod goods;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod holds;
#[cfg(test)]
mod objects;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod projects;
#[cfg(test)]
mod statements;
#[cfg(test)]
mod time_bank;
#[cfg(test)]
mod transfers;
