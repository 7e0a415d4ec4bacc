use std::collections::HashMap;

use yihe_proto::directory::v1::{AreaBasis, OwnerType, RegisterFaultKind as Kind, UnitStanding};

use crate::domain::register::cell::UnitCells;
use crate::domain::register::column::Column;
use crate::domain::register::fault::Fault;
use crate::domain::register::owners::DraftOwner;
use crate::domain::register::spelling;

/// A unit as the file tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftUnit {
    /// Line where it stands first.
    pub line: u64,
    /// Building.
    pub building: String,
    /// Number in the building.
    pub number: String,
    /// Area in 0.01 m².
    pub area: i64,
    /// What the area is taken from.
    pub area_basis: AreaBasis,
    /// Whether it has left the developer's hands.
    pub standing: UnitStanding,
    /// Who owns it: places in the draft's owners.
    pub shares: Vec<Share<usize>>,
    /// Who is nominated to vote.
    pub nominee: Option<usize>,
}

/// A share of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share<O> {
    /// Who has it.
    pub owner: O,
    /// Numerator.
    pub numerator: i64,
    /// Denominator.
    pub denominator: i64,
}

/// Units as they are met, row by row.
#[derive(Debug, Default)]
pub struct Units {
    list: Vec<Met>,
    known: HashMap<(String, String), u64>,
}

#[derive(Debug)]
struct Met {
    place: (String, String),
    line: u64,
    building: String,
    number: String,
    cells: UnitCells,
    rows: Vec<Part>,
    /// Line of each owner's row.
    owners: HashMap<usize, u64>,
    /// A row of it could not be read: what follows from all rows is not looked at.
    unread: bool,
}

#[derive(Debug)]
struct Part {
    line: u64,
    owner: usize,
    share: Option<(i64, i64)>,
    nominee: bool,
}

impl Units {
    /// A row's unit: the one of the row before or a new one.
    pub fn take(&mut self, line: u64, cells: UnitCells, owner: Option<usize>, faults: &mut Vec<Fault>) {
        let (Some(building), Some(number)) = (cells.building.clone(), cells.number.clone()) else {
            return;
        };
        let place = (spelling::of_place(&building), spelling::of_place(&number));
        let unread = owner.is_none() || !cells.share_read;
        let part = owner.map(|owner| Part {
            line,
            owner,
            share: cells.share,
            nominee: cells.nominee,
        });
        if let Some(met) = self.list.last_mut().filter(|met| met.place == place) {
            met.unread |= unread;
            met.again(line, &cells, part, faults);
            return;
        }
        let first = *self.known.entry(place.clone()).or_insert(line);
        if first != line {
            let en = format!("stands in line {first} already; the rows of one unit stand together");
            let zh = format!("与第 {first} 行重复;同一房屋的各行应相连");
            faults.push(Fault::new(Kind::DuplicateUnit, line, Column::Unit, en, zh).with_line(first));
        }
        self.list.push(Met {
            place,
            line,
            building,
            number,
            cells,
            owners: part.iter().map(|part| (part.owner, line)).collect(),
            rows: part.into_iter().collect(),
            unread,
        });
    }

    /// All units, after noting shares, nominees and developers that do not hold together.
    pub fn finish(self, owners: &[DraftOwner], faults: &mut Vec<Fault>) -> Vec<DraftUnit> {
        self.list
            .into_iter()
            .filter_map(|met| met.finish(owners, faults))
            .collect()
    }
}

impl Met {
    fn again(&mut self, line: u64, cells: &UnitCells, part: Option<Part>, faults: &mut Vec<Fault>) {
        let own = &self.cells;
        let differs = [
            (
                Column::Area,
                own.area.zip(cells.area).is_some_and(|(one, other)| one != other),
            ),
            (
                Column::AreaBasis,
                own.area_basis
                    .zip(cells.area_basis)
                    .is_some_and(|(one, other)| one != other),
            ),
            (
                Column::Standing,
                own.standing
                    .zip(cells.standing)
                    .is_some_and(|(one, other)| one != other),
            ),
        ];
        for (column, _) in differs.into_iter().filter(|(_, differs)| *differs) {
            let en = format!("tells something else of the unit than line {}", self.line);
            let zh = format!("与第 {} 行对同一房屋的记载不同", self.line);
            faults.push(Fault::new(Kind::Contradiction, line, column, en, zh).with_line(self.line));
        }
        let Some(part) = part else { return };
        let first = *self.owners.entry(part.owner).or_insert(line);
        if first != line {
            let en = format!("stands in line {first} already with the same owner");
            let zh = format!("与第 {first} 行重复(同一房屋、同一业主)");
            faults.push(Fault::new(Kind::DuplicateUnit, line, Column::Unit, en, zh).with_line(first));
        }
        self.rows.push(part);
    }

