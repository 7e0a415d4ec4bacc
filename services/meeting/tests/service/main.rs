//! The whole service through in-process gRPC: real store, real decisions, an adjustable clock, doubles for the directory and
//! the source of policies.

#[cfg(test)]
mod agenda;
#[cfg(test)]
mod amendments;
#[cfg(test)]
mod authorization;
#[cfg(test)]
mod ballot_box;
#[cfg(test)]
mod ballot_changes;
#[cfg(test)]
mod bodies;
#[cfg(test)]
mod casting;
#[cfg(test)]
mod commitments;
#[cfg(test)]
mod competence;
#[cfg(test)]
mod concurrency;
#[cfg(test)]
mod dark_culvert;
#[cfg(test)]
mod directory_double;
#[cfg(test)]
mod disclosure;
#[cfg(test)]
mod dissents;
#[cfg(test)]
mod draft;
#[cfg(test)]
mod file_double;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod interruption;
#[cfg(test)]
mod invited;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod mandates;
#[cfg(test)]
mod minutes;
#[cfg(test)]
mod minutes_beside;
#[cfg(test)]
mod minutes_room;
#[cfg(test)]
mod minutes_signing;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod objects;
#[cfg(test)]
mod one_clerk;
#[cfg(test)]
mod owed;
#[cfg(test)]
mod owners;
#[cfg(test)]
mod owners_meeting;
#[cfg(test)]
mod owners_results;
#[cfg(test)]
mod owners_room;
#[cfg(test)]
mod papers;
#[cfg(test)]
mod persons;
#[cfg(test)]
mod policy_double;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod presence;
#[cfg(test)]
mod procedure;
#[cfg(test)]
mod proxies;
#[cfg(test)]
mod ratification;
#[cfg(test)]
mod recorded_acceptance;
#[cfg(test)]
mod recorded_ballots;
#[cfg(test)]
mod records;
#[cfg(test)]
mod recusals;
#[cfg(test)]
mod recused;
#[cfg(test)]
mod room;
#[cfg(test)]
mod seconding;
#[cfg(test)]
mod secret;
#[cfg(test)]
mod speakers;
#[cfg(test)]
mod story;
#[cfg(test)]
mod ties;
#[cfg(test)]
mod watching;
