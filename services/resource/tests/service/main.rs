//! The whole service through in-process gRPC: real store, real decisions, an adjustable clock, doubles for the directory and
//! the source of policies.

#[cfg(test)]
mod approval;
#[cfg(test)]
mod bookables;
#[cfg(test)]
mod bookings;
#[cfg(test)]
mod calendars;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod doubles;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod history;
#[cfg(test)]
mod leaving;
#[cfg(test)]
mod listings;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod projects;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod residents;
#[cfg(test)]
mod series;
#[cfg(test)]
mod teller;
#[cfg(test)]
mod waiting;
