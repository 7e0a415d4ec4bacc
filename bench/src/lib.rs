//! Benchmarks and load programs, with the peers they are compared to
