//! The policy service as its callers meet it: through gRPC in process, with a double in the directory's place.

mod composition;
mod decisions;
mod directory;
mod explanations;
mod lists;
mod people;
mod refusals;
mod restarts;
mod revisions;
mod running;
