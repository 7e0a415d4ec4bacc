//! Codes and secrets: made of random bits, handed out once, kept as hashes only. With 160 bits and more there is nothing to
//! guess, so a plain hash keeps them; the purpose is hashed along, so that one sort of secret never passes for another.

use std::fmt::Display;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use yihe_authz::Scope;
use yihe_kernel::{CommunityId, RegionCode};

/// What a secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Collecting an admitted applicant's credentials.
    Claim,
    /// Taking up a post.
    Enrolment,
    /// Signing an API client in.
    Client,
    /// Renewing a session.
    Refresh,
    /// Coming to sign in as an owner.
    Owner,
}

/// A secret as it is handed out. It has no `Debug`, so that it cannot end up in a log.
pub struct Secret {
    /// What is handed out.
    pub text: String,
    /// What is kept.
    pub hash: Vec<u8>,
}

// Crockford's: no letter that is taken for a digit, none that makes words
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The hash of a secret's text.
#[must_use]
pub fn hash(purpose: Purpose, text: &str) -> Vec<u8> {
    let label: &[u8] = match purpose {
        Purpose::Claim => b"yihe claim code\0",
        Purpose::Enrolment => b"yihe enrolment code\0",
        Purpose::Client => b"yihe client secret\0",
        Purpose::Refresh => b"yihe refresh token\0",
        Purpose::Owner => b"yihe owner code\0",
    };
    Sha256::new().chain_update(label).chain_update(text).finalize().to_vec()
}

/// A new claim code: 160 random bits as people can type them.
#[must_use]
pub fn claim_code() -> Secret {
    let body = random_letters();
    Secret {
        text: grouped(&body),
        hash: hash(Purpose::Claim, &body),
    }
}

/// The hash of a claim code as somebody typed it.
#[must_use]
pub fn claim_hash(typed: &str) -> Vec<u8> {
    hash(Purpose::Claim, &letters(typed))
}

/// A new enrolment code: the community, so that the code says where it belongs, and 160 random bits.
#[must_use]
pub fn enrolment_code(community: &CommunityId) -> Secret {
    code_of(community, Purpose::Enrolment)
}

/// The same for a post in a region's committee.
#[must_use]
pub fn region_enrolment_code(region: &RegionCode) -> Secret {
    code_of(region, Purpose::Enrolment)
}

/// A new claim code of an owner: like an enrolment code, and never taken for one.
#[must_use]
pub fn owner_code(community: &CommunityId) -> Secret {
    code_of(community, Purpose::Owner)
}

fn code_of(place: &impl Display, purpose: Purpose) -> Secret {
    let body = random_letters();
    Secret {
        text: format!("{place}-{}", grouped(&body)),
        hash: hash(purpose, &body),
    }
}

/// Where an enrolment code as somebody typed it belongs, and its hash; `None` for what cannot be one. Codes of communities have
/// 12 digits, and no region of 12 digits has a committee.
#[must_use]
pub fn read_enrolment_code(typed: &str) -> Option<(Scope, Vec<u8>)> {
    if let Some((community, hash)) = read_code(typed, Purpose::Enrolment) {
        return Some((Scope::Community(community), hash));
    }
    read_code(typed, Purpose::Enrolment).map(|(region, hash)| (Scope::Region(region), hash))
}

/// Community and hash of an owner's claim code as somebody typed it; `None` for what cannot be one.
#[must_use]
pub fn read_owner_code(typed: &str) -> Option<(CommunityId, Vec<u8>)> {
    read_code(typed, Purpose::Owner)
}

fn read_code<P: FromStr>(typed: &str, purpose: Purpose) -> Option<(P, Vec<u8>)> {
    let (place, body) = typed.trim().split_once('-')?;
    Some((place.parse().ok()?, hash(purpose, &letters(body))))
}

/// A new secret for a program: 256 random bits behind a mark by which scanners for leaked secrets know it.
#[must_use]
pub fn token(purpose: Purpose) -> Secret {
    let mark = match purpose {
        Purpose::Client => "yihe_client_",
        Purpose::Refresh | Purpose::Claim | Purpose::Enrolment | Purpose::Owner => "yihe_refresh_",
    };
    let text = format!("{mark}{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()));
    let hash = hash(purpose, &text);
    Secret { text, hash }
}

fn random_letters() -> String {
    let mut text = String::with_capacity(32);
    for five_bytes in rand::random::<[[u8; 5]; 4]>() {
        let bits = five_bytes.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        for shift in (0..8).rev().map(|place| place * 5) {
            let letter = usize::try_from((bits >> shift) & 31).unwrap_or(0);
            text.push(char::from(ALPHABET[letter]));
        }
    }
    text
}

fn grouped(body: &str) -> String {
    let mut text = String::with_capacity(40);
    for (place, letter) in body.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            text.push('-');
        }
        text.push(letter);
    }
    text
}

/// What somebody typed, in the one form that is hashed.
fn letters(typed: &str) -> String {
    let one_form = |letter: char| match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    typed
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(64)
        .map(one_form)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_survive_typing() {
        let community: CommunityId = "440309002021".parse().unwrap();
        let code = enrolment_code(&community);
        assert_eq!(code.text.len(), 13 + 39);
        let typed = format!(" {} ", code.text.to_lowercase().replace('0', "o").replace('1', "l"));
        // digits of the community are typed as they are
        let typed = typed.replacen(typed.trim().split('-').next().unwrap(), community.as_str(), 1);
        assert_eq!(
            read_enrolment_code(&typed),
            Some((Scope::Community(community), code.hash))
        );
        let street: RegionCode = "440309002".parse().unwrap();
        let code = region_enrolment_code(&street);
        assert_eq!(
            read_enrolment_code(&code.text),
            Some((Scope::Region(street), code.hash))
        );
        let claim = claim_code();
        assert_eq!(claim_hash(&claim.text.replace('-', " ")), claim.hash);
        assert!(read_enrolment_code("nothing").is_none() && read_enrolment_code("").is_none());
    }

    #[test]
    fn no_two_are_alike_and_purposes_are_kept_apart() {
        let community: CommunityId = "440309002021".parse().unwrap();
        let mut texts: Vec<_> = (0..100).map(|_| enrolment_code(&community).text).collect();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), 100);
        assert_ne!(hash(Purpose::Client, "x"), hash(Purpose::Refresh, "x"));
        assert!(token(Purpose::Client).text.starts_with("yihe_client_"));
    }
}
