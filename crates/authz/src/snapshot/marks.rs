use std::hash::BuildHasher;
use std::hint::black_box;

use foldhash::fast::FixedState;
use yihe_kernel::{Error, Result};

use super::row::holds;
use crate::RoleNumber;

/// Lines that lie in the snapshot itself.
const NEAR: usize = 32;
const IN_A_LINE: usize = 7;

/// Rows in eight bytes each, so that most decisions need no row. A mark may be that of another holder or organization, and tells
/// never less than its row; where no rule is about what the marks tell, none is about what the rows would.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "lines in the snapshot itself are read without anything being read for their place"
)]
pub(super) enum Marks {
    Near([Line; NEAR]),
    Far(Box<[Line]>),
}

/// As much memory as is read at once. A search begins in the line of the holder and goes on while lines say that there is more.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Line {
    marks: [Mark; IN_A_LINE],
    /// Place of the first row of the line; the others follow.
    first: u32,
    taken: u8,
    more: bool,
}

#[derive(Debug, Clone, Copy)]
struct Mark {
    tag: u16,
    /// In force from so many passed instants on, and before so many; the largest number stands for all that are not smaller.
    from: u16,
    until: u16,
    /// A shipped role, or `UNCLEAR`.
    roles: u16,
}

/// The row tells them.
const UNCLEAR: u16 = u16::MAX;

impl Mark {
    const FREE: Self = Self {
        tag: 0,
        from: 0,
        until: 0,
        roles: UNCLEAR,
    };

    fn is_on(self, passed: usize) -> bool {
        let until = match self.until {
            u16::MAX => usize::MAX,
            until => usize::from(until),
        };
        holds(usize::from(self.from), until, passed)
    }
}

/// In a tag: for oneself.
const OWN: u16 = 1;
/// In a tag: for an organization.
const FOR_ORGANIZATION: u16 = 2;
const CAPACITY: u16 = OWN | FOR_ORGANIZATION;

/// Who asks: by which its marks are found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    key: u64,
    tag: u16,
}

impl Asked {
    pub fn of(holder: u128, own: bool, for_organization: bool) -> Self {
        // nobody chooses its own id: a key known beforehand will do, and need not be read from the snapshot
        let hash = mutate!(FixedState::default().hash_one(holder), MarkIsHolder => 0);
        let [low, high, ..] = hash.to_le_bytes();
        let capacity = (u16::from(own) * OWN) | (u16::from(for_organization) * FOR_ORGANIZATION);
        Self {
            key: hash,
            tag: (u16::from_le_bytes([low, high]) & !CAPACITY) | capacity,
        }
    }

    fn line(self, lines: usize) -> usize {
        let product = u128::from(self.key) * lines as u128;
        usize::try_from(product >> 64).unwrap_or_default()
    }

    /// Whether a mark may be its own.
    fn fits(self, mark: Mark) -> bool {
        ((mark.tag ^ self.tag) & !CAPACITY == 0) & (mark.tag & self.tag & CAPACITY != 0)
    }
}

/// What a mark is made of.
pub(super) struct Marked {
    pub asked: Asked,
    pub from: u32,
    pub until: u32,
    /// Where it is just one shipped role with those it brings along.
    pub one: Option<RoleNumber>,
}

impl Marks {
    /// The marks, and which of them each line holds: rows have to lie in that order.
    ///
    /// # Errors
    /// `INTERNAL` for more rows than there are places.
    pub fn of(marked: &[Marked]) -> Result<(Self, Vec<usize>)> {
        let far = (marked.len() > NEAR * IN_A_LINE / 2).then_some(marked.len() / 3);
        let count = far.unwrap_or(NEAR);
        let mut held = vec![Vec::new(); count];
        let mut more = vec![false; count];
        for (place, mark) in marked.iter().enumerate() {
            let mut at = mark.asked.line(count);
            while held[at].len() == IN_A_LINE {
                more[at] = true;
                at = (at + 1) % count;
            }
            held[at].push(place);
        }
        let mut lines = Vec::with_capacity(count);
        let mut first = 0;
        for (held, more) in held.iter().zip(more) {
            let mut line = Line {
                marks: [Mark::FREE; IN_A_LINE],
                first: u32::try_from(first).map_err(Error::internal)?,
                taken: u8::try_from(held.len()).map_err(Error::internal)?,
                more,
            };
            for (mark, place) in line.marks.iter_mut().zip(held) {
                *mark = marked[*place].mark();
            }
            first += held.len();
            lines.push(line);
        }
        let order = held.concat();
        Ok((
            lines
                .try_into()
                .map_or_else(|lines: Vec<_>| Self::Far(lines.into()), Self::Near),
            order,
        ))
    }

