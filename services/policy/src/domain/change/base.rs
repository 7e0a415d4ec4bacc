use yihe_kernel::{Error, Result};

use crate::reasons;

/// The policies' sequences of the domains that bear on a place, the widest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Covering(pub Vec<(String, u64)>);

impl Covering {
    /// The newest of them.
    pub fn sequence(&self) -> u64 {
        self.0.iter().map(|(_, sequence)| *sequence).max().unwrap_or_default()
    }

    /// What has moved since a base.
    pub fn moved(&self, base: u64) -> Vec<(String, u64)> {
        self.0
            .iter()
            .filter(|(_, sequence)| *sequence > base)
            .cloned()
            .collect()
    }

    /// The base that a change is made against; 0 means the newest.
    ///
    /// # Errors
    /// `REVISION_NOT_YET` for one that has not come to be, `POLICY_MOVED` for an old one.
    pub fn base(&self, asked: u64) -> Result<u64> {
        let newest = self.sequence();
        if asked > newest {
            return Err(Error::new(&reasons::REVISION_NOT_YET)
                .with("asked", asked)
                .with("newest", newest));
        }
        let base = if asked == 0 { newest } else { asked };
        self.check(base)?;
        Ok(base)
    }

    /// Whether nothing has moved since a base.
    ///
    /// # Errors
    /// `POLICY_MOVED` listing what has.
    pub fn check(&self, base: u64) -> Result<()> {
        let moved = self.moved(base);
        if moved.is_empty() {
            return Ok(());
        }
        let listed: Vec<_> = moved
            .iter()
            .map(|(domain, sequence)| format!("{domain}@{sequence}"))
            .collect();
        Err(Error::new(&reasons::POLICY_MOVED)
            .with("base", base)
            .with("moved", listed.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_the_newest_or_it_is_refused_with_what_moved() {
        let covering = Covering(vec![
            ("*".to_owned(), 1),
            ("4403".to_owned(), 7),
            ("440309002021".to_owned(), 5),
        ]);
        assert_eq!((covering.base(0).unwrap(), covering.base(7).unwrap()), (7, 7));
        assert!(covering.base(8).unwrap_err().is(&reasons::REVISION_NOT_YET));
        let moved = covering.base(4).unwrap_err();
        assert!(moved.is(&reasons::POLICY_MOVED));
        assert_eq!(moved.metadata()["moved"], "4403@7, 440309002021@5");
        assert!(covering.check(7).is_ok());
    }
}
