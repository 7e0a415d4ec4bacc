//! Registers of owners as a clerk would have them: invented people, the same ones for the same seed.

use std::collections::BTreeSet;
use std::fmt::Write;

/// A register and what is true of it, counted while it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleRegister {
    /// The file, as `ImportRegister` takes it.
    pub csv: String,
    /// Units.
    pub units: usize,
    /// Owners, the developer among them.
    pub owners: usize,
    /// Sets of owners: one head each.
    pub heads: usize,
    /// Exclusive area of all units in 0.01 m².
    pub area: u64,
    /// Units that the developer has not sold or not handed over.
    pub developer_units: usize,
}

/// The developer of every sample.
pub const DEVELOPER: &str = "龙塘置业发展有限公司";

const HEADER: &str = "building,unit,area,area_basis,standing,owner,owner_type,owner_key,phone,share,nominee\n";
const UNITS_A_FLOOR: usize = 4;
const UNITS_A_BUILDING: usize = 60;
const SURNAMES: [&str; 24] = [
    "陈", "黄", "李", "张", "林", "刘", "吴", "罗", "何", "郑", "谢", "梁", "唐", "邓", "曾", "彭", "萧", "田", "董",
    "潘", "袁", "蔡", "蒋", "余",
];
const GIVEN: [&str; 30] = [
    "安", "柏", "岑", "丹", "恩", "帆", "歌", "禾", "嘉", "珂", "岚", "苗", "宁", "沛", "琪", "然", "杉", "桐", "维",
    "晓", "妍", "逸", "韵", "哲", "知", "卓", "子", "朗", "墨", "清",
];

/// The file alone: so many units, the same ones for the same seed.
#[must_use]
pub fn csv(units: usize, seed: u64) -> String {
    sample(units, seed).csv
}

/// A register of so many units in buildings of 60: every fourth unit of a couple, some owners of several units, and the
/// developer's last twentieth, unsold or not handed over.
#[must_use]
pub fn sample(units: usize, seed: u64) -> SampleRegister {
    let mut making = Making {
        dice: Dice(seed),
        csv: HEADER.to_owned(),
        owners: 0,
        heads: BTreeSet::new(),
        area: 0,
    };
    let developer_units = units / 20;
    for place in 0..units {
        making.unit(place, place + developer_units >= units);
    }
    SampleRegister {
        csv: making.csv,
        units,
        owners: making.owners + usize::from(developer_units > 0),
        heads: making.heads.len(),
        area: making.area,
        developer_units,
    }
}

struct Making {
    dice: Dice,
    csv: String,
    /// Owners that are persons, numbered from 1.
    owners: usize,
    heads: BTreeSet<Vec<usize>>,
    area: u64,
}

impl Making {
    fn unit(&mut self, place: usize, developers: bool) {
        let (building, place) = (place / UNITS_A_BUILDING + 1, place % UNITS_A_BUILDING);
        let number = format!("{}{:02}", place / UNITS_A_FLOOR + 1, place % UNITS_A_FLOOR + 1);
        let area = 5_200 + self.dice.below(9_000);
        self.area += area;
        let basis = ["REGISTER", "REGISTER", "REGISTER", "SURVEY", "SALE_CONTRACT"][self.dice.pick(5)];
        let unit = format!("{building}栋,{number},{}.{:02},{basis}", area / 100, area % 100);
        if developers {
            let standing = ["UNSOLD", "UNSOLD", "UNDELIVERED"][self.dice.pick(3)];
            self.heads.insert(Vec::new());
            self.row(&format!("{unit},{standing},{DEVELOPER},DEVELOPER,K0,,,"));
            return;
        }
        match self.dice.below(100) {
            0..25 => self.couple(&unit),
            25..31 if self.owners > 0 => {
                let owner = self.dice.pick(self.owners) + 1;
                self.heads.insert(vec![owner]);
                self.row(&format!("{unit},SOLD,{},,", person(owner)));
            }
            _ => {
                self.owners += 1;
                self.heads.insert(vec![self.owners]);
                self.row(&format!("{unit},SOLD,{},,", person(self.owners)));
            }
        }
    }

    /// Half of the couples have said in parts what each owns, and half who votes.
    fn couple(&mut self, unit: &str) {
        let (first, second) = (self.owners + 1, self.owners + 2);
        self.owners += 2;
        self.heads.insert(vec![first, second]);
        let shares = [["", ""], ["1/2", "1/2"], ["2/3", "1/3"], ["", ""]][self.dice.pick(4)];
        let nominated = self.dice.below(2) == 0;
        let mark = if nominated { "yes" } else { "" };
        self.row(&format!("{unit},SOLD,{},{},{mark}", person(first), shares[0]));
        self.row(&format!("{unit},SOLD,{},{},", person(second), shares[1]));
    }

    fn row(&mut self, row: &str) {
        // writing to a string cannot fail
        let _ = writeln!(self.csv, "{row}");
    }
}

/// An owner's columns. Names repeat as they do among people; keys do not.
fn person(number: usize) -> String {
    let surname = SURNAMES[number % SURNAMES.len()];
    let first = GIVEN[number / SURNAMES.len() % GIVEN.len()];
    let second = GIVEN[number * 7 % GIVEN.len()];
    format!("{surname}{first}{second},PERSON,K{number},190{number:08}")
}

/// Steele, Lea and Flood's SplitMix64: deterministic, and good enough for made-up areas.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn pick(&mut self, among: usize) -> usize {
        let limit = u64::try_from(among).unwrap_or(u64::MAX);
        usize::try_from(self.below(limit)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_one_register_and_another_seed_another() {
        let made = sample(1_200, 278);
        assert_eq!(made, sample(1_200, 278));
        assert_ne!(made.csv, csv(1_200, 279));
        assert_eq!((made.units, made.developer_units), (1_200, 60));
        let row = |line: &str| line.split(',').take(2).map(str::to_owned).collect::<Vec<_>>();
        let units: BTreeSet<_> = made.csv.lines().skip(1).map(row).collect();
        assert_eq!(units.len(), 1_200);
        assert!(
            made.heads < made.units - made.developer_units + 1,
            "some own several units"
        );
        assert!(made.owners > made.heads, "some units have several owners");
        assert!(made.csv.lines().all(|line| line.split(',').count() == 11));
    }
}
