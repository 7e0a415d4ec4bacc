//! Reading TOML tables by key path, so that every refusal names the key it is about.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use toml::{Table, Value};

use crate::parse::KeyProblem;

const LONGEST_TEXT: usize = 2_000;

/// One table and where it stands in the document. Every key read is remembered, so that [`Section::finish`] can name
/// the ones nobody asked for.
pub(crate) struct Section<'a> {
    path: String,
    table: &'a Table,
    asked: RefCell<BTreeSet<&'static str>>,
}

pub(crate) type Read<T> = Result<T, KeyProblem>;

impl<'a> Section<'a> {
    pub fn root(table: &'a Table) -> Self {
        Self {
            path: String::new(),
            table,
            asked: RefCell::default(),
        }
    }

    pub fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    pub fn problem(&self, key: &str, reason: impl Into<String>) -> KeyProblem {
        KeyProblem {
            key: self.path_of(key),
            reason: reason.into(),
        }
    }

    fn get(&self, key: &'static str) -> Option<&'a Value> {
        self.asked.borrow_mut().insert(key);
        self.table.get(key)
    }

    fn require(&self, key: &'static str) -> Read<&'a Value> {
        self.get(key).ok_or_else(|| self.problem(key, "is missing"))
    }

    fn wrong_type(&self, key: &str, wanted: &str, found: &Value) -> KeyProblem {
        self.problem(key, format!("expected {wanted}, found {}", found.type_str()))
    }

    pub fn text(&self, key: &'static str) -> Read<String> {
        let value = self.require(key)?;
        let text = value.as_str().ok_or_else(|| self.wrong_type(key, "a text", value))?;
        if text.trim().is_empty() {
            return Err(self.problem(key, "is empty"));
        }
        if text.chars().count() > LONGEST_TEXT {
            return Err(self.problem(key, format!("is longer than {LONGEST_TEXT} characters")));
        }
        if text.chars().any(char::is_control) {
            return Err(self.problem(key, "has control characters"));
        }
        Ok(text.to_owned())
    }

    pub fn parsed<T: FromStr<Err: Display>>(&self, key: &'static str) -> Read<T> {
        self.text(key)?
            .parse()
            .map_err(|e: T::Err| self.problem(key, e.to_string()))
    }

    pub fn parsed_or<T: FromStr<Err: Display>>(&self, key: &'static str, default: T) -> Read<T> {
        if self.get(key).is_none() {
            Ok(default)
        } else {
            self.parsed(key)
        }
    }

    pub fn optional<T: FromStr<Err: Display>>(&self, key: &'static str) -> Read<Option<T>> {
        if self.get(key).is_none() {
            Ok(None)
        } else {
            self.parsed(key).map(Some)
        }
    }

    /// A non-empty list of distinct codes.
    pub fn codes<T: FromStr<Err: Display> + PartialEq>(&self, key: &'static str) -> Read<Vec<T>> {
        let value = self.require(key)?;
        let items = value.as_array().ok_or_else(|| self.wrong_type(key, "a list", value))?;
        let mut codes = Vec::with_capacity(items.len());
        for item in items {
            let text = item
                .as_str()
                .ok_or_else(|| self.wrong_type(key, "a list of texts", item))?;
            let code: T = text.parse().map_err(|e: T::Err| self.problem(key, e.to_string()))?;
            if codes.contains(&code) {
                return Err(self.problem(key, format!("names {text} twice")));
            }
            codes.push(code);
        }
        if codes.is_empty() {
            return Err(self.problem(key, "is empty"));
        }
        Ok(codes)
    }

    pub fn flag_or(&self, key: &'static str, default: bool) -> Read<bool> {
        match self.get(key) {
            None => Ok(default),
            Some(value) => value
                .as_bool()
                .ok_or_else(|| self.wrong_type(key, "true or false", value)),
        }
    }

    pub fn flag(&self, key: &'static str) -> Read<bool> {
        let value = self.require(key)?;
        value
            .as_bool()
            .ok_or_else(|| self.wrong_type(key, "true or false", value))
    }

    /// A whole number from `least` to `most`.
    pub fn number(&self, key: &'static str, least: u32, most: u32) -> Read<u32> {
        let value = self.require(key)?;
        let number = value
            .as_integer()
            .ok_or_else(|| self.wrong_type(key, "a whole number", value))?;
        match u32::try_from(number) {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            _ => Err(self.problem(key, format!("{number} is not within {least} to {most}"))),
        }
    }

    pub fn optional_number(&self, key: &'static str, least: u32, most: u32) -> Read<Option<u32>> {
        if self.get(key).is_none() {
            Ok(None)
        } else {
            self.number(key, least, most).map(Some)
        }
    }

    pub fn section(&self, key: &'static str) -> Read<Section<'a>> {
        let value = self.require(key)?;
        self.child(key, value)
    }

    pub fn optional_section(&self, key: &'static str) -> Read<Option<Section<'a>>> {
        self.get(key).map(|value| self.child(key, value)).transpose()
    }

    /// The tables below `key`, each under its own name.
    pub fn named_sections(&self, key: &'static str) -> Read<Vec<(&'a str, Section<'a>)>> {
        let parent = self.section(key)?;
        parent
            .table
            .iter()
            .map(|(name, value)| Ok((name.as_str(), parent.child(name, value)?)))
            .collect()
    }

    /// The tables of a list (`[[key]]`), none if the key is absent.
    pub fn listed_sections(&self, key: &'static str) -> Read<Vec<Section<'a>>> {
        let Some(value) = self.get(key) else {
            return Ok(Vec::new());
        };
        let items = value
            .as_array()
            .ok_or_else(|| self.wrong_type(key, "a list of tables", value))?;
        items
            .iter()
            .enumerate()
            .map(|(i, item)| self.child(&format!("{key}[{i}]"), item))
            .collect()
    }

    fn child(&self, key: &str, value: &'a Value) -> Read<Section<'a>> {
        let table = value.as_table().ok_or_else(|| self.wrong_type(key, "a table", value))?;
        Ok(Section {
            path: self.path_of(key),
            table,
            asked: RefCell::default(),
        })
    }

    /// Refuses keys that were never asked for: a misspelt rule must not be silently without effect.
    pub fn finish(&self) -> Read<()> {
        let asked = self.asked.borrow();
        match self.table.keys().find(|key| !asked.contains(key.as_str())) {
            Some(key) => Err(self.problem(key, "is not a known key")),
            None => Ok(()),
        }
    }
}
