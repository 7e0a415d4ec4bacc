//! The printed form: made from the signed text alone, line by line, with boxes for signatures and seals at its end.

use std::fmt::Write;

use super::page::numeral;
use super::{Signature, SignatureMethod, SignatureState, Version, terms};

const STYLE: &str = include_str!("print.css");

/// A place to sign: who, and what became of it.
#[derive(Debug, Clone)]
pub struct SealBox<'a> {
    /// What the member is called.
    pub display_name: &'a str,
    /// Its signature, if it has given one or refused.
    pub signature: Option<&'a Signature>,
}

/// The page.
#[must_use]
pub fn html(version: &Version, current: i32, boxes: &[SealBox<'_>]) -> String {
    let text = &version.drawn.full;
    let mut page = Html::default();
    let _ = write!(
        page.out,
        "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n<title>会议纪要</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n"
    );
    if version.version != current {
        page.paragraph("void", &format!("本版已作废，现行为第 {current} 版"));
    }
    for line in text.text.lines() {
        page.line(line);
    }
    page.close();
    let signed = format!("本纪要第 {} 版，全文 SHA-256：{}", version.version, text.sha256);
    page.signatures(&signed, boxes);
    page.out.push_str("</body>\n</html>\n");
    page.out
}

/// What a run of lines is within.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Run {
    #[default]
    None,
    List,
    Table,
    Words,
}

impl Run {
    const fn tags(self) -> (&'static str, &'static str) {
        match self {
            Self::None => ("", ""),
            Self::List => ("<ul>\n", "</ul>\n"),
            Self::Table => ("<table>\n", "</tbody>\n</table>\n"),
            Self::Words => ("<blockquote>\n", "</blockquote>\n"),
        }
    }
}

#[derive(Default)]
struct Html {
    out: String,
    run: Run,
}

impl Html {
    fn line(&mut self, line: &str) {
        if let Some(title) = line.strip_prefix("# ") {
            self.block("h1", title);
        } else if let Some(title) = line.strip_prefix("## ") {
            self.block("h2", title);
        } else if let Some(title) = line.strip_prefix("### ") {
            self.block("h3", title);
        } else if let Some(entry) = line.strip_prefix("- ") {
            self.enter(Run::List);
            let _ = writeln!(self.out, "<li>{}</li>", escape(entry));
        } else if let Some(row) = line.strip_prefix("| ") {
            self.row(row);
        } else if let Some(words) = line.strip_prefix('>') {
            self.enter(Run::Words);
            let _ = writeln!(self.out, "<p>{}</p>", escape(words.trim_start()));
        } else if !line.is_empty() {
            self.close();
            self.paragraph("head", line);
        }
    }

    fn block(&mut self, tag: &str, text: &str) {
        self.close();
        let _ = writeln!(self.out, "<{tag}>{}</{tag}>", escape(text));
    }

    fn row(&mut self, row: &str) {
        let head = self.run != Run::Table;
        self.enter(Run::Table);
        let cell = if head { "th" } else { "td" };
        let (before, after) = if head {
            ("<thead>", "</thead>\n<tbody>")
        } else {
            ("", "")
        };
        let cells: String = row
            .split(" |")
            .map(|text| format!("<{cell}>{}</{cell}>", escape(text.trim())))
            .collect();
        let _ = writeln!(self.out, "{before}<tr>{cells}</tr>{after}");
    }

    fn paragraph(&mut self, class: &str, text: &str) {
        let _ = writeln!(self.out, "<p class=\"{class}\">{}</p>", escape(text));
    }

    fn enter(&mut self, run: Run) {
        if self.run != run {
            self.close();
            self.out.push_str(run.tags().0);
            self.run = run;
        }
    }

    fn close(&mut self) {
        self.out.push_str(self.run.tags().1);
        self.run = Run::None;
    }

    /// What is signed stands above the boxes, so that nobody signs a sheet that does not say it.
    fn signatures(&mut self, signed: &str, boxes: &[SealBox<'_>]) {
        let _ = write!(
            self.out,
            "<section class=\"signatures\">\n<h2>签署（应签 {} 名）</h2>\n",
            boxes.len()
        );
        self.paragraph("digest", signed);
        self.out.push_str("<div class=\"boxes\">\n");
        for (index, place) in (1..).zip(boxes) {
            let _ = write!(
                self.out,
                "<div class=\"box\">\n<p class=\"who\">{}．{}</p>\n",
                numeral(index),
                escape(place.display_name)
            );
            match place.signature {
                Some(signature) => self.given(signature),
                None => self.out.push_str(
                    "<div class=\"seal\">（盖章）</div>\n<p class=\"blank\">签字：</p>\n<p class=\"blank\">职务：</p>\n<p class=\"blank\">日期：　　年　　月　　日</p>\n",
                ),
            }
            self.out.push_str("</div>\n");
        }
        self.out.push_str("</div>\n</section>\n");
    }

    fn given(&mut self, signature: &Signature) {
        let state = match (signature.state, signature.method) {
            (SignatureState::Signed, Some(SignatureMethod::ScannedSeal)) => "已签署（纸质签章，扫描存档）",
            (SignatureState::Signed, _) => "已签署（屏幕签署）",
            (SignatureState::Refused, _) => "拒绝签署",
            (SignatureState::NotSigned, _) => "期限届满未签署",
        };
        self.paragraph("state", state);
        for (label, value) in [
            ("签字", signature.person_name.as_str()),
            ("职务", terms::posts(&signature.post).as_str()),
            ("理由", signature.reason.as_str()),
            ("时间", terms::instant(signature.at).as_str()),
        ] {
            if !value.is_empty() {
                self.paragraph("line", &format!("{label}：{value}"));
            }
        }
        self.paragraph(
            "countersigned",
            &format!("节点副署：{}", signature.countersigned.signature),
        );
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_words_become_markup() {
        let mut page = Html::default();
        for line in ["# <b>", "- a & \"b\"", "| x | <script>", "| 1 | 2", "> '<i>'"] {
            page.line(line);
        }
        page.close();
        assert!(!page.out.contains("<script>") && !page.out.contains("<i>") && !page.out.contains("<b>"));
        assert!(
            page.out
                .contains("<th>&lt;script&gt;</th></tr></thead>\n<tbody>\n<tr><td>1</td><td>2</td></tr>")
        );
        assert!(page.out.contains("<li>a &amp; &quot;b&quot;</li>"), "{}", page.out);
    }
}
