use yihe_proto::directory::v1::{AreaBasis, OwnerType, RegisterFaultKind as Kind, UnitStanding};

use crate::domain::register::area::{self, NoArea};
use crate::domain::register::column::Column;
use crate::domain::register::fault::Fault;
use crate::domain::register::sheet::{Row, Sheet};

const LONGEST_PLACE: usize = 30;
const LONGEST_NAME: usize = 50;
const FINEST_SHARE: i64 = 1_000_000;

/// What a row says; a cell that cannot be read is `None` and was told.
#[derive(Debug)]
pub struct ReadRow {
    pub unit: UnitCells,
    pub owner: Option<OwnerCells>,
}

/// What a row says of its unit.
#[derive(Debug)]
pub struct UnitCells {
    pub building: Option<String>,
    pub number: Option<String>,
    pub area: Option<i64>,
    pub area_basis: Option<AreaBasis>,
    pub standing: Option<UnitStanding>,
    /// Numerator and denominator; absent where the cell is empty.
    pub share: Option<(i64, i64)>,
    /// Whether the cell of the share could be read.
    pub share_read: bool,
    pub nominee: bool,
}

/// What a row says of its owner.
#[derive(Debug)]
pub struct OwnerCells {
    pub name: String,
    pub owner_type: OwnerType,
    pub key: Option<String>,
    pub id_number: Option<String>,
    pub phone: Option<String>,
}

struct Reading<'a> {
    sheet: &'a Sheet,
    row: &'a Row,
    faults: &'a mut Vec<Fault>,
}

/// Reads a row, noting every cell that cannot be read.
pub fn row(row: &Row, sheet: &Sheet, faults: &mut Vec<Fault>) -> ReadRow {
    let mut reading = Reading { sheet, row, faults };
    let building = reading.text(Column::Building, 1, LONGEST_PLACE);
    let number = reading.text(Column::Unit, 1, LONGEST_PLACE);
    let area = reading.area();
    let bases = [
        ("REGISTER", "登记簿", AreaBasis::Register),
        ("SURVEY", "测绘", AreaBasis::Survey),
        ("SALE_CONTRACT", "买卖合同", AreaBasis::SaleContract),
    ];
    let area_basis = reading.word(Column::AreaBasis, &bases, None);
    let standings = [
        ("SOLD", "已售", UnitStanding::Sold),
        ("UNDELIVERED", "未交付", UnitStanding::Undelivered),
        ("UNSOLD", "未售", UnitStanding::Unsold),
    ];
    let standing = reading.word(Column::Standing, &standings, Some(UnitStanding::Sold));
    let share = reading.share();
    let answers = [("yes", "是", true), ("no", "否", false)];
    let nominee = reading.word(Column::Nominee, &answers, Some(false)).unwrap_or_default();
    let owner = reading.owner();
    ReadRow {
        unit: UnitCells {
            building,
            number,
            area,
            area_basis,
            standing,
            share: share.flatten(),
            share_read: share.is_some(),
            nominee,
        },
        owner,
    }
}

