use std::collections::BTreeMap;
use std::fmt;

/// How often a kill hit which phase of a request.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Phases(BTreeMap<(String, &'static str), u64>);

impl Phases {
    /// Nothing was open.
    pub const BETWEEN: &'static str = "between requests";
    /// What was asked for had not happened.
    pub const BEFORE_COMMIT: &'static str = "before the commit";
    /// It had happened, and nobody was told.
    pub const BEFORE_REPLY: &'static str = "between commit and reply";

    /// Counts one, of a kind of request.
    pub fn hit(&mut self, kind: &str, phase: &'static str) {
        *self.0.entry((kind.to_owned(), phase)).or_default() += 1;
    }

    /// Counts those of another place too.
    pub fn add(&mut self, other: &Self) {
        for (key, count) in &other.0 {
            *self.0.entry(key.clone()).or_default() += count;
        }
    }

    /// How often a phase was hit.
    #[must_use]
    pub fn of(&self, phase: &str) -> u64 {
        let these = self.0.iter().filter(|((_, hit), _)| *hit == phase);
        these.map(|(_, count)| count).sum()
    }
}

impl fmt::Display for Phases {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for phase in [Self::BETWEEN, Self::BEFORE_COMMIT, Self::BEFORE_REPLY] {
            write!(formatter, "\n  {phase}: {}", self.of(phase))?;
            let these = self.0.iter().filter(|((_, hit), _)| *hit == phase);
            let kinds: Vec<_> = these
                .filter(|((kind, _), _)| !kind.is_empty())
                .map(|((kind, _), count)| format!("{kind} {count}"))
                .collect();
            if !kinds.is_empty() {
                write!(formatter, " ({})", kinds.join(", "))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_are_told_with_the_kinds_of_requests() {
        let mut phases = Phases::default();
        phases.hit("pay", Phases::BEFORE_REPLY);
        phases.hit("", Phases::BETWEEN);
        let mut both = phases.clone();
        both.add(&phases);
        assert_eq!((both.of(Phases::BEFORE_REPLY), both.of(Phases::BEFORE_COMMIT)), (2, 0));
        assert!(both.to_string().ends_with("between commit and reply: 2 (pay 2)"));
    }
}
