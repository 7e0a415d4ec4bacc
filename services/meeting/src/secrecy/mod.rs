//! Secret ballots (无记名表决): sealed under a key of their vote that lies outside the database and ends with the vote.
//!
//! **What an attacker finds.** While the vote is open, the database tells who has taken part and holds as many sealed ballots,
//! all of one length; rows of one transaction can be joined by order or by the write-ahead log, so the seals are what keeps them
//! secret. When the vote ends, the sealed ballots are opened together, only the totals are stored, and seals and key are
//! destroyed: what can still be joined to a voter (in the file, its free pages, the log, a backup of the database) is a
//! seal without a key.
//!
//! **What this does not protect from**: whoever holds the database *and* the key folder while the vote is open can read
//! the ballots; a backup of the key folder must not outlive its votes.

mod keys;
mod seal;

pub use keys::VoteKeys;
pub use seal::{Seal, VoteKey};
