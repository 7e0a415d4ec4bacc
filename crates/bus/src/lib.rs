//! Event publishing and consuming, in process
