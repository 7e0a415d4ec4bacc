//! A compound of so many owners, with everything that makes a count slow: ids as an export has them, co-owners, owners of several
//! units, a developer, silence, contradiction.

use yihe_tally::{Choice, RegisterUnit, UnitBallot, VoterId};

pub struct Compound {
    pub units: Vec<RegisterUnit>,
    pub ballots: Vec<UnitBallot>,
}

impl Compound {
    /// One head in twenty has a second unit, one in ten has two owners, every second pair of which nominated one of them;
    /// the last head is a developer with 500 units. Nine in ten vote; of the pairs who nominated nobody some differ.
    pub fn of(heads: u64) -> Self {
        let mut compound = Self {
            units: Vec::new(),
            ballots: Vec::new(),
        };
        for head in 0..heads {
            let units = match head {
                last if last + 1 == heads => 500,
                head if head % 20 == 7 => 2,
                _ => 1,
            };
            for unit in 0..units {
                compound.add(head, unit);
            }
        }
        compound
    }

    fn add(&mut self, head: u64, unit: u64) {
        let id = format!("units/0190f5a2-7c31-7000-{unit:04x}-{head:012x}");
        let owner = |which: u64| VoterId::from(format!("owners/0190f5a2-7c31-7000-{which:04x}-{head:012x}"));
        let pair = head % 10 == 3;
        let nominated = pair && head % 20 == 3;
        let choice = match head % 10 {
            0..=5 => Choice::Yes,
            6 | 7 => Choice::No,
            _ => Choice::Abstain,
        };
        if head % 10 != 9 {
            self.ballots.push(UnitBallot::new(id.clone(), owner(0), choice));
            if pair {
                let other = if head % 40 < 20 { choice } else { Choice::No };
                self.ballots.push(UnitBallot::new(id.clone(), owner(1), other));
            }
        }
        self.units.push(RegisterUnit {
            id,
            building: (head / 120).to_string(),
            area: 5_000 + head % 9_000,
            head: owner(9),
            co_owners: if pair { vec![owner(0), owner(1)] } else { vec![owner(0)] },
            nominee: nominated.then(|| owner(0)),
        });
    }
}
