//! The policy service as its callers meet it: through gRPC in process, with a double in the directory's place.

#[cfg(test)]
mod changes;
#[cfg(test)]
mod composition;
#[cfg(test)]
mod decisions;
#[cfg(test)]
mod directory;
#[cfg(test)]
mod explanations;
#[cfg(test)]
mod exports;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod levels;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod lookups;
#[cfg(test)]
mod people;
#[cfg(test)]
mod policy_tests;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod restarts;
#[cfg(test)]
mod revisions;
#[cfg(test)]
mod running;
