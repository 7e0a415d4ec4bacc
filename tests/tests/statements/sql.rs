//! Just enough of SQL to see which tables a statement names and whether it names a community.

use std::collections::BTreeSet;

#[derive(Debug, PartialEq, Eq)]
pub struct Statement {
    words: Vec<String>,
}

impl Statement {
    pub fn read(text: &str) -> Self {
        let mut words: Vec<String> = Vec::new();
        let mut word = String::new();
        for character in text.chars() {
            if character.is_alphanumeric() || matches!(character, '_' | '$') {
                word.extend(character.to_lowercase());
                continue;
            }
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            if !character.is_whitespace() && character != '"' {
                words.push(character.to_string());
            }
        }
        words.extend((!word.is_empty()).then_some(word));
        Self { words }
    }

    fn word(&self, place: usize) -> &str {
        self.words.get(place).map_or("", String::as_str)
    }

    /// Whether it reads or writes rows at all.
    pub fn is_about_rows(&self) -> bool {
        matches!(self.word(0), "select" | "insert" | "update" | "delete" | "with")
    }

    /// The tables it names.
    pub fn tables(&self) -> BTreeSet<&str> {
        let mut tables = BTreeSet::new();
        for (place, word) in self.words.iter().enumerate() {
            let begins = match word.as_str() {
                "from" | "join" | "into" => true,
                // `for update` and `do update` lock and change what was named before
                "update" => !matches!(self.word(place.saturating_sub(1)), "for" | "do"),
                _ => false,
            };
            if begins {
                self.list(place + 1, &mut tables);
            }
        }
        tables
    }

    /// `a AS x, b y, …`
    fn list<'a>(&'a self, mut place: usize, tables: &mut BTreeSet<&'a str>) {
        loop {
            tables.insert(self.word(place));
            place += 1;
            if self.word(place) == "as" {
                place += 1;
            }
            if self.word(place) != "," && self.word(place + 1) == "," {
                place += 1;
            }
            if self.word(place) != "," {
                return;
            }
            place += 1;
        }
    }

    /// Whether it is bound to a community that its caller gives: by comparison, alone or in a row of columns, or as a column of what
    /// is inserted.
    pub fn names_a_community(&self) -> bool {
        let compared = |place: usize| match (self.word(place + 1), self.word(place + 2)) {
            ("=", given) => given.starts_with('$') || given == "any",
            ("in", "(") => self.word(place + 3).starts_with('$'),
            _ => false,
        };
        let in_a_row = |place: usize| {
            let close = self.words.iter().skip(place).position(|word| word == ")");
            let after = close.map(|close| (self.word(place + close + 1), self.word(place + close + 2)));
            self.word(place.saturating_sub(1)) == "(" && matches!(after, Some(("=" | "in", "(")))
        };
        let inserted = |place: usize| {
            let head = self.words.iter().take(place).rposition(|word| word == "(");
            head.is_some_and(|head| self.word(head.saturating_sub(2)) == "into")
        };
        self.words
            .iter()
            .enumerate()
            .filter(|(_, word)| *word == "community")
            .any(|(place, _)| compared(place) || in_a_row(place) || inserted(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> (Vec<String>, bool) {
        let statement = Statement::read(text);
        let tables = statement.tables().into_iter().map(str::to_owned).collect();
        (tables, statement.names_a_community())
    }

    #[test]
    fn tables_and_communities_are_seen() {
        for (text, tables, named) in [
            (
                r#"SELECT "a"."id" FROM "a" WHERE "a"."community" = $1"#,
                &["a"][..],
                true,
            ),
            ("SELECT community, id FROM a WHERE id = $1", &["a"], false),
            (
                "SELECT * FROM a x, b AS y WHERE x.community = y.community",
                &["a", "b"],
                false,
            ),
            (
                "SELECT * FROM a JOIN b ON a.community = b.community WHERE a.community IN ($1, $2)",
                &["a", "b"],
                true,
            ),
            (
                "SELECT 1 FROM a WHERE (community, id) IN (($1, $2)) FOR UPDATE",
                &["a"],
                true,
            ),
            ("SELECT 1 FROM a WHERE (community, id) > ($1, $2)", &["a"], false),
            (
                "INSERT INTO a (community, id) VALUES ($1, $2) ON CONFLICT DO UPDATE SET x = 1",
                &["a"],
                true,
            ),
            ("INSERT INTO a (id) VALUES ($1)", &["a"], false),
            ("UPDATE a SET x = $1 WHERE id = $2", &["a"], false),
            ("DELETE FROM a WHERE community = $1 AND id = $2", &["a"], true),
        ] {
            let (found, is_named) = seen(text);
            assert_eq!(
                (
                    found.iter().map(String::as_str).collect::<Vec<_>>().as_slice(),
                    is_named
                ),
                (tables, named),
                "{text}"
            );
        }
    }
}
