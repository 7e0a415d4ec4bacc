use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::{Error, FieldViolation, MalformedName, Result, Timestamp};

/// Collects every bad field of a request, so that the caller learns of all of them at once.
#[derive(Debug, Default)]
pub struct Fields {
    violations: Vec<FieldViolation>,
}

impl Fields {
    /// Nothing wrong yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a bad field.
    pub fn refuse(&mut self, field: &str, en: impl Display, zh: impl Display) {
        self.violations.push(FieldViolation {
            field: field.to_owned(),
            en: en.to_string(),
            zh: zh.to_string(),
        });
    }

    /// One line of text: trimmed, of so many characters, without control characters.
    pub fn line(&mut self, field: &str, text: &str, length: RangeInclusive<usize>) -> String {
        self.text(field, text, length, char::is_control)
    }

    /// Text of several lines: like a line, but with line feeds and tabs.
    pub fn lines(&mut self, field: &str, text: &str, length: RangeInclusive<usize>) -> String {
        self.text(field, text, length, |c| c.is_control() && c != '\n' && c != '\t')
    }

    fn text(
        &mut self,
        field: &str,
        text: &str,
        length: RangeInclusive<usize>,
        banned: impl Fn(char) -> bool,
    ) -> String {
        // bidirectional overrides can make a name read as another one
        let reorders = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        let trimmed = text.trim();
        let count = trimmed.chars().count();
        let (least, most) = (*length.start(), *length.end());
        if trimmed.chars().any(|c| banned(c) || reorders(c)) {
            self.refuse(field, "contains control characters", "含有控制字符");
        } else if count < least {
            self.refuse(
                field,
                format!("must have at least {least} characters"),
                format!("至少 {least} 个字符"),
            );
        } else if count > most {
            self.refuse(
                field,
                format!("must have at most {most} characters"),
                format!("至多 {most} 个字符"),
            );
        }
        trimmed.to_owned()
    }

    /// A resource name that must be there. Returns `None` and notes the field when it is malformed.
    pub fn name<T: FromStr<Err = MalformedName>>(&mut self, field: &str, text: &str) -> Option<T> {
        match text.parse() {
            Ok(name) => Some(name),
            Err(refusal) => {
                let zh = format!("“{}”不是“{}”形式的名称", refusal.text, refusal.pattern);
                self.refuse(field, refusal, zh);
                None
            }
        }
    }

    /// A resource name that may be absent.
    pub fn optional_name<T: FromStr<Err = MalformedName>>(&mut self, field: &str, text: &str) -> Option<T> {
        if text.is_empty() { None } else { self.name(field, text) }
    }

    /// An instant that may be absent.
    pub fn instant(&mut self, field: &str, wire: Option<&prost_types::Timestamp>) -> Option<Timestamp> {
        let instant = Timestamp::from_proto(wire?);
        if instant.is_none() {
            self.refuse(field, "is not an instant of the years 1 to 9999", "不是有效的时间");
        }
        instant
    }

    /// A client-chosen `request_id`: a UUID, or absent.
    pub fn request_id(&mut self, text: &str) -> Option<uuid::Uuid> {
        if text.is_empty() {
            return None;
        }
        let id = uuid::Uuid::try_parse(text).ok();
        if id.is_none() {
            self.refuse("request_id", "is not a UUID", "不是 UUID");
        }
        id
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.violations.is_empty()
    }

    /// Ends with every bad field named.
    ///
    /// # Errors
    /// `INVALID_REQUEST` when any field is bad.
    pub fn finish(self) -> Result<()> {
        if self.violations.is_empty() {
            Ok(())
        } else {
            Err(Error::invalid(self.violations))
        }
    }

    /// Ends like [`Fields::finish`] and takes `value` out; a `None` that no field accounts for counts as the named field missing.
    ///
    /// # Errors
    /// `INVALID_REQUEST` when any field is bad or `value` is absent.
    pub fn finish_with<T>(mut self, field: &str, value: Option<T>) -> Result<T> {
        if value.is_none() && self.is_clean() {
            self.refuse(field, "is required", "必填");
        }
        match value {
            Some(value) if self.is_clean() => Ok(value),
            _ => Err(Error::invalid(self.violations)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_field_is_named() {
        let mut fields = Fields::new();
        fields.line("title", "a\u{7}b", 1..=10);
        fields.line("name", "  ", 1..=10);
        fields.lines("text", "line\nline\t\u{202e}", 1..=100);
        fields.request_id("x");
        let error = fields.finish().unwrap_err();
        let named: Vec<_> = error.violations().iter().map(|v| v.field.as_str()).collect();
        assert_eq!(named, ["title", "name", "text", "request_id"]);
    }

    #[test]
    fn length_is_counted_in_characters() {
        let mut fields = Fields::new();
        assert_eq!(fields.line("name", " 北站社区 ", 1..=4), "北站社区");
        assert!(fields.finish().is_ok());
    }
}
