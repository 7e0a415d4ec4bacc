//! Principals, the permission catalogue, snapshots, the decision and the tower layer that asks for it
