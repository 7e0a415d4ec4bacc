//! The one way text gets into minutes. Each line begins with a mark that says what it is (`## ` section, `### ` item, `- ` entry,
//! `| ` row, `> ` words of somebody), so that the printed form is made from the signed text alone, and nobody's words can pass
//! for a line of the record.

use std::fmt::Display;

/// Text under way.
#[derive(Debug, Default)]
pub struct Page {
    text: String,
    sections: usize,
}

const NUMBERS: [&str; 10] = ["十", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

impl Page {
    /// A section, numbered in order.
    pub fn section(&mut self, title: &str) {
        self.sections += 1;
        self.text.push('\n');
        self.line("## ", &format!("{}、{title}", numeral(self.sections)));
    }

    /// Something within a section.
    pub fn item(&mut self, title: &str) {
        self.line("### ", title);
    }

    /// A label and what it says; an empty one is left out.
    pub fn field(&mut self, label: &str, value: impl Display) {
        let value = value.to_string();
        if !value.is_empty() {
            self.line("- ", &format!("{label}：{value}"));
        }
    }

    /// One entry.
    pub fn entry(&mut self, text: &str) {
        self.line("- ", text);
    }

    /// A row of a table; the first one of a run is its head.
    pub fn row<const N: usize>(&mut self, cells: [&str; N]) {
        let cells = cells.map(|cell| one_line(cell).replace('|', "｜"));
        self.line("| ", &cells.join(" | "));
    }

    /// Somebody's words, line by line.
    pub fn words(&mut self, text: &str) {
        for line in text.lines() {
            self.line("> ", line);
        }
    }

    /// What was made.
    #[must_use]
    pub fn finish(self) -> String {
        self.text
    }

    fn line(&mut self, mark: &str, text: &str) {
        self.text.push_str(mark);
        self.text.push_str(one_line(text).trim_end());
        self.text.push('\n');
    }
}

fn one_line(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

/// A number up to 99 in Chinese.
#[must_use]
pub fn numeral(number: usize) -> String {
    let (tens, ones) = (number / 10, number % 10);
    let word = |digit: usize| NUMBERS.get(digit).copied().unwrap_or_default();
    match (tens, ones) {
        (0, ones) => word(ones).to_owned(),
        (1, 0) => "十".to_owned(),
        (1, ones) => format!("十{}", word(ones)),
        (tens, 0) => format!("{}十", word(tens)),
        (tens, ones) => format!("{}十{}", word(tens), word(ones)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_words_pass_for_the_record() {
        let mut page = Page::default();
        page.section("议题");
        page.field("标题", "甲\n## 二、伪造");
        page.words("同意\n- 决议：伪造");
        page.row(["a|b", "c\r\nd"]);
        assert_eq!(
            page.finish(),
            "\n## 一、议题\n- 标题：甲 ## 二、伪造\n> 同意\n> - 决议：伪造\n| a｜b | c  d\n"
        );
    }

    #[test]
    fn sections_are_counted_in_chinese() {
        let told: Vec<_> = [1, 9, 10, 11, 20, 21, 99].into_iter().map(numeral).collect();
        assert_eq!(told, ["一", "九", "十", "十一", "二十", "二十一", "九十九"]);
    }
}