    fn finish(self, owners: &[DraftOwner], faults: &mut Vec<Fault>) -> Option<DraftUnit> {
        self.check_nominees(faults);
        self.check_developer(owners, faults);
        let shares = if self.unread { None } else { self.shares(faults) };
        Some(DraftUnit {
            line: self.line,
            building: self.building,
            number: self.number,
            area: self.cells.area?,
            area_basis: self.cells.area_basis?,
            standing: self.cells.standing?,
            shares: shares?,
            nominee: self.rows.iter().find(|row| row.nominee).map(|row| row.owner),
        })
    }

    fn check_nominees(&self, faults: &mut Vec<Fault>) {
        let mut nominees = self.rows.iter().filter(|row| row.nominee);
        let Some(first) = nominees.next() else { return };
        for other in nominees {
            let en = format!("is a second nominee, the first stands in line {}", first.line);
            let zh = format!("推选了第二名投票人(第一名在第 {} 行)", first.line);
            faults.push(Fault::new(Kind::TwoNominees, other.line, Column::Nominee, en, zh).with_line(first.line));
        }
    }

    /// What is not sold or not handed over counts as the developer's (interpretation 9).
    fn check_developer(&self, owners: &[DraftOwner], faults: &mut Vec<Fault>) {
        let theirs = matches!(
            self.cells.standing,
            Some(UnitStanding::Unsold | UnitStanding::Undelivered)
        );
        let developers = |row: &Part| owners[row.owner].owner_type == OwnerType::Developer;
        if theirs && !self.unread && !(self.rows.len() == 1 && self.rows.iter().all(developers)) {
            faults.push(Fault::new(
                Kind::Developer,
                self.line,
                Column::Owner,
                "is not sold or not handed over, so that the developer must be its only owner",
                "未售或未交付的房屋,业主只能是建设单位",
            ));
        }
    }

    fn shares(&self, faults: &mut Vec<Fault>) -> Option<Vec<Share<usize>>> {
        let told = self.rows.iter().filter(|row| row.share.is_some()).count();
        let mut fault = |en: String, zh: String| {
            faults.push(Fault::new(Kind::Shares, self.line, Column::Share, en, zh));
        };
        if told != 0 && told != self.rows.len() {
            fault(
                "is told for some owners of the unit and not for all".to_owned(),
                "同一房屋的业主,份额须全部填写或全部留空".to_owned(),
            );
            return None;
        }
        let equal = (1, i64::try_from(self.rows.len()).unwrap_or(i64::MAX));
        let shares: Vec<_> = self
            .rows
            .iter()
            .map(|row| {
                let (numerator, denominator) = row.share.unwrap_or(equal);
                Share {
                    owner: row.owner,
                    numerator,
                    denominator,
                }
            })
            .collect();
        let Some((part, whole)) = sum(&shares) else {
            fault("are too fine to be added up".to_owned(), "份额过细,无法相加".to_owned());
            return None;
        };
        if part > whole {
            fault(
                format!("overlap: the shares of the unit make up {part}/{whole}"),
                format!("份额重叠:各业主份额合计 {part}/{whole}"),
            );
        } else if part < whole {
            fault(
                format!("leave a part to nobody: the shares of the unit make up {part}/{whole}"),
                format!("份额不足:各业主份额合计 {part}/{whole}"),
            );
        }
        (part == whole).then_some(shares)
    }
}

/// The exact sum in lowest terms; `None` where it does not fit.
fn sum<O>(shares: &[Share<O>]) -> Option<(u128, u128)> {
    let mut sum: (u128, u128) = (0, 1);
    for share in shares {
        let (part, whole) = (
            u128::try_from(share.numerator).ok()?,
            u128::try_from(share.denominator).ok()?,
        );
        let above = sum.0.checked_mul(whole)?.checked_add(part.checked_mul(sum.1)?)?;
        let below = sum.1.checked_mul(whole)?;
        let common = common_divisor(above, below).max(1);
        sum = (above / common, below / common);
    }
    Some(sum)
}

fn common_divisor(mut one: u128, mut other: u128) -> u128 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(numerator: i64, denominator: i64) -> Share<usize> {
        Share {
            owner: 0,
            numerator,
            denominator,
        }
    }

    #[test]
    fn shares_are_added_exactly() {
        assert_eq!(sum(&[share(1, 3), share(1, 6), share(1, 2)]), Some((1, 1)));
        assert_eq!(sum(&[share(333_333, 1_000_000); 3]), Some((999_999, 1_000_000)));
        assert_eq!(sum(&[share(2, 3), share(1, 2)]), Some((7, 6)));
        assert_eq!(sum(&[share(1, 97), share(1, 1)]), Some((98, 97)));
        assert_eq!(sum(&[share(1, 7); 7]), Some((1, 1)));
    }
}
