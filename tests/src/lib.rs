//! Whole-system tests: journeys, coverage, clients in other languages, faults