impl Reading<'_> {
    fn cell(&self, column: Column) -> &str {
        self.sheet.cell(self.row, column)
    }

    fn fault(&mut self, kind: Kind, column: Column, en: impl Into<String>, zh: impl Into<String>) {
        self.faults.push(Fault::new(kind, self.row.line, column, en, zh));
    }

    fn text(&mut self, column: Column, least: usize, most: usize) -> Option<String> {
        let text = self.cell(column).to_owned();
        let count = text.chars().count();
        // marks that reorder or hide text make one name look like another
        let hidden = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if count == 0 {
            self.fault(Kind::Cell, column, "is empty", "为空");
        } else if text.chars().any(|c| c.is_control() || hidden(c)) {
            self.fault(Kind::Cell, column, "contains hidden characters", "含有不可见字符");
        } else if !(least..=most).contains(&count) {
            self.fault(
                Kind::Cell,
                column,
                format!("must have {least} to {most} characters"),
                format!("须为 {least} 至 {most} 个字符"),
            );
        } else {
            return Some(text);
        }
        None
    }

    fn optional(&mut self, column: Column, least: usize, most: usize) -> Option<String> {
        if self.cell(column).is_empty() {
            return None;
        }
        self.text(column, least, most)
    }

    fn word<T: Copy>(&mut self, column: Column, words: &[(&str, &str, T)], absent: Option<T>) -> Option<T> {
        let text = self.cell(column);
        if let (true, Some(absent)) = (text.is_empty(), absent) {
            return Some(absent);
        }
        let known = words
            .iter()
            .find(|(en, zh, _)| text.eq_ignore_ascii_case(en) || text == *zh);
        if let Some((_, _, value)) = known {
            return Some(*value);
        }
        let given: String = text.chars().take(40).collect();
        let en: Vec<_> = words.iter().map(|(en, _, _)| *en).collect();
        let zh: Vec<_> = words.iter().map(|(_, zh, _)| *zh).collect();
        self.fault(
            Kind::Cell,
            column,
            format!("`{given}` is none of {}", en.join(", ")),
            format!("“{given}”不是{}之一", zh.join("、")),
        );
        None
    }

    fn area(&mut self) -> Option<i64> {
        let given: String = self.cell(Column::Area).chars().take(40).collect();
        let (en, zh) = match area::read(&given) {
            Ok(area) => return Some(area),
            Err(NoArea::NotPositive) => ("must be more than 0", "必须大于 0"),
            Err(NoArea::TooFine) => ("has more than two decimals", "小数超过两位"),
            Err(NoArea::TooLarge) => ("is more than 1,000,000 m²", "超过 1000000 平方米"),
            Err(NoArea::NotANumber) => ("is no area such as 89.13", "不是面积数字(例如 89.13)"),
        };
        self.fault(
            Kind::Area,
            Column::Area,
            format!("`{given}` {en}"),
            format!("“{given}”{zh}"),
        );
        None
    }

    /// `Some(None)` for an empty cell, `None` for one that cannot be read.
    fn share(&mut self) -> Option<Option<(i64, i64)>> {
        let given: String = self.cell(Column::Share).chars().take(40).collect();
        if given.is_empty() {
            return Some(None);
        }
        let (part, whole) = given.split_once('/').unwrap_or((&given, "1"));
        let number = |text: &str| -> Option<i64> {
            let digits = !text.is_empty() && text.len() <= 7 && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse().ok()).flatten()
        };
        match number(part.trim()).zip(number(whole.trim())) {
            Some((part, whole)) if 0 < part && part <= whole && whole <= FINEST_SHARE => Some(Some((part, whole))),
            _ => {
                self.fault(
                    Kind::Shares,
                    Column::Share,
                    format!("`{given}` is no share such as 1/2"),
                    format!("“{given}”不是份额(例如 1/2)"),
                );
                None
            }
        }
    }

    fn owner(&mut self) -> Option<OwnerCells> {
        let name = self.text(Column::Owner, 1, LONGEST_NAME);
        let types = [
            ("PERSON", "个人", OwnerType::Person),
            ("COMPANY", "单位", OwnerType::Company),
            ("DEVELOPER", "建设单位", OwnerType::Developer),
        ];
        let owner_type = self.word(Column::OwnerType, &types, Some(OwnerType::Person));
        let key = self.optional(Column::OwnerKey, 1, LONGEST_PLACE);
        let id_number = self.optional(Column::IdNumber, 4, LONGEST_PLACE);
        let phone = self.optional(Column::Phone, 3, LONGEST_PLACE);
        let (name, owner_type) = name.zip(owner_type)?;
        Some(OwnerCells {
            name,
            owner_type,
            key,
            id_number,
            phone,
        })
    }
}
