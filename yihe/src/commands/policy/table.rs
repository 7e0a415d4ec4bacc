use serde_json::{Map, Value};

/// How answers are shown.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// As JSON.
    pub json: bool,
    /// In Chinese.
    pub zh: bool,
}

/// A column: its key in JSON, its heading in Chinese and in English.
pub type Column = (&'static str, &'static str, &'static str);

/// Rows under headings.
#[derive(Debug)]
pub struct Table {
    columns: &'static [Column],
    rows: Vec<Vec<Value>>,
}

impl Table {
    /// An empty table.
    pub fn new(columns: &'static [Column]) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    /// Adds a row; lists are shown joined.
    pub fn row<const N: usize>(&mut self, cells: [Value; N]) {
        self.rows.push(cells.into());
    }

    /// Its rows as JSON objects.
    pub fn json(&self) -> Value {
        let object = |row: &Vec<Value>| {
            let named = self.columns.iter().zip(row);
            let fields: Map<_, _> = named
                .map(|((key, ..), cell)| ((*key).to_owned(), cell.clone()))
                .collect();
            Value::Object(fields)
        };
        self.rows.iter().map(object).collect()
    }

    /// Its rows as lines, each column as wide as its widest cell.
    pub fn text(&self, zh: bool) -> String {
        let headings = self
            .columns
            .iter()
            .map(|(_, chinese, english)| (*if zh { chinese } else { english }).to_owned())
            .collect();
        let rows = self.rows.iter().map(|row| row.iter().map(shown).collect());
        let lines: Vec<Vec<String>> = [headings].into_iter().chain(rows).collect();
        let widths: Vec<_> = (0..self.columns.len())
            .map(|column| lines.iter().map(|line| width(&line[column])).max().unwrap_or_default())
            .collect();
        let mut text = String::new();
        for line in &lines {
            let cells = line
                .iter()
                .zip(&widths)
                .map(|(cell, widest)| format!("{cell}{}", " ".repeat(widest - width(cell) + 2)));
            text.push_str(cells.collect::<String>().trim_end());
            text.push('\n');
        }
        text
    }

    /// Prints it.
    pub fn print(&self, form: Form) {
        if form.json {
            println!("{:#}", self.json());
        } else {
            print!("{}", self.text(form.zh));
        }
    }
}

fn shown(cell: &Value) -> String {
    match cell {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Places that a text takes on a terminal: Chinese characters take two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c >= '\u{1100}' { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(&[("role", "角色", "role"), ("if", "条件", "if")]);
        table.row(["社区党委书记".into(), Value::Null]);
        table.row(["clerk".into(), vec!["owner", "caller"].into()]);
        assert_eq!(
            table.text(true),
            "角色          条件\n社区党委书记\nclerk         owner, caller\n"
        );
        assert!(table.text(false).starts_with("role          if\n"));
        assert_eq!(table.json()[1]["if"][0], "owner");
        assert_eq!(table.json()[0]["if"], Value::Null);
    }
}
