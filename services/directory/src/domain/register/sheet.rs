use yihe_proto::directory::v1::RegisterFaultKind as Kind;

use crate::domain::register::column::Column;
use crate::domain::register::fault::{Fault, MOST_FAULTS};

/// A file in cells.
#[derive(Debug)]
pub struct Sheet {
    /// The column that each field of a row belongs to.
    header: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A row in cells, trimmed.
#[derive(Debug)]
pub struct Row {
    /// Line in the file; the header is line 1.
    pub line: u64,
    cells: csv::StringRecord,
}

impl Sheet {
    /// Whether the file has the column.
    pub fn has(&self, column: Column) -> bool {
        self.header.contains(&column)
    }

    /// A cell; empty where the file has no such column.
    pub fn cell<'a>(&self, row: &'a Row, column: Column) -> &'a str {
        let place = self.header.iter().position(|other| *other == column);
        place.and_then(|place| row.cells.get(place)).unwrap_or_default()
    }
}

/// Reads a file into rows that all have the header's columns.
pub fn read(content: &[u8]) -> Result<Sheet, Vec<Fault>> {
    let text = text(content).map_err(|fault| vec![fault])?;
    let mut csv = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut sheet = Sheet {
        header: Vec::new(),
        rows: Vec::new(),
    };
    let mut faults = Vec::new();
    let mut lines = Lines {
        text,
        counted: 0,
        line: 1,
    };
    for record in csv.records() {
        let Ok(cells) = record else { continue };
        let line = lines.of(cells.position().map_or(0, csv::Position::byte));
        if sheet.header.is_empty() {
            sheet.header = header(&cells, line)?;
        } else if cells.iter().all(str::is_empty) {
            // spreadsheets leave such rows at the end
        } else if cells.len() == sheet.header.len() {
            sheet.rows.push(Row { line, cells });
        } else if faults.len() < MOST_FAULTS {
            let (has, wants) = (cells.len(), sheet.header.len());
            faults.push(Fault::new(
                Kind::Row,
                line,
                None,
                format!("has {has} fields, the header has {wants}"),
                format!("有 {has} 列,表头有 {wants} 列"),
            ));
        }
    }
    if sheet.rows.is_empty() && faults.is_empty() {
        faults.push(Fault::new(Kind::File, 0, None, "holds no unit", "没有任何房屋"));
    }
    if faults.is_empty() { Ok(sheet) } else { Err(faults) }
}

/// Counts lines as an editor does. The reader's own count is one behind after CRLF and after blank lines.
struct Lines<'a> {
    text: &'a str,
    counted: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the record that begins at a byte or after the line breaks there; records come in order.
    fn of(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        let bytes = self.text.as_bytes();
        let rest = bytes.get(byte..).unwrap_or_default();
        let breaks = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let begin = byte.saturating_add(breaks).min(bytes.len());
        let passed = bytes.get(self.counted..begin).unwrap_or_default();
        let passed = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line += u64::try_from(passed).unwrap_or(0);
        self.counted = begin;
        self.line
    }
}

/// The file as text without its byte order mark.
fn text(content: &[u8]) -> Result<&str, Fault> {
    if content.iter().all(u8::is_ascii_whitespace) {
        return Err(Fault::new(Kind::File, 0, None, "is empty", "文件为空"));
    }
    if content.starts_with(&[0xff, 0xfe]) || content.starts_with(&[0xfe, 0xff]) {
        return Err(Fault::new(
            Kind::File,
            1,
            None,
            "is UTF-16; save it as CSV UTF-8",
            "文件为 UTF-16 编码,请另存为“CSV UTF-8”",
        ));
    }
    let content = content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(content);
    std::str::from_utf8(content).map_err(|error| not_utf8(content, error.valid_up_to()))
}

fn not_utf8(content: &[u8], good: usize) -> Fault {
    let (before, rest) = content.split_at(good);
    let breaks = before.iter().filter(|byte| **byte == b'\n').count();
    let line = u64::try_from(breaks).unwrap_or(u64::MAX).saturating_add(1);
    // the first two bytes of what is no UTF-8 make a character of GBK
    let gbk = matches!(rest, [0x81..=0xfe, 0x40..=0x7e | 0x80..=0xfe, ..]);
    let (en, zh) = if gbk {
        (
            "is not UTF-8, it looks like GBK; save it as CSV UTF-8",
            "不是 UTF-8 编码,疑为 GBK,请另存为“CSV UTF-8”",
        )
    } else {
        (
            "is not UTF-8; save it as CSV UTF-8",
            "不是 UTF-8 编码,请另存为“CSV UTF-8”",
        )
    };
    Fault::new(Kind::File, line, None, en, zh)
}

fn header(cells: &csv::StringRecord, line: u64) -> Result<Vec<Column>, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut fault = |en: String, zh: String| faults.push(Fault::new(Kind::Header, line, None, en, zh));
    let mut columns = Vec::new();
    for cell in cells {
        let named: String = cell.chars().take(40).collect();
        match Column::named(cell) {
            None => fault(format!("the column `{named}` is unknown"), format!("未知的列“{named}”")),
            Some(column) if columns.contains(&column) => {
                fault(
                    format!("the column `{named}` is named twice"),
                    format!("列“{named}”重复"),
                );
            }
            Some(column) => columns.push(column),
        }
    }
    for column in Column::REQUIRED {
        if !columns.contains(&column) {
            let (en, zh) = column.names();
            fault(format!("the column `{en}` is missing"), format!("缺少列“{zh}”"));
        }
    }
    if faults.is_empty() { Ok(columns) } else { Err(faults) }
}
