use std::collections::HashMap;

use yihe_proto::directory::v1::{OwnerType, RegisterFaultKind as Kind};

use crate::domain::register::cell::OwnerCells;
use crate::domain::register::column::Column;
use crate::domain::register::fault::Fault;
use crate::domain::register::spelling;

/// An owner as the file tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftOwner {
    /// Line where it stands first.
    pub line: u64,
    /// Name as it is written there.
    pub name: String,
    /// What it is.
    pub owner_type: OwnerType,
    /// The clerk's key.
    pub key: Option<String>,
    /// Keyed hash of the ID number.
    pub id_hash: Option<Vec<u8>>,
    /// Telephone number as it is written.
    pub phone: Option<String>,
}

/// By what rows are known to be one owner. A name alone is nothing to go by.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Token {
    Key(String),
    Id(Vec<u8>),
    Phone(String, String),
}

/// Owners as they are met, row by row.
#[derive(Debug, Default)]
pub struct Owners {
    list: Vec<DraftOwner>,
    known: HashMap<Token, usize>,
}

impl Owners {
    /// The owner of a row: one met before or a new one. Returns its place.
    pub fn take(
        &mut self,
        line: u64,
        cells: OwnerCells,
        hash: &dyn Fn(&str) -> Vec<u8>,
        faults: &mut Vec<Fault>,
    ) -> usize {
        let owner = DraftOwner {
            line,
            name: cells.name,
            owner_type: cells.owner_type,
            key: cells.key,
            id_hash: cells.id_number.map(|number| hash(&spelling::of_name(&number))),
            phone: cells.phone,
        };
        let token = match (&owner.key, &owner.id_hash, &owner.phone) {
            (Some(key), _, _) => Some(Token::Key(key.clone())),
            (None, Some(id), _) => Some(Token::Id(id.clone())),
            (None, None, Some(phone)) => Some(Token::Phone(owner.name.clone(), spelling::of_phone(phone))),
            (None, None, None) => None,
        };
        let place = self.list.len();
        let known = token.map_or(place, |token| *self.known.entry(token).or_insert(place));
        if known == place {
            self.list.push(owner);
        } else {
            self.again(known, owner, faults);
        }
        known
    }

    /// A further row of an owner that is known: it may add what was not told, and must not contradict.
    fn again(&mut self, known: usize, row: DraftOwner, faults: &mut Vec<Fault>) {
        let first = &mut self.list[known];
        let mut contradicts = |kind, column, en: &str, zh: &str| {
            let en = format!("{en} than in line {}, and yet one owner", first.line);
            let zh = format!("与第 {} 行为同一业主,{zh}却不同", first.line);
            faults.push(Fault::new(kind, row.line, column, en, zh).with_line(first.line));
        };
        if first.name != row.name {
            contradicts(Kind::Alike, Column::Owner, "has another name", "姓名");
        }
        if first.owner_type != row.owner_type {
            contradicts(Kind::Contradiction, Column::OwnerType, "has another type", "业主类型");
        }
        if differ(first.id_hash.as_ref(), row.id_hash.as_ref()) {
            contradicts(Kind::Contradiction, Column::IdNumber, "has another ID number", "证件号");
        }
        let phone = |owner: &DraftOwner| owner.phone.as_deref().map(spelling::of_phone);
        if differ(phone(first).as_ref(), phone(&row).as_ref()) {
            contradicts(
                Kind::Contradiction,
                Column::Phone,
                "has another telephone number",
                "电话",
            );
        }
        first.id_hash = first.id_hash.take().or(row.id_hash);
        first.phone = first.phone.take().or(row.phone);
    }

