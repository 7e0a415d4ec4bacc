use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use yihe_kernel::{Error, Result};
use yihe_tally::Choice;

use crate::names::VoteName;

const NONCE: usize = 24;

/// One sealed ballot: a random nonce, then the ballot's one byte and its tag. All have the same length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal(pub Vec<u8>);

/// The key of one vote.
pub struct VoteKey(XChaCha20Poly1305);

impl VoteKey {
    /// Of 32 bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(bytes.into()))
    }

    /// Seals what a ballot says; it opens for the same vote alone.
    ///
    /// # Errors
    /// `INTERNAL`; none that is known.
    pub fn seal(&self, vote: &VoteName, choice: Choice) -> Result<Seal> {
        let nonce: [u8; NONCE] = rand::random();
        let aad = vote.to_string();
        let payload = Payload {
            msg: &[byte(choice)],
            aad: aad.as_bytes(),
        };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| Error::internal("a ballot could not be sealed"))?;
        Ok(Seal([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens a ballot.
    ///
    /// # Errors
    /// `INTERNAL` where it was sealed under another key, for another vote, or changed since.
    pub fn open(&self, vote: &VoteName, seal: &Seal) -> Result<Choice> {
        let broken = || Error::internal(format!("a sealed ballot of {vote} does not open"));
        let (nonce, sealed) = seal.0.split_first_chunk::<NONCE>().ok_or_else(broken)?;
        let aad = vote.to_string();
        let payload = Payload {
            msg: sealed,
            aad: aad.as_bytes(),
        };
        match self.0.decrypt(&XNonce::from(*nonce), payload).as_deref() {
            Ok([ballot]) => choice(*ballot).ok_or_else(broken),
            _ => Err(broken()),
        }
    }
}

const fn byte(choice: Choice) -> u8 {
    match choice {
        Choice::Yes => 1,
        Choice::No => 2,
        Choice::Abstain => 3,
        Choice::Invalid => 4,
    }
}

const fn choice(byte: u8) -> Option<Choice> {
    match byte {
        1 => Some(Choice::Yes),
        2 => Some(Choice::No),
        3 => Some(Choice::Abstain),
        4 => Some(Choice::Invalid),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOTE: &str = "communities/440309002021/meetings/019a0000-0000-7000-8000-000000000001/votes/019a0000-0000-7000-8000-000000000002";
    const OTHER: &str = "communities/440309002021/meetings/019a0000-0000-7000-8000-000000000001/votes/019a0000-0000-7000-8000-000000000003";
    const CHOICES: [Choice; 4] = [Choice::Yes, Choice::No, Choice::Abstain, Choice::Invalid];

    fn vote(name: &str) -> VoteName {
        name.parse().unwrap()
    }

    #[test]
    fn ballots_open_under_their_key_for_their_vote_alone() {
        let key = VoteKey::new(&[7; 32]);
        for choice in CHOICES {
            let seal = key.seal(&vote(VOTE), choice).unwrap();
            assert_eq!(key.open(&vote(VOTE), &seal).unwrap(), choice);
            assert!(key.open(&vote(OTHER), &seal).is_err());
            assert!(VoteKey::new(&[8; 32]).open(&vote(VOTE), &seal).is_err());
            for place in 0..seal.0.len() {
                let mut changed = seal.clone();
                changed.0[place] ^= 1;
                assert!(key.open(&vote(VOTE), &changed).is_err(), "byte {place}");
            }
            assert!(key.open(&vote(VOTE), &Seal(seal.0[..20].to_vec())).is_err());
        }
    }

    #[test]
    fn seals_of_equal_ballots_differ_and_all_have_one_length() {
        let key = VoteKey::new(&[7; 32]);
        let seals: Vec<_> = CHOICES
            .into_iter()
            .chain(CHOICES)
            .map(|choice| key.seal(&vote(VOTE), choice).unwrap().0)
            .collect();
        assert!(seals.iter().all(|seal| seal.len() == NONCE + 1 + 16));
        let mut distinct = seals.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), seals.len());
    }
}
