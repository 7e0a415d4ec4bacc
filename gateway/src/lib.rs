//! The only door: authentication, capacity, authorization, limits and routing
