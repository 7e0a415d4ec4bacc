//! Rules, role catalogue, revisions and the snapshots composed from them
