use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context, Result};

use super::phases::Phases;
use super::victim::Said;
use super::{Made, World};

/// How a request is called in what the process says: the number of what is made, and whether it is made or taken further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) number: u64,
    pub(super) place: usize,
}

impl Key {
    fn parse(text: &str) -> Option<Self> {
        let (number, place) = text.split_once('.')?;
        Some(Self {
            number: number.parse().ok()?,
            place: place.parse().ok()?,
        })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.number, self.place)
    }
}

/// Everything that was ever asked for at a place.
#[derive(Debug)]
pub struct Asked<A: 'static> {
    /// By its number, and whether its next step was asked for too.
    made: BTreeMap<u64, bool>,
    acts: fn(u64) -> &'static [A],
}

impl<A: Copy + PartialEq> Asked<A> {
    /// What was to be made, by number, with what its number stands for.
    pub fn made(&self) -> impl Iterator<Item = (u64, A)> {
        self.made
            .keys()
            .filter_map(|number| Some((*number, *(self.acts)(*number).first()?)))
    }

    /// How often each act was asked for.
    #[must_use]
    pub fn count(&self, act: A) -> i64 {
        let counted = self.made.iter().filter(|(number, further)| {
            let acts = (self.acts)(**number);
            acts.first() == Some(&act) || (**further && acts.get(1) == Some(&act))
        });
        i64::try_from(counted.count()).unwrap_or(i64::MAX)
    }
}

/// What a place must hold, and what was wrong with it.
pub(super) struct Left<W: World> {
    asked: Asked<W::Act>,
    pub(super) requests: usize,
    pub(super) phases: Phases,
    pub(super) wrong: Vec<String>,
}

impl<W: World> Left<W> {
    pub(super) fn new() -> Self {
        Self {
            asked: Asked {
                made: BTreeMap::new(),
                acts: W::acts,
            },
            requests: 0,
            phases: Phases::default(),
            wrong: Vec::new(),
        }
    }

    /// Looks at everything after a restart. What was open is asked for again, so that it is there once.
    pub(super) async fn check(&mut self, world: &W, said: &Said) -> Result<()> {
        world.wait();
        self.requests += said.asked.len();
        if said.open().next().is_none() {
            self.phases.hit("", Phases::BETWEEN);
        }
        let mut asked: Vec<Key> = said.asked.iter().filter_map(|text| Key::parse(text)).collect();
        asked.sort_unstable();
        let mut names: BTreeMap<u64, String> = BTreeMap::new();
        for key in asked {
            let Key { number, place } = key;
            let answer = said.answered.get(&key.to_string());
            let was_there = if place == 0 {
                let made = self.begin_again(world, number).await;
                if answer.is_some_and(|name| !name.is_empty() && *name != made.name) {
                    self.wrong
                        .push(format!("{number} is there twice: {answer:?}, {}", made.name));
                }
                names.insert(number, made.name);
                self.asked.made.insert(number, false);
                made.is_old
            } else {
                self.asked.made.insert(number, true);
                let name = names.get(&number).context("a step of what was not made")?;
                self.end_again(world, number, name).await
            };
            let act = W::acts(number).get(place).context("a step that there is not")?;
            let act = W::code(*act);
            match (answer, was_there) {
                (Some(_), true) => {}
                (Some(_), false) => self
                    .wrong
                    .push(format!("{number}, {act}, was acknowledged and is lost")),
                (None, true) => self.phases.hit(act, Phases::BEFORE_REPLY),
                (None, false) => self.phases.hit(act, Phases::BEFORE_COMMIT),
            }
        }
        self.wrong.extend(world.compare(&self.asked).await);
        Ok(())
    }

    async fn begin_again(&mut self, world: &W, number: u64) -> Made {
        let made = world.begin(number).await;
        let again = world.begin(number).await;
        if again.name != made.name {
            self.wrong.push(format!("{number} asked twice is there twice"));
        }
        made
    }

    async fn end_again(&mut self, world: &W, number: u64, name: &str) -> bool {
        let ended = match world.has_ended(number, name).await {
            Ok(ended) => ended,
            Err(wrong) => {
                self.wrong.push(wrong);
                return true;
            }
        };
        if !ended && let Err(reason) = world.end(number, name).await {
            self.wrong.push(format!("{number} does not end: {reason}"));
        }
        match world.end(number, name).await {
            Err(reason) if W::ENDED.contains(&reason.as_str()) => {}
            other => self.wrong.push(format!("{number} was ended twice: {other:?}")),
        }
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_is_counted_with_its_next_step() {
        let asked = Asked {
            made: [(0, false), (1, true), (2, true)].into(),
            acts: |number| if number == 2 { &["book"] } else { &["book", "cancel"] },
        };
        assert_eq!((asked.count("book"), asked.count("cancel")), (3, 1));
        assert_eq!(asked.made().map(|(number, _)| number).collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn keys_are_read_as_they_were_said() {
        let key = Key { number: 12, place: 1 };
        assert_eq!(Key::parse(&key.to_string()), Some(key));
        assert_eq!(Key::parse("12"), None);
    }
}
