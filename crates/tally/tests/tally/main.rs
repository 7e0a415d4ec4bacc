//! The counting of votes, seen from outside: vectors with their reasons, properties, and a second, slow count written
//! independently that has to come to the same results.

#[cfg(test)]
mod bodies;
#[cfg(test)]
mod calendars;
#[cfg(test)]
mod delegated;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod large;
#[cfg(test)]
mod law;
#[cfg(test)]
mod owners;
#[cfg(test)]
mod packs;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod provisions;
#[cfg(test)]
mod proxies;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod statute;
#[cfg(test)]
mod units;
