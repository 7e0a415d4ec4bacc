use std::fmt;
use std::str::FromStr;

const LONGEST: usize = 31;

/// A role that a committee has made (自设角色), written `ROLE/slug`; the slug is 2 to 31 small letters, digits and hyphens, a
/// letter first. Held by assignment alone: it makes nobody an appointed person.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MadeRole {
    // filled up with zeros, so that the order of the bytes is that of the texts
    slug: [u8; LONGEST],
}

impl MadeRole {
    /// The slug, without `ROLE/`.
    #[must_use]
    pub fn slug(&self) -> &str {
        let length = self.slug.iter().position(|byte| *byte == 0).unwrap_or(LONGEST);
        std::str::from_utf8(&self.slug[..length]).unwrap_or_default()
    }
}

impl FromStr for MadeRole {
    type Err = String;

    /// From the slug.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || format!("`{text}` is not a slug: 2 to {LONGEST} of a-z, 0-9 and -, a letter first");
        let bytes = text.as_bytes();
        let sound = (2..=LONGEST).contains(&bytes.len())
            && bytes[0].is_ascii_lowercase()
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-');
        if !sound {
            return Err(refuse());
        }
        let mut slug = [0; LONGEST];
        slug[..bytes.len()].copy_from_slice(bytes);
        Ok(Self { slug })
    }
}

impl fmt::Display for MadeRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ROLE/{}", self.slug())
    }
}

impl fmt::Debug for MadeRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MadeRole({})", self.slug())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_survive_the_round_trip_and_keep_their_order() {
        let longest = "a".repeat(LONGEST);
        let slugs = ["a-", "a0", "aa", &longest, "hall-keeper", "zz"];
        let made: Vec<MadeRole> = slugs.iter().map(|slug| slug.parse().unwrap()).collect();
        assert_eq!(made.iter().map(MadeRole::slug).collect::<Vec<_>>(), slugs);
        assert!(made.is_sorted());
        assert_eq!(made[4].to_string(), "ROLE/hall-keeper");
    }

    #[test]
    fn other_texts_are_no_slugs() {
        let long = "a".repeat(LONGEST + 1);
        for bad in [
            "",
            "a",
            "0a",
            "-a",
            "Hall",
            "hall keeper",
            "hall_keeper",
            "厅长",
            "a\0",
            &long,
        ] {
            assert!(bad.parse::<MadeRole>().unwrap_err().contains("is not a slug"), "{bad}");
        }
    }
}
