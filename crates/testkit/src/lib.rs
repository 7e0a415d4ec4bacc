//! A whole node in a test, a PostgreSQL of one's own, and builders through the public API