    /// All owners, after noting those that look alike.
    pub fn finish(self, faults: &mut Vec<Fault>) -> Vec<DraftOwner> {
        let owners = self.list;
        let forms: Vec<String> = owners.iter().map(|owner| spelling::of_name(&owner.name)).collect();
        one_number(&owners, faults);
        let mut names: HashMap<&str, Firsts> = HashMap::new();
        let mut phones: HashMap<String, Firsts> = HashMap::new();
        let mut developer: Option<u64> = None;
        for (place, owner) in owners.iter().enumerate() {
            if let Some(first) = names.entry(&forms[place]).or_default().unsettled(place, &owners) {
                faults.push(alike(owner, &owners[first]));
            }
            let phone = owner.phone.as_deref().map(spelling::of_phone);
            if let Some(phone) = phone.filter(|phone| !phone.is_empty())
                && let Some(first) = phones.entry(phone).or_default().unsettled(place, &owners)
                && forms[first] != forms[place]
            {
                faults.push(one_phone(owner, &owners[first]));
            }
            if owner.owner_type == OwnerType::Developer {
                let first = *developer.get_or_insert(owner.line);
                if first != owner.line {
                    faults.push(two_developers(owner, first));
                }
            }
        }
        owners
    }
}

fn differ<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}

/// The first owner of each sort in a group that looks alike: with a key or without, with an ID number or without.
#[derive(Debug, Default)]
struct Firsts([Option<usize>; 4]);

impl Firsts {
    /// The first owner before this one that nothing tells it apart from: not two keys, not two ID numbers.
    fn unsettled(&mut self, place: usize, owners: &[DraftOwner]) -> Option<usize> {
        let sort = |owner: &DraftOwner| (owner.key.is_some(), owner.id_hash.is_some());
        let own = sort(&owners[place]);
        let settled = |other: &usize| {
            let other = sort(&owners[*other]);
            (own.0 && other.0) || (own.1 && other.1)
        };
        let found = self.0.iter().flatten().copied().filter(|other| !settled(other)).min();
        let slot = usize::from(own.0) * 2 + usize::from(own.1);
        self.0[slot].get_or_insert(place);
        found
    }
}

fn alike(owner: &DraftOwner, first: &DraftOwner) -> Fault {
    let line = first.line;
    let (en, zh) = if owner.name == first.name {
        (
            format!("is the name of line {line} too, and nothing says whether it is one owner; give both an owner_key"),
            format!("与第 {line} 行同名,无法判断是否同一业主;请为两者填写业主编号"),
        )
    } else {
        (
            format!("reads like the name of line {line}; give both an owner_key, the same one or two"),
            format!("与第 {line} 行的姓名疑为同一人的两种写法;请为两者填写业主编号(相同或不同)"),
        )
    };
    Fault::new(Kind::Alike, owner.line, Column::Owner, en, zh).with_line(line)
}

fn one_phone(owner: &DraftOwner, first: &DraftOwner) -> Fault {
    let line = first.line;
    let en = format!("is the telephone number of line {line}, under another name; give both an owner_key");
    let zh = format!("与第 {line} 行电话相同而姓名不同;请为两者填写业主编号");
    Fault::new(Kind::Alike, owner.line, Column::Phone, en, zh).with_line(line)
}

fn two_developers(owner: &DraftOwner, line: u64) -> Fault {
    let en = format!("is a second developer, the first stands in line {line}");
    let zh = format!("第二个建设单位(第一个在第 {line} 行)");
    Fault::new(Kind::Developer, owner.line, Column::Owner, en, zh).with_line(line)
}

/// One ID number is one owner, whatever the keys say.
fn one_number(owners: &[DraftOwner], faults: &mut Vec<Fault>) {
    let mut seen: HashMap<&[u8], u64> = HashMap::new();
    for owner in owners {
        let Some(id) = &owner.id_hash else { continue };
        let line = *seen.entry(id).or_insert(owner.line);
        if line != owner.line {
            let en = format!("is the ID number of line {line}, which is another owner by its key");
            let zh = format!("与第 {line} 行证件号相同,业主编号却不同");
            faults.push(Fault::new(Kind::Alike, owner.line, Column::IdNumber, en, zh).with_line(line));
        }
    }
}
