use std::fmt;
use std::str::FromStr;

use yihe_kernel::RegionCode;

const LONGEST: usize = 31;
/// A code has at most 12 digits, which fit in so many bytes.
const CODE: usize = 5;

/// A role that a committee has made (自设角色), written `ROLE/slug@code`: the code is that of the community or region that made it,
/// so that roles of two domains are never one. The slug is 2 to 31 small letters, digits and hyphens, a letter first. Without
/// a code it is a name that somebody wrote and nobody has looked up. Held by assignment alone: it makes nobody an appointed person.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MadeRole {
    // filled up with zeros, so that the order of the bytes is that of the texts
    slug: [u8; LONGEST],
    // as a number; no division's code begins with a zero
    maker: [u8; CODE],
}

impl MadeRole {
    /// The same slug, as a role that this domain made.
    #[must_use]
    pub fn made_in(self, domain: &RegionCode) -> Self {
        let number = domain.as_str().parse::<u64>().unwrap_or_default();
        let mut maker = [0; CODE];
        maker.copy_from_slice(&number.to_be_bytes()[size_of::<u64>() - CODE..]);
        Self { maker, ..self }
    }

    /// The code of the community or region that made it; `None` where that is not said.
    #[must_use]
    pub fn maker(&self) -> Option<RegionCode> {
        let number = self
            .maker
            .iter()
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        (number > 0).then(|| number.to_string().parse().ok()).flatten()
    }

    /// The slug, without `ROLE/`.
    #[must_use]
    pub fn slug(&self) -> &str {
        let length = self.slug.iter().position(|byte| *byte == 0).unwrap_or(LONGEST);
        std::str::from_utf8(&self.slug[..length]).unwrap_or_default()
    }
}

impl FromStr for MadeRole {
    type Err = String;

    /// From `slug` or `slug@code`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || format!("`{text}` is not a slug: 2 to {LONGEST} of a-z, 0-9 and -, a letter first");
        if let Some((slug, code)) = text.split_once('@') {
            let code: RegionCode = code.parse().map_err(|_| refuse())?;
            let role = slug.parse::<Self>()?.made_in(&code);
            // a code that is not a number's text has no second name
            return (role.maker() == Some(code)).then_some(role).ok_or_else(refuse);
        }
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
        Ok(Self { slug, maker: [0; CODE] })
    }
}

impl fmt::Display for MadeRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ROLE/{}", self.slug())?;
        match self.maker() {
            Some(code) => write!(f, "@{code}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for MadeRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MadeRole({self})")
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
    fn the_domain_that_made_a_role_is_part_of_it() {
        let bare: MadeRole = "hall-keeper".parse().unwrap();
        assert_eq!((bare.maker(), bare.to_string().as_str()), (None, "ROLE/hall-keeper"));
        for code in ["44", "440309002", "440309002021", "999999999999"] {
            let code: RegionCode = code.parse().unwrap();
            let made = bare.made_in(&code);
            assert_eq!(made.maker(), Some(code.clone()));
            assert_eq!(made.to_string(), format!("ROLE/hall-keeper@{code}"));
            assert_eq!(format!("hall-keeper@{code}").parse(), Ok(made));
            assert!(made != bare && made.slug() == "hall-keeper");
        }
        for bad in [
            "hall-keeper@",
            "hall-keeper@4",
            "hall-keeper@044030",
            "hall-keeper@44@44",
            "@44",
        ] {
            assert!(bad.parse::<MadeRole>().unwrap_err().contains("is not a slug"), "{bad}");
        }
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
