//! Named transactions with group commit, outbox, idempotency keys, page tokens, backends