    /// Has what [`Marks::likely`] reads on its way.
    pub fn ask_for(&self, asked: Asked) {
        black_box(self.line(asked).map(|line| line.first));
    }

    /// Where a search begins. Of the near lines nothing but that line itself is read.
    fn line(&self, asked: Asked) -> Option<&Line> {
        match self {
            Self::Near(lines) => lines.get(asked.line(NEAR)),
            Self::Far(lines) => lines.get(asked.line(lines.len())),
        }
    }

    /// What somebody's roles are when so many instants have passed.
    pub fn likely(&self, asked: Asked, passed: usize) -> Likely {
        let Some(line) = self.line(asked) else {
            return Likely::Nothing;
        };
        let mut fitting = Fitting::default();
        if line.more {
            self.search(asked).for_each(|line| fitting.add(line, asked, passed));
        } else {
            fitting.add(line, asked, passed);
        }
        let Fitting { found, last } = fitting;
        match found {
            0 => Likely::Nothing,
            1 if asked.tag & FOR_ORGANIZATION < last.tag & FOR_ORGANIZATION => Likely::One(RoleNumber::APPOINTED),
            1 if last.roles != UNCLEAR => Likely::One(RoleNumber::shipped(last.roles)),
            _ => Likely::Unclear,
        }
    }

    /// The places of the rows that may be somebody's.
    pub fn places(&self, asked: Asked) -> impl Iterator<Item = usize> {
        self.search(asked).flat_map(move |line| {
            let taken = line.marks.iter().take(usize::from(line.taken));
            let places = usize::try_from(line.first).unwrap_or(usize::MAX)..;
            let fitting = places.zip(taken).filter(move |(_, mark)| asked.fits(**mark));
            fitting.map(|(place, _)| place)
        })
    }

    /// How many bytes of memory they take beside themselves.
    pub fn weight(&self) -> usize {
        match self {
            Self::Near(_) => 0,
            Self::Far(lines) => size_of_val::<[Line]>(lines),
        }
    }

    /// The lines that may have somebody's marks.
    fn search(&self, asked: Asked) -> impl Iterator<Item = &Line> {
        let lines = self.lines();
        let (before, after) = lines.split_at(asked.line(lines.len()).min(lines.len()));
        let mut goes_on = true;
        let all = after.iter().chain(before);
        all.take_while(move |line| std::mem::replace(&mut goes_on, line.more))
    }

    fn lines(&self) -> &[Line] {
        match self {
            Self::Near(lines) => lines,
            Self::Far(lines) => lines,
        }
    }
}

/// The marks that fit so far.
struct Fitting {
    found: u8,
    last: Mark,
}

impl Default for Fitting {
    fn default() -> Self {
        Self {
            found: 0,
            last: Mark::FREE,
        }
    }
}

impl Fitting {
    fn add(&mut self, line: &Line, asked: Asked, passed: usize) {
        for mark in &line.marks {
            // no branch: which of the marks it is nobody can foretell
            let fits = asked.fits(*mark) & mark.is_on(passed);
            self.found = self.found.saturating_add(u8::from(fits));
            self.last = if fits { *mark } else { self.last };
        }
    }
}

impl Marked {
    fn mark(&self) -> Mark {
        let short = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
        Mark {
            tag: self.asked.tag,
            from: short(self.from),
            until: short(self.until),
            roles: self.one.map_or(UNCLEAR, RoleNumber::get),
        }
    }
}

/// What somebody's roles are, as far as marks tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likely {
    /// None, for certain.
    Nothing,
    /// None, or this role with those it brings along.
    One(RoleNumber),
    /// Rows have to be read.
    Unclear,
}
